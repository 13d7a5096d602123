/* SPDX-License-Identifier: GPL-2.0 */
/* What is played when there is nothing to play: loss concealment. */
#ifndef PHD_CORE_CONCEAL_H
#define PHD_CORE_CONCEAL_H

#include "lag.h"

/* Samples before the gap that it is made of. */
#define PHD_CONCEAL_HISTORY 240
/* Samples that it lasts, faded to silence at the end: 60 ms. */
#define PHD_CONCEAL_LENGTH  480

/**
 * struct phd_conceal - a gap being filled
 * @cycle: what is repeated
 * @lag: samples of @cycle
 * @pos: the next of them
 * @n: samples made so far
 * @step: of the wave where the gap begins, which is smoothed
 */
struct phd_conceal {
	s16 cycle[PHD_LAG_MAX];
	u16 lag;
	u16 pos;
	u16 n;
	s32 step;
};

void phd_conceal_begin(struct phd_conceal *c, const s16 history[PHD_CONCEAL_HISTORY]);
void phd_conceal_end(struct phd_conceal *c);
int phd_conceal_next(struct phd_conceal *c);

/**
 * phd_conceal_over - whether it has come to silence
 * @c: the gap
 */
static inline bool phd_conceal_over(const struct phd_conceal *c)
{
	return c->n >= PHD_CONCEAL_LENGTH;
}

#endif
