/* SPDX-License-Identifier: GPL-2.0 */
/* A recording of a telephone call: 8000 samples a second, one channel, -1 to 1. */
#ifndef PHONION_MOS_SOUND_H
#define PHONION_MOS_SOUND_H

#include <stddef.h>

#define SOUND_RATE  8000
#define SOUND_MIN_S 0.5
#define SOUND_MAX_S 600

struct sound {
	double *samples;
	size_t n;
};

/*
 * Reads what libsndfile can, and by their names' ends files without a header:
 * .ul .ulaw .pcmu, .al .alaw .pcma, and .s16 .sln .raw (little endian). On an
 * error *WHY is a sentence's end, and *HINT what to do or NULL; both last until
 * the next call. -ENOENT and the like: not opened; -EBADMSG: no sound;
 * -ENOTSUP: another rate or several channels; -ERANGE: too short or too long.
 */
int sound_read(struct sound *sound, const char *path, const char **why, const char **hint);
void sound_free(struct sound *sound);

/* Root mean square of N samples; 0 of none. */
double sound_rms(const double *samples, size_t n);

#endif
