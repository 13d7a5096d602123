// SPDX-License-Identifier: GPL-2.0
/* Random tokens (tags, branches, Call-IDs) and a hash keyed for this process. */
#include <stdlib.h>
#include <sys/random.h>

#include "sip/token.h"

/*
 * The kernel's generator cannot fail once it is seeded, and a relay that
 * went on with guessable tokens would be worse than one that stops.
 */
void token_bytes(void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len) {
		ssize_t got = getrandom(at, len, 0);

		if (got <= 0)
			abort();
		at += got;
		len -= got;
	}
}

uint32_t token_u32(void)
{
	uint32_t value;

	token_bytes(&value, sizeof(value));
	return value;
}

void token_make(char token[TOKEN_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[TOKEN_BYTES];
	size_t i;

	token_bytes(bytes, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++) {
		token[2 * i] = digits[bytes[i] >> 4];
		token[2 * i + 1] = digits[bytes[i] & 15];
	}
	token[2 * sizeof(bytes)] = '\0';
}

uint64_t token_hash64(uint64_t seed, const void *data, size_t len)
{
	static uint64_t key;
	const uint8_t *at = data;
	uint64_t hash;

	if (!key)
		token_bytes(&key, sizeof(key));
	hash = key ^ seed;
	while (len--) {
		hash = (hash ^ *at++) * 0x100000001b3ULL;
		hash ^= hash >> 29;
	}
	hash *= 0xbf58476d1ce4e5b9ULL;
	return hash ^ (hash >> 32);
}
