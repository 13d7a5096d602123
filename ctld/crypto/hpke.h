/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256
 * and ChaCha20-Poly1305: seals a message to who holds a private key. One
 * message to each context, so no sequence numbers.
 */
#ifndef PHONION_HPKE_H
#define PHONION_HPKE_H

#include <stddef.h>
#include <stdint.h>

#define HPKE_KEY_LEN  32 /* X25519, private and public */
#define HPKE_OVERHEAD 48 /* encapsulated key (Nenc 32) before, tag (Nt 16) after */

struct hpke_bytes {
	const void *data;
	size_t len;
};

int hpke_keypair(uint8_t private_key[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN]);
int hpke_public(const uint8_t private_key[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN]);

/* OUT has room for PLAIN.len + HPKE_OVERHEAD octets: enc, ciphertext, tag. */
int hpke_seal(const uint8_t public_key[HPKE_KEY_LEN], struct hpke_bytes info, struct hpke_bytes aad,
	      struct hpke_bytes plain, uint8_t *out);

/*
 * OUT has room for SEALED.len - HPKE_OVERHEAD octets. -EBADMSG: not sealed to
 * this key with this INFO and AAD, or altered; OUT is then wiped.
 */
int hpke_open(const uint8_t private_key[HPKE_KEY_LEN], struct hpke_bytes info,
	      struct hpke_bytes aad, struct hpke_bytes sealed, uint8_t *out);

#endif
