/* SPDX-License-Identifier: GPL-2.0 */
/* How far apart speech repeats itself: the pitch period, or what comes nearest to one. */
#ifndef PHD_CORE_LAG_H
#define PHD_CORE_LAG_H

#include "kmod/core/types.h"

/* Samples; 200 Hz down to 50 Hz, and of a higher pitch two or more periods. */
#define PHD_LAG_MIN  40
#define PHD_LAG_MAX  160

/**
 * struct phd_lag - a lag that was found
 * @lag: samples
 * @difference: sum of the differences between the two stretches
 * @level: sum of the magnitudes of the first
 */
struct phd_lag {
	unsigned int lag;
	u32 difference;
	u32 level;
};

struct phd_lag phd_lag_find(const s16 *x, unsigned int n, int direction, unsigned int max);

#endif
