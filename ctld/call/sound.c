// SPDX-License-Identifier: GPL-2.0
/* What a relay lets its peers hear of its own. */
#include <math.h>
#include <stdbool.h>

#include "call/sound.h"

#define RATE	  8000
#define TONE_HZ	  425 /* of which 17 periods are two packets */
#define TONE_LEN  320
#define NOISE_LEN 256
#define FULL	  32124.0 /* the largest value of u-law, in 16 bits */
#define TONE_DB	  (-16.0) /* of FULL; ITU-T E.180, 4.2 has it between -5 and -15 dBm0 */
#define NOISE_DB  (-62.0) /* about what RFC 3389's level 65 is to a full sine */
#define BIAS	  132

static uint8_t tone[TONE_LEN], noise[NOISE_LEN];

static const struct dp_sound sounds[] = {
	[SOUND_PROMPT] = { tone, TONE_LEN, 200, 60000, noise, NOISE_LEN },
	[SOUND_NOISE] = { .noise = noise, .noise_len = NOISE_LEN },
	[SOUND_DIAL] = { tone, TONE_LEN, 60000, 0, noise, NOISE_LEN },
	[SOUND_RING] = { tone, TONE_LEN, 1000, 4000, noise, NOISE_LEN },
};

/* ITU-T G.711, table 2a: sign, the segment, and four bits within it, all inverted. */
static uint8_t ulaw(double value)
{
	int magnitude = (int)fmin(fabs(value) + BIAS, FULL + BIAS);
	int segment = ilogb(magnitude) - 7;

	return ~((value < 0) << 7 | segment << 4 | (magnitude >> (segment + 3) & 15));
}

/* Of the normal distribution: where SHARE of it is below. */
static double quantile(double share)
{
	double low = -8, high = 8;

	for (int i = 0; i < 40; i++) {
		double mid = (low + high) / 2;

		if (erfc(-mid / M_SQRT2) / 2 < share)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static void make(void)
{
	double level = FULL * pow(10, TONE_DB / 20), sigma = FULL * pow(10, NOISE_DB / 20);

	for (int i = 0; i < TONE_LEN; i++)
		tone[i] = ulaw(level * sin(2 * M_PI * TONE_HZ * i / RATE));
	for (int i = 0; i < NOISE_LEN; i++)
		noise[i] = ulaw(sigma * quantile((i + 0.5) / NOISE_LEN));
}

const struct dp_sound *sound_get(enum sound sound)
{
	static bool made;

	if (!made)
		make();
	made = true;
	return sound == SOUND_NONE ? NULL : &sounds[sound];
}
