// SPDX-License-Identifier: GPL-2.0
/* Ed25519 and compact JWS: the RFCs' vectors, and that no other statement passes for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64url.h"
#include "crypto/sign.h"
#include "selftests/unit/hex.h"
#include "selftests/unit/vectors/rfc8032.h"
#include "selftests/unit/vectors/rfc8037.h"

#define TYPE	"a-type"
#define PAYLOAD "{\"a\":1}"

static uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];

static int make_keys(void **state)
{
	(void)state;
	return sign_keypair(private_key, public_key);
}

static void signs_as_rfc_8032(void **state)
{
	uint8_t private[SIGN_KEY_LEN], public[SIGN_KEY_LEN], expected[SIGN_KEY_LEN], message[64],
		signature[SIGN_SIGNATURE_LEN], expected_signature[SIGN_SIGNATURE_LEN];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(rfc8032_vectors) / sizeof(*rfc8032_vectors); i++) {
		hex(private, sizeof(private), rfc8032_vectors[i].private_key);
		hex(expected, sizeof(expected), rfc8032_vectors[i].public_key);
		len = hex(message, sizeof(message), rfc8032_vectors[i].message);
		hex(expected_signature, sizeof(expected_signature), rfc8032_vectors[i].signature);
		assert_int_equal(sign_public(private, public), 0);
		assert_memory_equal(public, expected, sizeof(public));
		assert_int_equal(sign_data(private, message, len, signature), 0);
		assert_memory_equal(signature, expected_signature, sizeof(signature));
		assert_int_equal(sign_verify(public, message, len, signature), 0);
	}
}

static void verifies_every_bit(void **state)
{
	uint8_t signature[SIGN_SIGNATURE_LEN], message[] = "a message";

	(void)state;
	assert_int_equal(sign_data(private_key, message, sizeof(message), signature), 0);
	for (size_t bit = 0; bit < 8 * sizeof(signature); bit++) {
		signature[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(sign_verify(public_key, message, sizeof(message), signature),
				 -EKEYREJECTED);
		signature[bit / 8] ^= 1 << bit % 8;
	}
	for (size_t bit = 0; bit < 8 * sizeof(message); bit++) {
		message[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(sign_verify(public_key, message, sizeof(message), signature),
				 -EKEYREJECTED);
		message[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_equal(sign_verify(public_key, message, sizeof(message) - 1, signature),
			 -EKEYREJECTED);
	assert_int_equal(sign_verify(public_key, message, sizeof(message), signature), 0);
}

/* The order of the group added to S would be a second signature (RFC 8032 section 5.1.7). */
static void refuses_a_second_signature(void **state)
{
	static const char order[] =
		"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
	uint8_t signature[SIGN_SIGNATURE_LEN], l[32];
	unsigned int sum = 0;

	(void)state;
	hex(l, sizeof(l), order);
	assert_int_equal(sign_data(private_key, "m", 1, signature), 0);
	for (size_t i = 0; i < sizeof(l); i++) {
		sum += signature[32 + i] + l[i];
		signature[32 + i] = sum;
		sum >>= 8;
	}
	assert_int_equal(sign_verify(public_key, "m", 1, signature), -EKEYREJECTED);
}

static void signs_as_rfc_8037(void **state)
{
	uint8_t private[SIGN_KEY_LEN], public[SIGN_KEY_LEN], signature[SIGN_SIGNATURE_LEN];
	char input[128], text[BASE64URL_CHARS(SIGN_SIGNATURE_LEN) + 1];

	(void)state;
	assert_int_equal(base64url_exact(private, sizeof(private), rfc8037_private), 0);
	assert_int_equal(sign_public(private, public), 0);
	base64url_encode(text, public, sizeof(public));
	assert_string_equal(text, rfc8037_public);
	snprintf(input, sizeof(input), "%s.%s", rfc8037_header, rfc8037_payload);
	assert_int_equal(sign_data(private, input, strlen(input), signature), 0);
	base64url_encode(text, signature, sizeof(signature));
	assert_string_equal(text, rfc8037_signature);
}

/* Out of an allocation that ends with the NUL. */
static int verify(const char *jws, const uint8_t key[SIGN_KEY_LEN], const char *type,
		  const char *expected)
{
	char *copy = strdup(jws), *payload = NULL;
	size_t len = 0;
	int err = jws_verify(copy, key, type, &payload, &len);

	if (!err) {
		assert_int_equal(len, strlen(payload));
		if (expected)
			assert_string_equal(payload, expected);
		free(payload);
	}
	free(copy);
	return err;
}

static int peek(const char *jws, const char *type, const char *expected)
{
	char *copy = strdup(jws), *payload = NULL;
	size_t len = 0;
	int err = jws_peek(copy, type, &payload, &len);

	if (!err) {
		if (expected)
			assert_string_equal(payload, expected);
		free(payload);
	}
	free(copy);
	return err;
}

static char *make(void)
{
	char *jws;

	assert_int_equal(jws_sign(&jws, private_key, TYPE, PAYLOAD, strlen(PAYLOAD)), 0);
	return jws;
}

static void a_statement_is_a_compact_jws(void **state)
{
	char *jws = make(), *dot = strchr(jws, '.'), head[128];
	int n;

	(void)state;
	n = base64url_decode(head, sizeof(head) - 1, jws, dot - jws);
	assert_true(n > 0);
	head[n] = '\0';
	assert_string_equal(head, "{\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\"}");
	assert_int_equal(verify(jws, public_key, TYPE, PAYLOAD), 0);
	assert_int_equal(peek(jws, TYPE, PAYLOAD), 0);
	free(jws);
}

static void every_character_counts(void **state)
{
	char *jws = make();

	(void)state;
	for (char *at = jws; *at; at++) {
		static const char others[] = "AZz9-_.=!\x80";
		char was = *at;

		for (const char *other = others; *other; other++) {
			if (*other == was)
				continue;
			*at = *other;
			assert_int_not_equal(verify(jws, public_key, TYPE, NULL), 0);
		}
		*at = was;
	}
	assert_int_equal(verify(jws, public_key, TYPE, PAYLOAD), 0);
	free(jws);
}

static void no_less_and_no_more(void **state)
{
	char *jws = make(), *more;

	(void)state;
	assert_true(asprintf(&more, "%sA", jws) > 0);
	assert_int_equal(verify(more, public_key, TYPE, NULL), -EBADMSG);
	free(more);
	assert_true(asprintf(&more, "%s.", jws) > 0);
	assert_int_equal(verify(more, public_key, TYPE, NULL), -EBADMSG);
	free(more);
	for (size_t len = strlen(jws); len--;) {
		jws[len] = '\0';
		assert_int_equal(verify(jws, public_key, TYPE, NULL), -EBADMSG);
		assert_int_equal(peek(jws, TYPE, NULL), -EBADMSG);
	}
	free(jws);
}

static void of_one_signer_and_type_only(void **state)
{
	uint8_t other_private[SIGN_KEY_LEN], other_public[SIGN_KEY_LEN];
	char *jws = make();

	(void)state;
	assert_int_equal(sign_keypair(other_private, other_public), 0);
	assert_int_equal(verify(jws, other_public, TYPE, NULL), -EKEYREJECTED);
	assert_int_equal(verify(jws, public_key, "a-typf", NULL), -EBADMSG);
	assert_int_equal(verify(jws, public_key, "a-typ", NULL), -EBADMSG);
	assert_int_equal(verify(jws, public_key, "", NULL), -EBADMSG);
	assert_int_equal(peek(jws, "another", NULL), -EBADMSG);
	free(jws);
}

/* PAYLOAD under HEADER, rightly signed. */
static char *with_header(const char *header)
{
	uint8_t signature[SIGN_SIGNATURE_LEN];
	char head[256], body[64], tail[BASE64URL_CHARS(SIGN_SIGNATURE_LEN) + 1], *input, *jws;

	base64url_encode(head, header, strlen(header));
	base64url_encode(body, PAYLOAD, strlen(PAYLOAD));
	assert_true(asprintf(&input, "%s.%s", head, body) > 0);
	assert_int_equal(sign_data(private_key, input, strlen(input), signature), 0);
	base64url_encode(tail, signature, sizeof(signature));
	assert_true(asprintf(&jws, "%s.%s", input, tail) > 0);
	free(input);
	return jws;
}

static void of_one_header_only(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"EdDSA\"}",
		"{\"alg\":\"none\",\"typ\":\"" TYPE "\"}",
		"{\"alg\":\"HS256\",\"typ\":\"" TYPE "\"}",
		"{\"alg\":\"eddsa\",\"typ\":\"" TYPE "\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\",\"crit\":[\"b64\"],\"b64\":false}",
		"{\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\",\"kid\":\"1\"}",
		"{\"alg\":\"none\",\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\"",
		"",
	};
	char *jws = with_header("{\"alg\":\"EdDSA\",\"typ\":\"" TYPE "\"}");

	(void)state;
	assert_int_equal(verify(jws, public_key, TYPE, PAYLOAD), 0);
	free(jws);
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		jws = with_header(headers[i]);
		assert_int_equal(verify(jws, public_key, TYPE, NULL), -EBADMSG);
		assert_int_equal(peek(jws, TYPE, NULL), -EBADMSG);
		free(jws);
	}
}

static void refuses_no_jws(void **state)
{
	static const char *const bad[] = { "", ".", "..", "...", "a.b.c", "{}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(verify(bad[i], public_key, TYPE, NULL), -EBADMSG);
		assert_int_equal(peek(bad[i], TYPE, NULL), -EBADMSG);
	}
}

static void payloads_of_any_length(void **state)
{
	char text[200], *jws, *payload;
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t n = 0; n < sizeof(text); n++) {
		assert_int_equal(jws_sign(&jws, private_key, TYPE, text, n), 0);
		assert_int_equal(jws_verify(jws, public_key, TYPE, &payload, &len), 0);
		assert_int_equal(len, n);
		assert_memory_equal(payload, text, n);
		assert_int_equal(payload[n], '\0');
		free(payload);
		free(jws);
	}
}

static void refuses_a_type_that_is_too_long(void **state)
{
	char type[200] = { 0 }, *jws;

	(void)state;
	memset(type, 't', sizeof(type) - 1);
	assert_int_equal(jws_sign(&jws, private_key, type, "", 0), -EINVAL);
	assert_int_equal(verify("a.b.c", public_key, type, NULL), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_rfc_8032),
		cmocka_unit_test(verifies_every_bit),
		cmocka_unit_test(refuses_a_second_signature),
		cmocka_unit_test(signs_as_rfc_8037),
		cmocka_unit_test(a_statement_is_a_compact_jws),
		cmocka_unit_test(every_character_counts),
		cmocka_unit_test(no_less_and_no_more),
		cmocka_unit_test(of_one_signer_and_type_only),
		cmocka_unit_test(of_one_header_only),
		cmocka_unit_test(refuses_no_jws),
		cmocka_unit_test(payloads_of_any_length),
		cmocka_unit_test(refuses_a_type_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
