/* SPDX-License-Identifier: GPL-2.0 */
/* Blinding with the salt and the factor given: what the RFC's vectors can be held against. */
#ifndef PHONION_BLIND_GIVEN_H
#define PHONION_BLIND_GIVEN_H

#include <openssl/bn.h>

#include "crypto/blind.h"

int blind_blind_given(EVP_PKEY *public_key, const void *prepared, size_t len, const uint8_t *salt,
		      int salt_size, const BIGNUM *r, uint8_t *blinded, uint8_t *inverse);

#endif
