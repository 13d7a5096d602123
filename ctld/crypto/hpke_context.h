/* SPDX-License-Identifier: GPL-2.0 */
/* HPKE with the ephemeral key given: what the RFC's vectors can be held against. */
#ifndef PHONION_HPKE_CONTEXT_H
#define PHONION_HPKE_CONTEXT_H

#include "crypto/hpke.h"

struct hpke_keys {
	uint8_t key[32];
	uint8_t nonce[12]; /* base nonce; of sequence number 0, the only one used */
};

int hpke_setup_seal(const uint8_t ephemeral[HPKE_KEY_LEN], const uint8_t receiver[HPKE_KEY_LEN],
		    struct hpke_bytes info, uint8_t enc[HPKE_KEY_LEN], struct hpke_keys *keys);
int hpke_aead_seal(const struct hpke_keys *keys, struct hpke_bytes aad, struct hpke_bytes plain,
		   uint8_t *out);

#endif
