/* SPDX-License-Identifier: GPL-2.0 */
/* Seals what the fuzzer made up, as somebody of bad will could, and the same every time. */
#ifndef PHONION_FUZZ_SEAL_H
#define PHONION_FUZZ_SEAL_H

#include "crypto/hpke_context.h"
#include "selftests/fuzz/fuzz.h"

static inline void fuzz_seal(const uint8_t public_key[HPKE_KEY_LEN], struct hpke_bytes info,
			     struct hpke_bytes aad, struct hpke_bytes plain, uint8_t *box)
{
	uint8_t ephemeral[HPKE_KEY_LEN];
	struct hpke_keys keys;

	memset(ephemeral, FUZZ_EPHEMERAL_KEY, sizeof(ephemeral));
	FUZZ_ASSERT(!hpke_setup_seal(ephemeral, public_key, info, box, &keys));
	FUZZ_ASSERT(!hpke_aead_seal(&keys, aad, plain, box + HPKE_KEY_LEN));
}

#endif
