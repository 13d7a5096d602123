// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "tools/sim/rng.h"

#define ROUNDS 10

void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
	uint32_t k0 = key[0], k1 = key[1];
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t a = 0xd2511f53ull * c0, b = 0xcd9e8d57ull * c2;

		c0 = (b >> 32) ^ c1 ^ k0;
		c2 = (a >> 32) ^ c3 ^ k1;
		c1 = b;
		c3 = a;
		k0 += 0x9e3779b9;
		k1 += 0xbb67ae85;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

void rng_init(struct rng *rng, uint64_t seed, enum rng_use use, uint64_t index)
{
	rng->key[0] = seed;
	rng->key[1] = seed >> 32;
	rng->counter[0] = 0;
	rng->counter[1] = use;
	rng->counter[2] = index;
	rng->counter[3] = index >> 32;
	rng->left = 0;
}

uint32_t rng_u32(struct rng *rng)
{
	if (!rng->left) {
		philox(rng->key, rng->counter, rng->out);
		rng->counter[0]++;
		rng->left = 4;
	}
	return rng->out[--rng->left];
}

double rng_unit(struct rng *rng)
{
	return (rng_u32(rng) + 0.5) * 0x1p-32;
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
	uint64_t high = (uint64_t)rng_u32(rng) * n;
	uint64_t low = (uint64_t)rng_u32(rng) * n;

	return (high + (low >> 32)) >> 32;
}

double rng_exp(struct rng *rng, double mean)
{
	return -mean * log(rng_unit(rng));
}

double rng_normal(struct rng *rng)
{
	double r = sqrt(-2 * log(rng_unit(rng)));

	return r * cos(2 * M_PI * rng_unit(rng));
}
