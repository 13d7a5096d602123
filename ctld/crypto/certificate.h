/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A self-signed certificate of an Ed25519 key (RFC 8410). It says nothing but
 * the key: TLS wants one to prove that we have it.
 */
#ifndef PHONION_CERTIFICATE_H
#define PHONION_CERTIFICATE_H

#include "crypto/sign.h"

/* Both are PEM and to be freed; wipe *KEY before. */
int certificate_make(char **certificate, char **key, const uint8_t private_key[SIGN_KEY_LEN]);

/*
 * The pin of a PEM certificate's key, "sha256//BASE64", as curl's
 * --pinnedpubkey takes it.
 */
#define CERTIFICATE_PIN_SIZE 53
int certificate_pin(char pin[CERTIFICATE_PIN_SIZE], const char *certificate);
/* The same of the certificate that certificate_make() makes for the key. */
int certificate_key_pin(char pin[CERTIFICATE_PIN_SIZE], const uint8_t public_key[SIGN_KEY_LEN]);

#endif
