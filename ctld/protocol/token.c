// SPDX-License-Identifier: GPL-2.0
#include "protocol/token.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "protocol/wire.h"

#define MESSAGE_LEN (TOKEN_PREPARED_LEN - BLIND_PREFIX_LEN)
#define VARIANT	    BLIND_PSS_RANDOMIZED

int token_request(struct token_request *request, EVP_PKEY *epoch_key, uint64_t epoch)
{
	uint8_t message[MESSAGE_LEN];
	uint8_t *at = wire_put(message, TOKEN_LABEL, TOKEN_LABEL_LEN);
	int n;

	if (EVP_PKEY_get_size(epoch_key) != TOKEN_SIGNATURE_LEN)
		return -EINVAL;
	at = wire_put64(at, epoch);
	if (RAND_bytes(at, TOKEN_NONCE_LEN) != 1)
		return -EIO;
	request->token.epoch = epoch;
	n = blind_prepare(VARIANT, message, sizeof(message), request->token.prepared);
	if (n < 0)
		return n;
	return blind_blind(epoch_key, VARIANT, request->token.prepared, TOKEN_PREPARED_LEN,
			   request->blinded, request->inverse);
}

int token_finish(struct token_request *request, EVP_PKEY *epoch_key, const uint8_t *blind_signature)
{
	int err;

	if (EVP_PKEY_get_size(epoch_key) != TOKEN_SIGNATURE_LEN)
		return -EINVAL;
	err = blind_finalize(epoch_key, VARIANT, request->token.prepared, TOKEN_PREPARED_LEN,
			     blind_signature, request->inverse, request->token.signature);
	OPENSSL_cleanse(request->inverse, sizeof(request->inverse));
	return err;
}

int token_verify(const struct token *token, EVP_PKEY *epoch_key)
{
	const uint8_t *message = token->prepared + BLIND_PREFIX_LEN;
	uint64_t epoch;

	wire_get64(&epoch, message + TOKEN_LABEL_LEN);
	if (memcmp(message, TOKEN_LABEL, TOKEN_LABEL_LEN) || epoch != token->epoch ||
	    EVP_PKEY_get_size(epoch_key) != TOKEN_SIGNATURE_LEN)
		return -EBADMSG;
	return blind_verify(epoch_key, VARIANT, token->prepared, TOKEN_PREPARED_LEN,
			    token->signature, TOKEN_SIGNATURE_LEN);
}

int token_hash(const struct token *token, uint8_t hash[TOKEN_HASH_LEN])
{
	return EVP_Q_digest(NULL, "SHA256", NULL, token->prepared, TOKEN_PREPARED_LEN, hash, NULL)
		       ? 0
		       : -ENOMEM;
}
