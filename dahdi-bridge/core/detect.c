// SPDX-License-Identifier: GPL-2.0
/*
 * A block of samples goes through eight filters, one for each frequency (Goertzel's).
 * It is a tone when one row and one column stand out from their groups, are about as
 * strong as each other, and make up most of what is heard: speech seldom does that for
 * long. Two blocks make a digit, two without it its end.
 */
#include "detect.h"

/* 2 cos of each frequency, times 1 << 14. */
static const s32 coefficient[8] = { 27980, 26956, 25701, 24219, 19073, 16325, 13085, 9315 };

/* Least power of a frequency: of -36 dBm0 or so, where a block's is (peak * 51) squared. */
#define PEAK	     360
#define LEAST	     ((u64)(PEAK * 51) * (PEAK * 51))
/* Energy of a block under which there can be no two such: most of a pause is. */
#define QUIET	     (PEAK * PEAK * 51)
/* How much a frequency must stand out from the others of its group: 8 dB. */
#define STAND_OUT    6
/* How much stronger the column may be: 8 dB; the row: 4 dB. */
#define TWIST_COLUMN(p) ((p) * 63 / 10)
#define TWIST_ROW(p)	((p) * 25 / 10)
/* Part of all power that the two must have, in tenths. */
#define PART	     8
#define BLOCKS_ON    2
#define BLOCKS_OFF   2

void phd_detect_init(struct phd_detect *d)
{
	memset(d, 0, sizeof(*d));
	d->last = PHD_NO_TONE;
	d->tone = PHD_NO_TONE;
}

/* Of one frequency in a block. */
static u64 power(const s16 x[PHD_DETECT_BLOCK], s32 coefficient)
{
	s64 a = 0, b = 0, next, p;
	int i;

	for (i = 0; i < PHD_DETECT_BLOCK; i++) {
		next = x[i] + ((coefficient * a) >> 14) - b;
		b = a;
		a = next;
	}
	p = a * a + b * b - ((coefficient * a) >> 14) * b;
	return p < 0 ? 0 : p;
}

static u64 energy(const s16 x[PHD_DETECT_BLOCK])
{
	u64 sum = 0;
	int i;

	for (i = 0; i < PHD_DETECT_BLOCK; i++)
		sum += x[i] * x[i];
	return sum;
}

/* Return: which of four stands out, or -1. */
static int strongest(const u64 p[4])
{
	int best = 0, i;

	for (i = 1; i < 4; i++)
		if (p[i] > p[best])
			best = i;
	for (i = 0; i < 4; i++)
		if (i != best && p[i] * STAND_OUT > p[best])
			return -1;
	return p[best] >= LEAST ? best : -1;
}

static u8 event_of(int row, int column)
{
	u8 event;

	for (event = 0; event < PHD_TONES; event++)
		if (phd_tone_row[event] == row && phd_tone_column[event] == column)
			break;
	return event;
}

static u8 block_tone(const struct phd_detect *d)
{
	u64 p[8], both, all = energy(d->x);
	int row, column, i;

	if (all < QUIET)
		return PHD_NO_TONE;
	for (i = 0; i < 4; i++)
		p[i] = power(d->x, coefficient[i]);
	row = strongest(p);
	if (row < 0) /* as a rule */
		return PHD_NO_TONE;
	for (i = 4; i < 8; i++)
		p[i] = power(d->x, coefficient[i]);
	column = strongest(p + 4);
	if (column < 0)
		return PHD_NO_TONE;
	if (p[4 + column] > TWIST_COLUMN(p[row]) || p[row] > TWIST_ROW(p[4 + column]))
		return PHD_NO_TONE;
	/* Of pure tones, the sum of both is the energy times half the block's length. */
	both = p[row] + p[4 + column];
	if (both * 10 < all * (PHD_DETECT_BLOCK / 2) * PART)
		return PHD_NO_TONE;
	return event_of(row, column);
}

static void turn_on_or_off(struct phd_detect *d, u8 now)
{
	if (d->tone == PHD_NO_TONE) {
		if (now != PHD_NO_TONE && now == d->last) {
			d->tone = now;
			d->hits = BLOCKS_ON;
			d->misses = 0;
		}
	} else if (now == d->tone) {
		d->hits += 1 + d->misses;
		d->misses = 0;
	} else if (++d->misses == BLOCKS_OFF) {
		d->tone = PHD_NO_TONE;
	}
	d->last = now;
}

/**
 * phd_detect_sample - hear a sample
 * @d: the detector
 * @x: the sample
 *
 * Return: whether a block has ended with it, so that @d->tone and @d->hits may be other
 * than before. A tone that is on began @d->hits + @d->misses blocks ago.
 */
bool phd_detect_sample(struct phd_detect *d, s16 x)
{
	d->x[d->n] = x;
	if (++d->n < PHD_DETECT_BLOCK)
		return false;
	turn_on_or_off(d, block_tone(d));
	d->n = 0;
	return true;
}
