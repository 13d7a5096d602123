// SPDX-License-Identifier: GPL-2.0
#include "tone.h"

/* Peak of each of the two frequencies: -10 dBm0, as the events that we send tell. */
#define PEAK	7053

/* Phase steps of 697, 770, 852, 941 Hz and 1209, 1336, 1477, 1633 Hz. */
static const u16 row_step[4] = { 5710, 6308, 6980, 7709 };
static const u16 column_step[4] = { 9904, 10945, 12100, 13378 };

/* 0 to 9, *, #, A to D. */
const u8 phd_tone_row[PHD_TONES] = { 3, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 0, 1, 2, 3 };
const u8 phd_tone_column[PHD_TONES] = { 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 3, 3, 3, 3 };

/* A quarter of a sine wave. */
static const s16 quarter[65] = {
	0, 804, 1608, 2410, 3212, 4011, 4808, 5602,
	6393, 7179, 7962, 8739, 9512, 10278, 11039, 11793,
	12539, 13279, 14010, 14732, 15446, 16151, 16846, 17530,
	18204, 18868, 19519, 20159, 20787, 21403, 22005, 22594,
	23170, 23731, 24279, 24811, 25329, 25832, 26319, 26790,
	27245, 27683, 28105, 28510, 28898, 29268, 29621, 29956,
	30273, 30571, 30852, 31113, 31356, 31580, 31785, 31971,
	32137, 32285, 32412, 32521, 32609, 32678, 32728, 32757,
	32767,
};

/* To 256 steps a period: what is not right is 48 dB below the tone. */
static int sine(u16 phase)
{
	unsigned int i = phase >> 8, k = i & 63;
	int x = i & 64 ? quarter[64 - k] : quarter[k];

	return i & 128 ? -x : x;
}

/**
 * phd_tone_begin - begin a tone
 * @t: the tone
 * @event: 0 to 15
 */
void phd_tone_begin(struct phd_tone *t, u8 event)
{
	event %= PHD_TONES;
	t->phase[0] = 0;
	t->phase[1] = 0;
	t->step[0] = row_step[phd_tone_row[event]];
	t->step[1] = column_step[phd_tone_column[event]];
}

/**
 * phd_tone_next - the next sample
 * @t: the tone
 */
int phd_tone_next(struct phd_tone *t)
{
	int x = sine(t->phase[0]) + sine(t->phase[1]);

	t->phase[0] += t->step[0];
	t->phase[1] += t->step[1];
	return x * PEAK >> 15;
}
