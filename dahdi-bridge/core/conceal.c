// SPDX-License-Identifier: GPL-2.0
/*
 * Speech goes on for some time as it was: so the last pitch period before the gap
 * is repeated, and soon faded, for it does not stay true. Nothing that was played
 * is changed and nothing waits, so concealment costs no delay:
 *
 *  - where the gap begins, the step from the last sample to the repeated ones is
 *    worn off over a few samples;
 *  - the end of the repeated period is blended into what came before its start, so
 *    that it can follow itself;
 *  - where the gap ends, the caller fades from this to what came.
 */
#include "conceal.h"

#include "linear.h"

#define TEMPLATE   80	/* samples that are looked for in what was before them */
#define SMOOTH	   16	/* samples over which the step wears off */
#define FULL	   80	/* samples before it begins to fade */
#define FADE_STEPS (PHD_CONCEAL_LENGTH - FULL)

/* The period's last quarter turns into the one before, which leads to its first sample. */
static void make_cycle(struct phd_conceal *c, const s16 *end)
{
	int lag = c->lag, tail = lag / 4, k;

	for (k = 1; k <= lag; k++)
		c->cycle[lag - k] = end[-k];
	for (k = 1; k <= tail; k++)
		c->cycle[lag - k] = (end[-k] * k + end[-lag - k] * (tail + 1 - k)) / (tail + 1);
}

/**
 * phd_conceal_begin - a gap begins
 * @c: the gap
 * @history: the samples just before it
 */
void phd_conceal_begin(struct phd_conceal *c, const s16 history[PHD_CONCEAL_HISTORY])
{
	const s16 *end = history + PHD_CONCEAL_HISTORY;

	c->lag = phd_lag_find(end - TEMPLATE, TEMPLATE, -1, PHD_LAG_MAX).lag;
	make_cycle(c, end);
	c->step = end[-1] - end[-1 - c->lag];
	c->pos = 0;
	c->n = 0;
}

/**
 * phd_conceal_end - from now on silence
 * @c: the gap
 */
void phd_conceal_end(struct phd_conceal *c)
{
	c->n = PHD_CONCEAL_LENGTH;
}

/**
 * phd_conceal_next - the next sample
 * @c: the gap
 *
 * Return: a linear sample; 0 when it is over.
 */
int phd_conceal_next(struct phd_conceal *c)
{
	int x, n = c->n;

	if (phd_conceal_over(c))
		return 0;
	x = c->cycle[c->pos];
	if (++c->pos == c->lag)
		c->pos = 0;
	if (n < SMOOTH)
		x += c->step * (SMOOTH - n) / (SMOOTH + 1);
	if (n >= FULL)
		x = x * (PHD_CONCEAL_LENGTH - n) / FADE_STEPS;
	c->n++;
	return phd_clip(x);
}
