// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tools/mos/differ.h"
#include "tools/mos/sound.h"

/* 10 ms, in which there is speech or not: 20 dB below the whole there is not. */
#define FRAME	  80
#define SPEECH	  0.1
#define SNR_FRAME 256
/* Nothing: no more than G.711's smallest steps, for 5 ms. */
#define NOTHING	    0.0005
#define NOTHING_RUN 40
/* Clipped: three samples in a row at the peak. */
#define PEAK	 0.999
#define PEAK_RUN 3

static void find_speech(bool *speech, const double *said, size_t n)
{
	double least = SPEECH * sound_rms(said, n);

	for (size_t at = 0; at < n; at += FRAME) {
		size_t len = n - at < FRAME ? n - at : FRAME;
		bool is = sound_rms(said + at, len) > least;

		for (size_t i = at; i < at + len; i++)
			speech[i] = is;
	}
}

static size_t nothing_from(const double *heard, size_t at, size_t n)
{
	size_t end = at;

	while (end < n && fabs(heard[end]) <= NOTHING)
		end++;
	return end - at;
}

static void find_loss(struct differ *d, const bool *speech, const double *heard, size_t n)
{
	size_t all = 0, lost = 0, bursts = 0, run, part;
	double length;

	for (size_t i = 0; i < n; i++)
		all += speech[i];
	for (size_t at = 0; at < n; at += run + 1) {
		run = nothing_from(heard, at, n);
		if (run < NOTHING_RUN)
			continue;
		part = 0;
		for (size_t i = at; i < at + run; i++)
			part += speech[i];
		lost += part;
		bursts += part >= NOTHING_RUN;
	}
	d->lost = all ? 100.0 * lost / all : 0;
	/* Mean length of a burst, beside that which random loss has: 1 / (1 - loss). */
	length = bursts ? (double)lost / bursts / DIFFER_PACKET : 0;
	d->burstr = fmax(1, fmax(1, length) * (1 - d->lost / 100));
}

/* % of samples in runs at the peak. */
static double at_peak(const double *x, size_t n)
{
	size_t sum = 0, run = 0;
	double peak = 0;

	for (size_t i = 0; i < n; i++)
		peak = fmax(peak, fabs(x[i]));
	for (size_t i = 0; i <= n; i++) {
		if (i < n && peak > 0 && fabs(x[i]) >= PEAK * peak &&
		    (!run || (x[i] > 0) == (x[i - 1] > 0))) {
			run++;
			continue;
		}
		sum += run >= PEAK_RUN ? run : 0;
		run = 0;
	}
	return 100.0 * sum / n;
}

static double frame_snr(const double *said, const double *heard)
{
	double signal = 0, noise = 0;

	for (size_t i = 0; i < SNR_FRAME; i++) {
		signal += said[i] * said[i];
		noise += (heard[i] - said[i]) * (heard[i] - said[i]);
	}
	return fmin(DIFFER_SNR_MAX, fmax(DIFFER_SNR_MIN, 10 * log10(signal / (noise + 1e-20))));
}

static double segmental_snr(const double *said, const double *heard, size_t n)
{
	double sum = 0, least = SPEECH * sound_rms(said, n);
	size_t frames = 0;

	for (size_t at = 0; at + SNR_FRAME <= n; at += SNR_FRAME) {
		if (sound_rms(said + at, SNR_FRAME) <= least)
			continue;
		sum += frame_snr(said + at, heard + at);
		frames++;
	}
	return frames ? sum / frames : DIFFER_SNR_MAX;
}

int differ(struct differ *d, const double *said, const double *heard, size_t n)
{
	bool *speech = calloc(n, sizeof(*speech));

	*d = (struct differ){ 0 };
	if (!speech)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		d->altered += said[i] != heard[i];
	find_speech(speech, said, n);
	find_loss(d, speech, heard, n);
	d->clipped = fmax(0, at_peak(heard, n) - at_peak(said, n));
	d->seg_snr = segmental_snr(said, heard, n);
	free(speech);
	return 0;
}
