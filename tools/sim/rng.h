/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers by counter: Philox4x32-10 (Salmon and others, SC'11). What is drawn
 * depends on seed, stream and position alone, so threads change no result.
 */
#ifndef PHONION_SIM_RNG_H
#define PHONION_SIM_RNG_H

#include <stdint.h>

/* What a stream is for: two uses of one seed never share numbers. */
enum rng_use {
	RNG_ARRIVALS,
	RNG_CALLS,
	RNG_CONTACTS,
	RNG_CARRIERS,
	RNG_INNER,
	RNG_CLOCKS,
	RNG_CIRCUITS,
	RNG_TIMES,
	RNG_BOOKINGS,
	RNG_ATTACKS,
};

struct rng {
	uint32_t key[2], counter[4], out[4];
	unsigned int left;
};

/* The generator itself: OUT of COUNTER under KEY. */
void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

/* The stream INDEX of a use. */
void rng_init(struct rng *rng, uint64_t seed, enum rng_use use, uint64_t index);
uint32_t rng_u32(struct rng *rng);
/* (0, 1), in steps of 2^-32. */
double rng_unit(struct rng *rng);
/* 0 to N - 1; biased by at most N * 2^-64. */
uint32_t rng_below(struct rng *rng, uint32_t n);
double rng_exp(struct rng *rng, double mean);
double rng_normal(struct rng *rng);

#endif
