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

void tally_interval(const struct tally *t, double *low, double *high)
{
	double n = t->tries, p = tally_rate(t), z2 = TALLY_Z * TALLY_Z;
	double middle, half;

	*low = 0;
	*high = 1;
	if (!t->tries)
		return;
	middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	half = TALLY_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
	/* Where none or all were hits the ends are 0 and 1, but for rounding. */
	if (t->hits)
		*low = fmax(0, middle - half);
	if (t->hits < t->tries)
		*high = fmin(1, middle + half);
}

/* The chance of HITS or fewer, by the binomial distribution itself. */
static double or_fewer(uint64_t hits, uint64_t tries, double p)
{
	double sum = 0;

	if (p <= 0)
		return 1;
	for (uint64_t i = 0; i <= hits; i++)
		sum += exp(lgamma(tries + 1.0) - lgamma(i + 1.0) - lgamma(tries - i + 1.0) +
			   i * log(p) + (tries - i) * log1p(-p));
	return sum;
}

/* Clopper's and Pearson's interval: neither tail is less than half of 1 %. */
static bool exactly(uint64_t hits, uint64_t tries, double p)
{
	return or_fewer(hits, tries, p) >= TAIL &&
	       (!hits || 1 - or_fewer(hits - 1, tries, p) >= TAIL);
}

bool tally_agrees(const struct tally *t, double predicted)
{
	double low, high, p = fmin(1, fmax(0, predicted));

	/* Wilson's does not hold what it promises where there are few. */
	if (t->tries && t->hits < FEW && p < 1)
		return exactly(t->hits, t->tries, p);
	if (t->tries && t->tries - t->hits < FEW && p > 0)
		return exactly(t->tries - t->hits, t->tries, 1 - p);
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
