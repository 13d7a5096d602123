/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Epoch keys as they lie in the store: sealed by a key that is derived from the
 * broker's identity, so that who steals the database cannot make tokens.
 * ChaCha20-Poly1305 with a random nonce; the epoch is associated data.
 */
#ifndef PHONION_BROKER_KEYSEAL_H
#define PHONION_BROKER_KEYSEAL_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/sign.h"

#define KEYSEAL_LEN 32

/* HKDF-SHA256 (RFC 5869) of the identity. */
int keyseal_derive(const uint8_t identity[SIGN_KEY_LEN], uint8_t seal[KEYSEAL_LEN]);
/* OUT has room for SIZE octets; *LEN is how many were needed. */
int keyseal_seal(const uint8_t seal[KEYSEAL_LEN], uint64_t epoch, EVP_PKEY *key, uint8_t *out,
		 size_t size, size_t *len);
/* -EKEYREJECTED: not sealed by this key, or for another epoch. */
int keyseal_open(const uint8_t seal[KEYSEAL_LEN], uint64_t epoch, const uint8_t *sealed, size_t len,
		 EVP_PKEY **key);

#endif
