/* SPDX-License-Identifier: GPL-2.0 */
/* DTMF tones heard in a channel (ITU-T Q.23, Q.24). */
#ifndef PHD_CORE_DETECT_H
#define PHD_CORE_DETECT_H

#include "tone.h"

/* Samples of a block: 12.75 ms. */
#define PHD_DETECT_BLOCK 102
#define PHD_NO_TONE	 0xff

/**
 * struct phd_detect - a detector
 * @x: the block so far
 * @n: samples of it
 * @last: tone of the last block
 * @tone: tone that is on, or PHD_NO_TONE
 * @hits: blocks that @tone lasts so far
 * @misses: blocks since it was last heard
 */
struct phd_detect {
	s16 x[PHD_DETECT_BLOCK];
	u8 n;
	u8 last;
	u8 tone;
	u8 misses;
	u32 hits;
};

void phd_detect_init(struct phd_detect *d);
bool phd_detect_sample(struct phd_detect *d, s16 x);

#endif
