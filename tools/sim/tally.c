// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "tools/sim/tally.h"

#define FEW  100
#define TAIL 0.005

void tally_one(struct tally *t, bool hit)
{
	t->tries++;
	t->hits += hit;
}

void tally_even(struct tally *t, uint64_t candidates, bool hit)
{
	tally_one(t, hit);
	if (!candidates)
		return;
	t->seen++;
	t->bits += log2(candidates);
}

void tally_add(struct tally *t, const struct tally *other)
{
	t->tries += other->tries;
	t->hits += other->hits;
	t->seen += other->seen;
	t->bits += other->bits;
}

double tally_rate(const struct tally *t)
{
	return t->tries ? (double)t->hits / t->tries : 0;
}

/* Wilson's, for many. */
static void wilson(const struct tally *t, double *low, double *high)
{
	double n = t->tries, p = tally_rate(t), z2 = TALLY_Z * TALLY_Z;
	double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	double half = TALLY_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);

	*low = fmax(0, middle - half);
	*high = fmin(1, middle + half);
}

/* The chance of HITS or fewer, by the binomial distribution itself; P within (0, 1). */
static double or_fewer(uint64_t hits, uint64_t tries, double p)
{
	double sum = 0;

	for (uint64_t i = 0; i <= hits; i++)
		sum += exp(lgamma(tries + 1.0) - lgamma(i + 1.0) - lgamma(tries - i + 1.0) +
			   i * log(p) + (tries - i) * log1p(-p));
	return sum;
}

/* The P by which HITS or fewer have this CHANCE: the greater it is, the fewer are likely. */
static double p_of(uint64_t hits, uint64_t tries, double chance)
{
	double low = 0, high = 1;

	for (int i = 0; i < 50; i++) {
		double p = (low + high) / 2;

		if (or_fewer(hits, tries, p) > chance)
			low = p;
		else
			high = p;
	}
	return low;
}

/* Clopper's and Pearson's: neither tail is more than half of 1 %. */
static void exact(uint64_t hits, uint64_t tries, double *low, double *high)
{
	*low = hits ? p_of(hits - 1, tries, 1 - TAIL) : 0;
	*high = hits < tries ? p_of(hits, tries, TAIL) : 1;
}

void tally_interval(const struct tally *t, double *low, double *high)
{
	double fewest, most;

	*low = 0;
	*high = 1;
	if (!t->tries)
		return;
	/* Wilson's does not hold what it promises where there are few. */
	if (t->hits < FEW) {
		exact(t->hits, t->tries, low, high);
	} else if (t->tries - t->hits < FEW) {
		exact(t->tries - t->hits, t->tries, &fewest, &most);
		*low = 1 - most;
		*high = 1 - fewest;
	} else {
		wilson(t, low, high);
	}
}

bool tally_agrees(const struct tally *t, double predicted)
{
	double low, high;

	tally_interval(t, &low, &high);
	return t->tries && predicted >= low - 1e-12 && predicted <= high + 1e-12;
}

double tally_entropy(const struct tally *t)
{
	return t->seen ? t->bits / t->seen : 0;
}

double tally_min_entropy(const struct tally *t)
{
	return t->hits < t->tries || !t->tries ? -log2(tally_rate(t)) : 0;
}

double tally_set(const struct tally *t)
{
	return exp2(tally_entropy(t));
}
