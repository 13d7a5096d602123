/* SPDX-License-Identifier: GPL-2.0 */
/* Where in one recording what was said in another is heard, by cross-correlation. */
#ifndef PHONION_MOS_ALIGN_H
#define PHONION_MOS_ALIGN_H

#include <stdbool.h>

#include "tools/mos/sound.h"

/* Delay is looked for anew so often, since jitter buffers change it in a call. */
#define ALIGN_BLOCK 2048
/* And so far from where it is for the whole, in samples. */
#define ALIGN_SEARCH 2000
/* Below this the recordings are taken for ones of different calls. */
#define ALIGN_LEAST 0.2

struct align {
	double *heard; /* for each sample of the reference, what was heard, or 0 */
	size_t n;
	double correlation;	    /* at the delay of the whole, 0 to 1 */
	double gain;		    /* that HEARD was multiplied with, not 0 */
	bool inverted;		    /* GAIN is negative */
	long lag, lag_min, lag_max; /* samples that HEARD is later; of the whole, of blocks */
	unsigned int steps;	    /* times that it changed */
};

/*
 * -ENODATA: the reference is silent; -ENOMSG: what it says is not in DEGRADED;
 * -ENOMEM. Other than after 0 there is nothing to free.
 */
int align(struct align *align, const struct sound *reference, const struct sound *degraded);
void align_free(struct align *align);

#endif
