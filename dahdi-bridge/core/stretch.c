// SPDX-License-Identifier: GPL-2.0
#include "stretch.h"

/* Mean magnitude below which nobody hears what is done: -50 dBm0 or so. */
#define QUIET 64

/* From @a to @b. */
static void blend(s16 *out, const s16 *a, const s16 *b)
{
	int i;

	for (i = 0; i < PHD_STRETCH_BLEND; i++)
		out[i] = (a[i] * (PHD_STRETCH_BLEND - i) + b[i] * (i + 1)) /
			 (PHD_STRETCH_BLEND + 1);
}

/**
 * phd_stretch - make what is to be played longer or shorter
 * @s: filled in on success
 * @x: what is to be played next, @max_lag + PHD_STRETCH_BLEND samples
 * @longer: or else shorter
 * @max_lag: by how many samples at most, from PHD_LAG_MIN on
 * @anyway: though it would be heard
 *
 * Return: false when it would be heard: nothing a period away is like it.
 */
bool phd_stretch(struct phd_stretch *s, const s16 *x, bool longer, unsigned int max_lag,
		 bool anyway)
{
	struct phd_lag found = phd_lag_find(x, PHD_STRETCH_BLEND, 1, max_lag);
	unsigned int i;

	if (!anyway && found.level > QUIET * PHD_STRETCH_BLEND &&
	    found.difference > found.level / 2)
		return false;
	s->lag = found.lag;
	s->n = PHD_STRETCH_BLEND;
	if (!longer) {
		blend(s->out, x, x + found.lag);
		return true;
	}
	for (i = 0; i < found.lag; i++)
		s->out[i] = x[i];
	blend(s->out + found.lag, x + found.lag, x);
	s->n += found.lag;
	return true;
}
