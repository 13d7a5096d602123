/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unbiased random choices. They come from the kernel, or, for tests and
 * simulations that must be repeatable, from a generator of the caller's.
 */
#ifndef PHONION_PATH_RANDOM_H
#define PHONION_PATH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef void (*random_fill_fn)(void *arg, void *buf, size_t len);

/* All zeros draws from getrandom(2). */
struct path_random {
	random_fill_fn fill;
	void *arg;
	uint8_t pool[256]; /* what was drawn ahead: a system call for each would be slow */
	size_t left;
};

/* 0 to N - 1, each as likely as another; N is not 0. */
uint32_t random_below(struct path_random *random, uint32_t n);
/* [0, 1), in steps of 2^-53. */
double random_unit(struct path_random *random);
/* Puts N items of SIZE octets (at most 64) into random order. */
void random_shuffle(struct path_random *random, void *items, size_t n, size_t size);
/* N decimal digits and a NUL. */
void random_digits(struct path_random *random, char *digits, size_t n);
/* What was drawn ahead and not used. */
void random_wipe(struct path_random *random);

#endif
