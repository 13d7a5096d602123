/* SPDX-License-Identifier: GPL-2.0 */
/* Speech made longer or shorter by a pitch period, without a click. */
#ifndef PHD_CORE_STRETCH_H
#define PHD_CORE_STRETCH_H

#include "lag.h"

/* Samples over which two stretches are blended. */
#define PHD_STRETCH_BLEND 40
/* Samples that are needed, for the longest lag. */
#define PHD_STRETCH_NEEDS (PHD_LAG_MAX + PHD_STRETCH_BLEND)

/**
 * struct phd_stretch - what became of it
 * @lag: by how many samples it is longer or shorter
 * @n: entries of @out
 * @out: what is played instead: if longer, @lag samples and a blend, after which
 *	the input goes on at PHD_STRETCH_BLEND; if shorter, a blend, after which it
 *	goes on at @lag + PHD_STRETCH_BLEND
 */
struct phd_stretch {
	unsigned int lag;
	unsigned int n;
	s16 out[PHD_STRETCH_NEEDS];
};

bool phd_stretch(struct phd_stretch *s, const s16 *x, bool longer, unsigned int max_lag,
		 bool anyway);

#endif
