// SPDX-License-Identifier: GPL-2.0
/* HPKE: the RFC's vectors, and that nothing opens but what was sealed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hpke_context.h"
#include "selftests/unit/hex.h"
#include "selftests/unit/vectors/rfc9180.h"

#define TEXT(text) ((struct hpke_bytes){ text, sizeof(text) - 1 })
#define MAX	   400

static const struct hpke_bytes info = { "an info", 7 };
static const struct hpke_bytes aad = { "associated", 10 };

static uint8_t private_key[HPKE_KEY_LEN], public_key[HPKE_KEY_LEN];

static int make_keys(void **state)
{
	(void)state;
	return hpke_keypair(private_key, public_key);
}

struct octets {
	uint8_t data[128];
	size_t len;
};

static struct octets of(const char *text)
{
	struct octets octets = { .len = 0 };

	octets.len = hex(octets.data, sizeof(octets.data), text);
	return octets;
}

static struct hpke_bytes bytes(const struct octets *octets)
{
	return (struct hpke_bytes){ octets->data, octets->len };
}

/* The context that the RFC's example sets up for its sender. */
static void set_up(struct hpke_keys *keys, uint8_t enc[HPKE_KEY_LEN])
{
	struct octets context_info = of(rfc9180_info);

	assert_int_equal(hpke_setup_seal(of(rfc9180_ephemeral_private).data,
					 of(rfc9180_public).data, bytes(&context_info), enc, keys),
			 0);
}

static void sets_up_as_the_rfc(void **state)
{
	uint8_t enc[HPKE_KEY_LEN];
	struct hpke_keys keys;

	(void)state;
	set_up(&keys, enc);
	assert_memory_equal(enc, of(rfc9180_enc).data, sizeof(enc));
	assert_memory_equal(keys.key, of(rfc9180_key).data, sizeof(keys.key));
	assert_memory_equal(keys.nonce, of(rfc9180_base_nonce).data, sizeof(keys.nonce));
}

static struct hpke_bytes count(char text[16], unsigned int sequence)
{
	return (struct hpke_bytes){ text, snprintf(text, 16, "Count-%u", sequence) };
}

static void seals_as_the_rfc(void **state)
{
	struct octets plain = of(rfc9180_plain), cipher;
	uint8_t enc[HPKE_KEY_LEN], out[128];
	struct hpke_keys keys, at;
	char text[16];

	(void)state;
	set_up(&keys, enc);
	for (size_t i = 0; i < sizeof(rfc9180_encryptions) / sizeof(*rfc9180_encryptions); i++) {
		unsigned int sequence = rfc9180_encryptions[i].sequence;

		at = keys; /* ComputeNonce (section 5.2) */
		at.nonce[10] ^= sequence >> 8;
		at.nonce[11] ^= sequence;
		cipher = of(rfc9180_encryptions[i].cipher);
		assert_int_equal(hpke_aead_seal(&at, count(text, sequence), bytes(&plain), out), 0);
		assert_int_equal(cipher.len, plain.len + 16);
		assert_memory_equal(out, cipher.data, cipher.len);
	}
}

static void opens_as_the_rfc(void **state)
{
	struct octets context_info = of(rfc9180_info), plain = of(rfc9180_plain),
		      cipher = of(rfc9180_encryptions[0].cipher), sealed = of(rfc9180_enc);
	uint8_t out[128], public[HPKE_KEY_LEN];
	char text[16];

	(void)state;
	memcpy(sealed.data + sealed.len, cipher.data, cipher.len);
	sealed.len += cipher.len;
	assert_int_equal(hpke_open(of(rfc9180_private).data, bytes(&context_info), count(text, 0),
				   bytes(&sealed), out),
			 0);
	assert_memory_equal(out, plain.data, plain.len);
	assert_int_equal(hpke_open(of(rfc9180_private).data, bytes(&context_info), count(text, 1),
				   bytes(&sealed), out),
			 -EBADMSG);
	assert_int_equal(hpke_public(of(rfc9180_private).data, public), 0);
	assert_memory_equal(public, of(rfc9180_public).data, sizeof(public));
}

/* In allocations of exactly what is promised; what comes out is all zeros unless it opens. */
static int open_with(const uint8_t key[HPKE_KEY_LEN], struct hpke_bytes with_info,
		     struct hpke_bytes with_aad, const uint8_t *sealed, size_t len, uint8_t *plain)
{
	size_t plain_len = len < HPKE_OVERHEAD ? 0 : len - HPKE_OVERHEAD;
	uint8_t *in = malloc(len ? len : 1), *out = malloc(plain_len ? plain_len : 1);
	int err;

	memcpy(in, sealed, len);
	memset(out, 0xa5, plain_len ? plain_len : 1);
	err = hpke_open(key, with_info, with_aad, (struct hpke_bytes){ in, len }, out);
	for (size_t i = 0; err && i < plain_len; i++)
		assert_int_equal(out[i], 0);
	if (!err && plain)
		memcpy(plain, out, plain_len);
	free(in);
	free(out);
	return err;
}

static void opens_every_length(void **state)
{
	uint8_t plain[MAX], sealed[MAX + HPKE_OVERHEAD], out[MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = i;
	for (size_t len = 0; len <= MAX; len += len < 70 ? 1 : 66) {
		assert_int_equal(hpke_seal(public_key, info, aad, (struct hpke_bytes){ plain, len },
					   sealed),
				 0);
		assert_int_equal(
			open_with(private_key, info, aad, sealed, len + HPKE_OVERHEAD, out), 0);
		assert_memory_equal(out, plain, len);
	}
}

#define SEALED_LEN (HPKE_OVERHEAD + 6)

static void seal_secret(uint8_t sealed[SEALED_LEN])
{
	assert_int_equal(hpke_seal(public_key, info, aad, TEXT("secret"), sealed), 0);
	assert_int_equal(open_with(private_key, info, aad, sealed, SEALED_LEN, NULL), 0);
}

static void every_bit_counts(void **state)
{
	uint8_t sealed[SEALED_LEN];

	(void)state;
	seal_secret(sealed);
	for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
		/* The top bit of an X25519 key is not of its value (RFC 7748 section 5), but HPKE
		 * hashes the octets as they came.
		 */
		sealed[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(open_with(private_key, info, aad, sealed, sizeof(sealed), NULL),
				 -EBADMSG);
		sealed[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_equal(open_with(private_key, info, aad, sealed, sizeof(sealed), NULL), 0);
}

static void length_counts(void **state)
{
	uint8_t sealed[SEALED_LEN + 2] = { 0 };

	(void)state;
	seal_secret(sealed);
	for (size_t len = 0; len < sizeof(sealed); len++)
		assert_int_equal(open_with(private_key, info, aad, sealed, len, NULL),
				 len == SEALED_LEN ? 0 : -EBADMSG);
}

static void opens_for_one_key_and_purpose_only(void **state)
{
	uint8_t sealed[SEALED_LEN], other[HPKE_KEY_LEN], its_public[HPKE_KEY_LEN];

	(void)state;
	seal_secret(sealed);
	assert_int_equal(hpke_keypair(other, its_public), 0);
	assert_int_equal(open_with(other, info, aad, sealed, sizeof(sealed), NULL), -EBADMSG);
	assert_int_equal(open_with(private_key, TEXT("an infp"), aad, sealed, sizeof(sealed), NULL),
			 -EBADMSG);
	assert_int_equal(open_with(private_key, TEXT(""), aad, sealed, sizeof(sealed), NULL),
			 -EBADMSG);
	assert_int_equal(open_with(private_key, info, TEXT("associatee"), sealed, sizeof(sealed),
				   NULL),
			 -EBADMSG);
	assert_int_equal(open_with(private_key, info, TEXT(""), sealed, sizeof(sealed), NULL),
			 -EBADMSG);
	/* What is between them is not of either. */
	assert_int_equal(open_with(private_key, TEXT("an infoa"), TEXT("ssociated"), sealed,
				   sizeof(sealed), NULL),
			 -EBADMSG);
}

/* Points of small order give a shared secret that everybody knows (RFC 9180 section 7.1.4). */
static void refuses_points_of_small_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	uint8_t sealed[SEALED_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		seal_secret(sealed);
		memcpy(sealed, of(points[i]).data, HPKE_KEY_LEN);
		assert_int_equal(open_with(private_key, info, aad, sealed, sizeof(sealed), NULL),
				 -EBADMSG);
		assert_int_equal(hpke_seal(of(points[i]).data, info, aad, TEXT("secret"), sealed),
				 -EBADMSG);
	}
}

static void seals_the_same_never_alike(void **state)
{
	uint8_t a[SEALED_LEN], b[SEALED_LEN];

	(void)state;
	seal_secret(a);
	seal_secret(b);
	assert_memory_not_equal(a, b, HPKE_KEY_LEN);
	assert_memory_not_equal(a + HPKE_KEY_LEN, b + HPKE_KEY_LEN, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_up_as_the_rfc),
		cmocka_unit_test(seals_as_the_rfc),
		cmocka_unit_test(opens_as_the_rfc),
		cmocka_unit_test(opens_every_length),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(length_counts),
		cmocka_unit_test(opens_for_one_key_and_purpose_only),
		cmocka_unit_test(refuses_points_of_small_order),
		cmocka_unit_test(seals_the_same_never_alike),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
