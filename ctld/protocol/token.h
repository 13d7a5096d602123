/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tokens: a right to reserve, blind-signed by a broker (RFC 9474), spent once.
 * The message is random, so a token says nothing of who had it issued.
 */
#ifndef PHONION_TOKEN_H
#define PHONION_TOKEN_H

#include <stdint.h>

#include "crypto/blind.h"

#define TOKEN_NONCE_LEN	    32
#define TOKEN_PREPARED_LEN  (BLIND_PREFIX_LEN + TOKEN_LABEL_LEN + 8 + TOKEN_NONCE_LEN)
#define TOKEN_LABEL	    "phonion-token-v1"
#define TOKEN_LABEL_LEN	    16
#define TOKEN_SIGNATURE_LEN 256 /* RSA 2048 */
#define TOKEN_HASH_LEN	    32
#define TOKEN_MAX_BATCH	    64 /* issued by one request, spent by one reservation */

struct token {
	uint64_t epoch;
	uint8_t prepared[TOKEN_PREPARED_LEN]; /* RFC 9474 prefix, label, epoch (BE), nonce */
	uint8_t signature[TOKEN_SIGNATURE_LEN];
};

/* What the client keeps between asking and getting. */
struct token_request {
	struct token token;
	uint8_t blinded[TOKEN_SIGNATURE_LEN];
	uint8_t inverse[TOKEN_SIGNATURE_LEN];
};

/* -EINVAL: the key is not RSA 2048. */
int token_request(struct token_request *request, EVP_PKEY *epoch_key, uint64_t epoch);
/*
 * Fills in request->token.signature and wipes request->inverse. -EKEYREJECTED:
 * the broker did not sign this; -EINVAL: the key is not RSA 2048.
 */
int token_finish(struct token_request *request, EVP_PKEY *epoch_key,
		 const uint8_t *blind_signature);
/* -EBADMSG: not a token of its epoch; -EKEYREJECTED: not signed by the key. */
int token_verify(const struct token *token, EVP_PKEY *epoch_key);
/* SHA-256 of the prepared message: what a broker keeps of a spent token. */
int token_hash(const struct token *token, uint8_t hash[TOKEN_HASH_LEN]);

#endif
