// SPDX-License-Identifier: GPL-2.0
/* Tokens: good for one broker's epoch, and for nothing that was not signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>

#include "protocol/token.h"

#define EPOCH 0x0102030405060708ull

static EVP_PKEY *key, *other_key, *long_key;

static int make_keys(void **state)
{
	(void)state;
	return blind_key_new(&key, 2048) ?: blind_key_new(&other_key, 2048) ?:
	       blind_key_new(&long_key, 3072);
}

static int free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(long_key);
	return 0;
}

static void issue(struct token_request *request)
{
	uint8_t signature[TOKEN_SIGNATURE_LEN];

	assert_int_equal(token_request(request, key, EPOCH), 0);
	assert_int_equal(blind_sign(key, request->blinded, TOKEN_SIGNATURE_LEN, signature), 0);
	assert_int_equal(token_finish(request, key, signature), 0);
	assert_int_equal(token_verify(&request->token, key), 0);
}

static void is_made_as_documented(void **state)
{
	static const uint8_t head[] = "phonion-token-v1\1\2\3\4\5\6\7\10";
	static const uint8_t zero[TOKEN_SIGNATURE_LEN];
	struct token_request request;

	(void)state;
	issue(&request);
	assert_int_equal(sizeof(request.token.prepared), 32 + 16 + 8 + 32);
	assert_memory_equal(request.token.prepared + 32, head, sizeof(head) - 1);
	assert_memory_equal(request.inverse, zero, sizeof(zero));
	assert_int_equal(blind_verify(key, BLIND_PSS_RANDOMIZED, request.token.prepared,
				      sizeof(request.token.prepared), request.token.signature,
				      sizeof(request.token.signature)),
			 0);
}

static void no_two_are_alike(void **state)
{
	struct token_request a, b;

	(void)state;
	issue(&a);
	issue(&b);
	assert_memory_not_equal(a.token.prepared, b.token.prepared, 32);
	assert_memory_not_equal(a.token.prepared + 56, b.token.prepared + 56, 32);
	assert_memory_not_equal(a.blinded, b.blinded, sizeof(a.blinded));
}

/* What the broker saw when it signed tells it nothing when the token is spent. */
static void the_signer_sees_nothing_of_it(void **state)
{
	struct token_request request;

	(void)state;
	issue(&request);
	assert_null(
		memmem(request.blinded, sizeof(request.blinded), request.token.prepared + 56, 8));
	assert_memory_not_equal(request.blinded, request.token.signature, sizeof(request.blinded));
}

static void is_refused_when_anything_is_other(void **state)
{
	struct token_request request;
	struct token *token = &request.token;

	(void)state;
	issue(&request);
	for (size_t i = 0; i < sizeof(token->prepared); i++) {
		bool head = i >= 32 && i < 56;

		token->prepared[i] ^= 1 << i % 8;
		assert_int_equal(token_verify(token, key), head ? -EBADMSG : -EKEYREJECTED);
		token->prepared[i] ^= 1 << i % 8;
	}
	for (size_t i = 0; i < sizeof(token->signature); i++) {
		token->signature[i] ^= 1 << i % 8;
		assert_int_equal(token_verify(token, key), -EKEYREJECTED);
		token->signature[i] ^= 1 << i % 8;
	}
	token->epoch++;
	assert_int_equal(token_verify(token, key), -EBADMSG);
	token->epoch--;
	assert_int_equal(token_verify(token, other_key), -EKEYREJECTED);
	assert_int_equal(token_verify(token, key), 0);
}

static void is_not_finished_by_another_signature(void **state)
{
	uint8_t signature[TOKEN_SIGNATURE_LEN];
	struct token_request a, b;

	(void)state;
	assert_int_equal(token_request(&a, key, EPOCH), 0);
	assert_int_equal(token_request(&b, key, EPOCH), 0);
	assert_int_equal(blind_sign(key, b.blinded, sizeof(b.blinded), signature), 0);
	assert_int_equal(token_finish(&a, key, signature), -EKEYREJECTED);
	assert_int_equal(token_finish(&b, key, signature), 0);
	assert_int_equal(token_request(&a, key, EPOCH), 0);
	assert_int_equal(blind_sign(other_key, a.blinded, sizeof(a.blinded) - 1, signature),
			 -EBADMSG);
	memset(signature, 0, sizeof(signature));
	assert_int_equal(token_finish(&a, key, signature), -EKEYREJECTED);
}

static void keys_are_of_one_length(void **state)
{
	uint8_t signature[TOKEN_SIGNATURE_LEN] = { 0 };
	struct token_request request;

	(void)state;
	assert_int_equal(token_request(&request, long_key, EPOCH), -EINVAL);
	issue(&request);
	assert_int_equal(token_finish(&request, long_key, signature), -EINVAL);
	assert_int_equal(token_verify(&request.token, long_key), -EBADMSG);
}

static void its_hash_is_of_what_was_signed(void **state)
{
	uint8_t hash[TOKEN_HASH_LEN], expected[SHA256_DIGEST_LENGTH];
	struct token_request request;

	(void)state;
	issue(&request);
	SHA256(request.token.prepared, sizeof(request.token.prepared), expected);
	assert_int_equal(token_hash(&request.token, hash), 0);
	assert_memory_equal(hash, expected, sizeof(hash));
	request.token.signature[0] ^= 1; /* the same token, spent twice, whatever its signature */
	assert_int_equal(token_hash(&request.token, hash), 0);
	assert_memory_equal(hash, expected, sizeof(hash));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_made_as_documented),
		cmocka_unit_test(no_two_are_alike),
		cmocka_unit_test(the_signer_sees_nothing_of_it),
		cmocka_unit_test(is_refused_when_anything_is_other),
		cmocka_unit_test(is_not_finished_by_another_signature),
		cmocka_unit_test(keys_are_of_one_length),
		cmocka_unit_test(its_hash_is_of_what_was_signed),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
