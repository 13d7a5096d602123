// SPDX-License-Identifier: GPL-2.0
/*
 * By the least sum of magnitude differences: sums only, nothing can overflow, and
 * no division. Every other lag with every other sample first, then its neighbours
 * with all: a search is some 3,000 subtractions, as it may be done in an interrupt.
 */
#include "lag.h"

static u32 difference(const s16 *x, const s16 *y, unsigned int n, unsigned int step)
{
	u32 sum = 0;
	unsigned int i;
	int d;

	for (i = 0; i < n; i += step) {
		d = x[i] - y[i];
		sum += d < 0 ? -d : d;
	}
	return sum;
}

static u32 level(const s16 *x, unsigned int n)
{
	u32 sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		sum += x[i] < 0 ? -x[i] : x[i];
	return sum;
}

/**
 * phd_lag_find - how far from a stretch of samples is what is most like it
 * @x: the stretch; there are @max samples more before or after it
 * @n: its samples, up to 160
 * @direction: -1 to look before it, 1 after it
 * @max: most lag, PHD_LAG_MIN to PHD_LAG_MAX
 */
struct phd_lag phd_lag_find(const s16 *x, unsigned int n, int direction, unsigned int max)
{
	struct phd_lag best = { .lag = PHD_LAG_MIN, .difference = ~0u, .level = level(x, n) };
	unsigned int lag, from, to;
	u32 d;

	for (lag = PHD_LAG_MIN; lag <= max; lag += 2) {
		d = difference(x, x + direction * (int)lag, n, 2);
		if (d < best.difference) {
			best.difference = d;
			best.lag = lag;
		}
	}
	from = best.lag > PHD_LAG_MIN ? best.lag - 1 : best.lag;
	to = best.lag < max ? best.lag + 1 : best.lag;
	best.difference = ~0u;
	for (lag = from; lag <= to; lag++) {
		d = difference(x, x + direction * (int)lag, n, 1);
		if (d < best.difference) {
			best.difference = d;
			best.lag = lag;
		}
	}
	return best;
}
