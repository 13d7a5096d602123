/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ed25519 keys (RFC 8032), and statements signed by them as compact JSON Web
 * Signatures (RFC 7515 section 3.1, alg EdDSA of RFC 8037). Relays and brokers
 * are known by their public key, written in base64url.
 */
#ifndef PHONION_SIGN_H
#define PHONION_SIGN_H

#include <stddef.h>
#include <stdint.h>

#define SIGN_KEY_LEN	   32
#define SIGN_SIGNATURE_LEN 64
#define SIGN_KEY_CHARS	   43 /* in base64url (RFC 4648 section 5), without padding */

int sign_keypair(uint8_t private_key[SIGN_KEY_LEN], uint8_t public_key[SIGN_KEY_LEN]);
int sign_public(const uint8_t private_key[SIGN_KEY_LEN], uint8_t public_key[SIGN_KEY_LEN]);

int sign_data(const uint8_t private_key[SIGN_KEY_LEN], const void *data, size_t len,
	      uint8_t signature[SIGN_SIGNATURE_LEN]);
/* 0, or -EKEYREJECTED. */
int sign_verify(const uint8_t public_key[SIGN_KEY_LEN], const void *data, size_t len,
		const uint8_t signature[SIGN_SIGNATURE_LEN]);

/*
 * Signs PAYLOAD as a statement of TYPE (the header's "typ", such as
 * "phonion-relay"), so that no statement passes for one of another kind. *JWS
 * is to be freed.
 */
int jws_sign(char **jws, const uint8_t private_key[SIGN_KEY_LEN], const char *type,
	     const char *payload, size_t len);

/*
 * *PAYLOAD is NUL-terminated and to be freed. -EBADMSG: not a compact JWS, or
 * of another alg or typ, or with a header that we do not know; -EKEYREJECTED:
 * the signature is not PUBLIC_KEY's.
 */
int jws_verify(const char *jws, const uint8_t public_key[SIGN_KEY_LEN], const char *type,
	       char **payload, size_t *len);

/* The payload before its signer is known; the same checks but the signature. */
int jws_peek(const char *jws, const char *type, char **payload, size_t *len);

#endif
