/* SPDX-License-Identifier: GPL-2.0 */
/* What an attack got, over many tries, and how sure that is. */
#ifndef PHONION_SIM_TALLY_H
#define PHONION_SIM_TALLY_H

#include <stdbool.h>
#include <stdint.h>

/* The normal quantile of 99 %, both sides. */
#define TALLY_Z 2.5758293035489004

struct tally {
	uint64_t tries, hits;
	uint64_t seen; /* tries in which there were candidates */
	double bits;   /* sum over these of the Shannon entropy of who it is */
};

/* A try with CANDIDATES that are as likely as each other; 0: nothing was seen. */
void tally_even(struct tally *tally, uint64_t candidates, bool hit);
/* A try that named one, whatever there was beside. */
void tally_one(struct tally *tally, bool hit);
void tally_add(struct tally *tally, const struct tally *other);

double tally_rate(const struct tally *tally);
/* The interval of 99 %: Wilson's, or with fewer than 100 hits or misses Clopper's and Pearson's. */
void tally_interval(const struct tally *tally, double *low, double *high);
/* Is PREDICTED in that interval? */
bool tally_agrees(const struct tally *tally, double predicted);
/* The mean over what was seen; the effective anonymity set is 2^entropy. */
double tally_entropy(const struct tally *tally);
double tally_set(const struct tally *tally);
/* Of the end, given all records: -log2 of the rate; INFINITY when there was no hit. */
double tally_min_entropy(const struct tally *tally);

#endif
