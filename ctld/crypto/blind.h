/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RSA blind signatures (RFC 9474): who signs does not learn what, and cannot
 * tell later which of its signings a signature came from. Tokens use
 * RSABSSA-SHA384-PSS-Randomized; the other variants are here for the RFC's
 * vectors.
 */
#ifndef PHONION_BLIND_H
#define PHONION_BLIND_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#define BLIND_MAX_LEN	 512 /* octets of modulus, signature and blinded message: RSA 4096 */
#define BLIND_PREFIX_LEN 32  /* what Prepare puts before the message (section 4.1) */

enum blind_variant {
	BLIND_PSS_RANDOMIZED, /* RSABSSA-SHA384-PSS-Randomized */
	BLIND_PSSZERO_RANDOMIZED,
	BLIND_PSS_DETERMINISTIC,
	BLIND_PSSZERO_DETERMINISTIC,
};

int blind_key_new(EVP_PKEY **key, unsigned int bits);
/* SubjectPublicKeyInfo in DER; *DER is to be freed. */
int blind_key_public(EVP_PKEY *key, uint8_t **der, size_t *len);
/*
 * -EBADMSG: not DER, or not RSA of 2048 to 8 * BLIND_MAX_LEN bits, whole octets
 * of them, with an odd modulus and the exponent 65537.
 */
int blind_key_read(EVP_PKEY **key, const uint8_t *der, size_t len);

/* Prepare (section 4.1): OUT has room for LEN + BLIND_PREFIX_LEN; returns the length. */
int blind_prepare(enum blind_variant variant, const void *msg, size_t len, uint8_t *out);

/* Blind (section 4.2): both outputs are as long as the modulus. INVERSE is secret. */
int blind_blind(EVP_PKEY *public_key, enum blind_variant variant, const void *prepared, size_t len,
		uint8_t *blinded, uint8_t *inverse);

/* BlindSign (section 4.3). -EBADMSG: BLINDED is not below the modulus, or LEN not its length. */
int blind_sign(EVP_PKEY *private_key, const uint8_t *blinded, size_t len, uint8_t *signature);

/* Finalize (section 4.4). -EKEYREJECTED: the signer did not sign this. */
int blind_finalize(EVP_PKEY *public_key, enum blind_variant variant, const void *prepared,
		   size_t len, const uint8_t *blind_signature, const uint8_t *inverse,
		   uint8_t *signature);

/* 0, or -EKEYREJECTED. */
int blind_verify(EVP_PKEY *public_key, enum blind_variant variant, const void *prepared, size_t len,
		 const uint8_t *signature, size_t signature_len);

#endif
