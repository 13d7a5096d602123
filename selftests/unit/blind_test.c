// SPDX-License-Identifier: GPL-2.0
/* RSA blind signatures: the RFC's four variants, and that nothing else is signed or verified. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/blind_given.h"
#include "selftests/unit/hex.h"
#include "selftests/unit/vectors/rfc9474.h"

#define RFC_LEN 512
#define LEN	256 /* of our own key */
#define VECTORS (sizeof(rfc9474_vectors) / sizeof(*rfc9474_vectors))

static EVP_PKEY *rfc_key, *key, *other_key;

static BIGNUM *number(const char *text)
{
	BIGNUM *bn = NULL;

	assert_true(BN_hex2bn(&bn, text) > 0);
	return bn;
}

/* D may be NULL: a public key. */
static EVP_PKEY *make_key(const char *n, const char *e, const char *d)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *bn[] = { number(n), number(e), d ? number(d) : NULL };
	OSSL_PARAM *params;
	EVP_PKEY *made = NULL;

	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn[0]);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, bn[1]);
	if (d)
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, bn[2]);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &made, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
					   params),
			 1);
	for (size_t i = 0; i < 3; i++)
		BN_free(bn[i]);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return made;
}

static int make_keys(void **state)
{
	(void)state;
	rfc_key = make_key(rfc9474_n, rfc9474_e, rfc9474_d);
	return blind_key_new(&key, 2048) ?: blind_key_new(&other_key, 2048);
}

static int free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(rfc_key);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return 0;
}

static size_t prepared_message(const struct rfc9474_vector *vector, uint8_t *out, size_t size)
{
	size_t len = hex(out, size, vector->prefix);

	return len + hex(out + len, size - len, rfc9474_msg);
}

static void assert_hex(const uint8_t *octets, size_t len, const char *text)
{
	uint8_t expected[RFC_LEN];

	assert_int_equal(hex(expected, sizeof(expected), text), len);
	assert_memory_equal(octets, expected, len);
}

static void the_key_is_the_rfcs(void **state)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = number(rfc9474_p), *q = number(rfc9474_q), *n = number(rfc9474_n);

	(void)state;
	assert_int_equal(BN_mul(p, p, q, ctx), 1);
	assert_int_equal(BN_cmp(p, n), 0);
	BN_free(p);
	BN_free(q);
	BN_free(n);
	BN_CTX_free(ctx);
}

/* The factor is printed as its inverse only. */
static BIGNUM *factor(void)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *r = number(rfc9474_inv), *n = number(rfc9474_n);

	assert_non_null(BN_mod_inverse(r, r, n, ctx));
	BN_free(n);
	BN_CTX_free(ctx);
	return r;
}

static void blinds_as_the_rfc(void **state)
{
	uint8_t message[128], salt[64], blinded[RFC_LEN], inverse[RFC_LEN];
	BIGNUM *r = factor();

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct rfc9474_vector *vector = &rfc9474_vectors[i];
		size_t len = prepared_message(vector, message, sizeof(message)),
		       salt_len = hex(salt, sizeof(salt), vector->salt);

		assert_int_equal(blind_blind_given(rfc_key, message, len, salt, salt_len, r,
						   blinded, inverse),
				 0);
		assert_hex(blinded, sizeof(blinded), vector->blinded);
		assert_hex(inverse, sizeof(inverse), rfc9474_inv);
	}
	BN_free(r);
}

/* What the signature opens to is what was encoded. */
static void encodes_as_the_rfc(void **state)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n = number(rfc9474_n), *e = number(rfc9474_e);

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		BIGNUM *encoded = number(rfc9474_vectors[i].encoded),
		       *sig = number(rfc9474_vectors[i].sig);

		assert_int_equal(BN_mod_exp(sig, sig, e, n, ctx), 1);
		assert_int_equal(BN_cmp(sig, encoded), 0);
		BN_free(encoded);
		BN_free(sig);
	}
	BN_free(n);
	BN_free(e);
	BN_CTX_free(ctx);
}

static void signs_as_the_rfc(void **state)
{
	uint8_t blinded[RFC_LEN], signature[RFC_LEN];

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		hex(blinded, sizeof(blinded), rfc9474_vectors[i].blinded);
		assert_int_equal(blind_sign(rfc_key, blinded, sizeof(blinded), signature), 0);
		assert_hex(signature, sizeof(signature), rfc9474_vectors[i].blind_sig);
	}
}

static void finalizes_as_the_rfc(void **state)
{
	uint8_t message[128], blind_sig[RFC_LEN], inverse[RFC_LEN], signature[RFC_LEN];

	(void)state;
	hex(inverse, sizeof(inverse), rfc9474_inv);
	for (size_t i = 0; i < VECTORS; i++) {
		const struct rfc9474_vector *vector = &rfc9474_vectors[i];
		size_t len = prepared_message(vector, message, sizeof(message));

		hex(blind_sig, sizeof(blind_sig), vector->blind_sig);
		assert_int_equal(blind_finalize(rfc_key, vector->variant, message, len, blind_sig,
						inverse, signature),
				 0);
		assert_hex(signature, sizeof(signature), vector->sig);
		blind_sig[100] ^= 1;
		assert_int_equal(blind_finalize(rfc_key, vector->variant, message, len, blind_sig,
						inverse, signature),
				 -EKEYREJECTED);
	}
}

static bool same_salt(enum blind_variant a, enum blind_variant b)
{
	bool a_zero = a == BLIND_PSSZERO_RANDOMIZED || a == BLIND_PSSZERO_DETERMINISTIC,
	     b_zero = b == BLIND_PSSZERO_RANDOMIZED || b == BLIND_PSSZERO_DETERMINISTIC;

	return a_zero == b_zero;
}

/* A signature with a salt is none without one, and the other way round. */
static void verifies_as_the_rfc(void **state)
{
	uint8_t message[128], signature[RFC_LEN];

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct rfc9474_vector *vector = &rfc9474_vectors[i];
		size_t len = prepared_message(vector, message, sizeof(message));

		hex(signature, sizeof(signature), vector->sig);
		for (size_t k = 0; k < VECTORS; k++) {
			enum blind_variant variant = rfc9474_vectors[k].variant;

			assert_int_equal(blind_verify(rfc_key, variant, message, len, signature,
						      sizeof(signature)),
					 same_salt(variant, vector->variant) ? 0 : -EKEYREJECTED);
		}
	}
}

struct run {
	uint8_t prepared[64], blinded[LEN], inverse[LEN], blind_sig[LEN], signature[LEN];
	size_t len;
};

static void run_through(struct run *run, enum blind_variant variant)
{
	int len = blind_prepare(variant, "a message", 9, run->prepared);

	assert_int_equal(len, variant == BLIND_PSS_RANDOMIZED || variant == BLIND_PSSZERO_RANDOMIZED
				      ? 9 + BLIND_PREFIX_LEN
				      : 9);
	assert_memory_equal(run->prepared + len - 9, "a message", 9);
	run->len = len;
	assert_int_equal(blind_blind(key, variant, run->prepared, len, run->blinded, run->inverse),
			 0);
	assert_int_equal(blind_sign(key, run->blinded, LEN, run->blind_sig), 0);
	assert_int_equal(blind_finalize(key, variant, run->prepared, len, run->blind_sig,
					run->inverse, run->signature),
			 0);
}

static void all_of_it_works_together(void **state)
{
	struct run run;

	(void)state;
	for (enum blind_variant v = BLIND_PSS_RANDOMIZED; v <= BLIND_PSSZERO_DETERMINISTIC; v++) {
		run_through(&run, v);
		assert_int_equal(blind_verify(key, v, run.prepared, run.len, run.signature, LEN),
				 0);
		assert_int_equal(blind_verify(other_key, v, run.prepared, run.len, run.signature,
					      LEN),
				 -EKEYREJECTED);
	}
}

/* Of the same message twice, the signer sees nothing that is alike. */
static void blinds_never_alike(void **state)
{
	struct run a, b;

	(void)state;
	run_through(&a, BLIND_PSSZERO_DETERMINISTIC);
	run_through(&b, BLIND_PSSZERO_DETERMINISTIC);
	assert_memory_equal(a.signature, b.signature, LEN);
	assert_memory_not_equal(a.blinded, b.blinded, LEN);
	assert_memory_not_equal(a.inverse, b.inverse, LEN);
	run_through(&a, BLIND_PSS_RANDOMIZED);
	run_through(&b, BLIND_PSS_RANDOMIZED);
	assert_memory_not_equal(a.prepared, b.prepared, BLIND_PREFIX_LEN);
	assert_memory_not_equal(a.signature, b.signature, LEN);
}

static void verifies_every_octet(void **state)
{
	struct run run;

	(void)state;
	run_through(&run, BLIND_PSS_RANDOMIZED);
	for (size_t i = 0; i < LEN; i++) {
		run.signature[i] ^= 1 << i % 8;
		assert_int_equal(blind_verify(key, BLIND_PSS_RANDOMIZED, run.prepared, run.len,
					      run.signature, LEN),
				 -EKEYREJECTED);
		run.signature[i] ^= 1 << i % 8;
	}
	for (size_t i = 0; i < run.len; i++) {
		run.prepared[i] ^= 1 << i % 8;
		assert_int_equal(blind_verify(key, BLIND_PSS_RANDOMIZED, run.prepared, run.len,
					      run.signature, LEN),
				 -EKEYREJECTED);
		run.prepared[i] ^= 1 << i % 8;
	}
	for (size_t len = 0; len < LEN; len++)
		assert_int_equal(blind_verify(key, BLIND_PSS_RANDOMIZED, run.prepared, run.len,
					      run.signature, len),
				 -EKEYREJECTED);
}

static void finalizes_only_its_own(void **state)
{
	uint8_t signature[LEN];
	struct run a, b;

	(void)state;
	run_through(&a, BLIND_PSS_RANDOMIZED);
	run_through(&b, BLIND_PSS_RANDOMIZED);
	assert_int_equal(blind_finalize(key, BLIND_PSS_RANDOMIZED, a.prepared, a.len, b.blind_sig,
					a.inverse, signature),
			 -EKEYREJECTED);
	assert_int_equal(blind_finalize(key, BLIND_PSS_RANDOMIZED, a.prepared, a.len, a.blind_sig,
					b.inverse, signature),
			 -EKEYREJECTED);
	assert_int_equal(blind_finalize(key, BLIND_PSS_RANDOMIZED, b.prepared, b.len, a.blind_sig,
					a.inverse, signature),
			 -EKEYREJECTED);
	assert_int_equal(blind_finalize(other_key, BLIND_PSS_RANDOMIZED, a.prepared, a.len,
					a.blind_sig, a.inverse, signature),
			 -EKEYREJECTED);
}

/* The modulus itself is the first number that cannot be signed. */
static void signs_only_what_is_below_the_modulus(void **state)
{
	uint8_t blinded[LEN + 1] = { 0 }, signature[LEN + 1];
	BIGNUM *n = NULL;

	(void)state;
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	assert_int_equal(BN_bn2binpad(n, blinded, LEN), LEN);
	assert_int_equal(blind_sign(key, blinded, LEN, signature), -EBADMSG);
	blinded[LEN - 1] -= 1;
	assert_int_equal(blind_sign(key, blinded, LEN, signature), 0);
	memset(blinded, 0xff, LEN);
	assert_int_equal(blind_sign(key, blinded, LEN, signature), -EBADMSG);
	memset(blinded, 0, sizeof(blinded));
	blinded[7] = 1;
	for (size_t len = 0; len <= LEN + 1; len++)
		assert_int_equal(blind_sign(key, blinded, len, signature),
				 len == LEN ? 0 : -EBADMSG);
	BN_free(n);
}

static int read_key(const uint8_t *der, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	EVP_PKEY *read;
	int err;

	memcpy(copy, der, len);
	err = blind_key_read(&read, copy, len);
	if (!err) {
		assert_int_equal(EVP_PKEY_eq(read, key), 1);
		EVP_PKEY_free(read);
	}
	free(copy);
	return err;
}

static void a_key_is_read_as_written(void **state)
{
	uint8_t *der, more[600] = { 0 };
	size_t len;

	(void)state;
	assert_int_equal(blind_key_public(key, &der, &len), 0);
	assert_int_equal(read_key(der, len), 0);
	memcpy(more, der, len);
	assert_int_equal(read_key(more, len + 1), -EBADMSG);
	for (size_t n = 0; n < len; n++)
		assert_int_equal(read_key(der, n), -EBADMSG);
	OPENSSL_free(der);
}

/* As the key that MADE is. */
static int read_made(EVP_PKEY *made)
{
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(made, &der), err;
	EVP_PKEY *read;

	assert_true(len > 0);
	err = blind_key_read(&read, der, len);
	if (!err)
		EVP_PKEY_free(read);
	OPENSSL_free(der);
	EVP_PKEY_free(made);
	return err;
}

/* RSA of whole octets, 2048 bits to 4096, odd, with 65537: anything else could mark who uses it. */
static void refuses_odd_keys(void **state)
{
	char even[sizeof(rfc9474_n)];

	(void)state;
	assert_int_equal(read_made(make_key(rfc9474_n, rfc9474_e, NULL)), 0);
	assert_int_equal(read_made(make_key(rfc9474_n, "3", NULL)), -EBADMSG);
	assert_int_equal(read_made(make_key(rfc9474_n, "10003", NULL)), -EBADMSG);
	assert_int_equal(read_made(make_key(rfc9474_n + 2, rfc9474_e, NULL)), 0);
	memcpy(even, rfc9474_n, sizeof(even));
	even[sizeof(even) - 2] = '4';
	assert_int_equal(read_made(make_key(even, rfc9474_e, NULL)), -EBADMSG);
	assert_int_equal(read_made(make_key(rfc9474_p, rfc9474_e, NULL)), 0);
	assert_int_equal(read_made(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024)), -EBADMSG);
	assert_int_equal(read_made(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")), -EBADMSG);
	assert_int_equal(read_made(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")), -EBADMSG);
}

/* In BER a length may be written longer than it must be: another name of the same key. */
static void refuses_a_second_name_of_a_key(void **state)
{
	static const uint8_t null[] = { 0x05, 0x00 };
	uint8_t *der, longer[600], *at;
	size_t len;

	(void)state;
	assert_int_equal(blind_key_public(key, &der, &len), 0);
	at = memmem(der, len, null, sizeof(null)); /* the algorithm's parameters */
	assert_non_null(at);
	memcpy(longer, der, len + 0);
	at = longer + (at - der);
	memmove(at + 3, at + 2, len - (at + 2 - longer));
	memcpy(at, "\x05\x81\x00", 3);
	longer[3] += 1; /* the outer sequence's length, 30 82 hi lo */
	longer[5] += 1; /* the algorithm's, 30 0d */
	assert_int_equal(read_key(longer, len + 1), -EBADMSG);
	OPENSSL_free(der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_is_the_rfcs),
		cmocka_unit_test(blinds_as_the_rfc),
		cmocka_unit_test(encodes_as_the_rfc),
		cmocka_unit_test(signs_as_the_rfc),
		cmocka_unit_test(finalizes_as_the_rfc),
		cmocka_unit_test(verifies_as_the_rfc),
		cmocka_unit_test(all_of_it_works_together),
		cmocka_unit_test(blinds_never_alike),
		cmocka_unit_test(verifies_every_octet),
		cmocka_unit_test(finalizes_only_its_own),
		cmocka_unit_test(signs_only_what_is_below_the_modulus),
		cmocka_unit_test(a_key_is_read_as_written),
		cmocka_unit_test(refuses_odd_keys),
		cmocka_unit_test(refuses_a_second_name_of_a_key),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
