// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

#include "tools/mos/loudness.h"
#include "tools/mos/sound.h"

#define FRAME 256 /* 32 ms, half of it anew */
#define HOP   (FRAME / 2)
#define BANDS 17

/* Edges of critical bands (Zwicker), from 100 Hz to 3700 Hz, the telephone's. */
static const double edges[BANDS + 1] = { 100,  200,  300,  400,	 510,  630,  770,  920,	 1080,
					 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3400, 3700 };
/* Speech is listened to at 79 dB SPL. */
#define LEVEL 7.9e7
/* Zwicker's exponent. */
#define EXPONENT 0.23
/* A difference is masked up to this part of the quieter one. */
#define MASKED 0.25
/* Loudness of a frame that has speech in it. */
#define QUIET 1.0
/* G.107's Ie,eff over the third power: half of it is reached at this difference. */
#define HALF   0.25
#define R_BEST 93.206

struct ear {
	double window[FRAME], *in, threshold[BANDS], scale;
	fftw_complex *out;
	fftw_plan plan;
};

/* Terhardt's threshold in quiet, as power. */
static double quiet(double hz)
{
	double khz = hz / 1000;

	return pow(10, (3.64 * pow(khz, -0.8) - 6.5 * exp(-0.6 * pow(khz - 3.3, 2)) +
			1e-3 * pow(khz, 4)) /
			       10);
}

static int ear_init(struct ear *ear, const double *said, size_t n)
{
	double energy = 0, rms = sound_rms(said, n);

	*ear = (struct ear){ .in = fftw_alloc_real(FRAME),
			     .out = fftw_alloc_complex(FRAME / 2 + 1) };
	if (!ear->in || !ear->out)
		return -ENOMEM;
	ear->plan = fftw_plan_dft_r2c_1d(FRAME, ear->in, ear->out, FFTW_ESTIMATE);
	for (int i = 0; i < FRAME; i++) {
		ear->window[i] = 0.5 - 0.5 * cos(2 * M_PI * i / FRAME);
		energy += ear->window[i] * ear->window[i];
	}
	/* So that the sum over all bands of the recording's mean is LEVEL. */
	ear->scale = 2 * LEVEL / (energy * FRAME * rms * rms);
	for (int b = 0; b < BANDS; b++)
		ear->threshold[b] = quiet((edges[b] + edges[b + 1]) / 2);
	return 0;
}

static void ear_free(struct ear *ear)
{
	fftw_destroy_plan(ear->plan);
	fftw_free(ear->in);
	fftw_free(ear->out);
}

/* Loudness of a frame in each band, in sone or so. */
static void hear(struct ear *ear, const double *frame, double loud[BANDS])
{
	double power[BANDS] = { 0 };
	int b = 0;

	for (int i = 0; i < FRAME; i++)
		ear->in[i] = frame[i] * ear->window[i];
	fftw_execute(ear->plan);
	for (int i = 0; i <= FRAME / 2; i++) {
		double hz = (double)i * SOUND_RATE / FRAME;

		while (b < BANDS && hz >= edges[b + 1])
			b++;
		if (b == BANDS)
			break;
		if (hz >= edges[0])
			power[b] +=
				ear->out[i][0] * ear->out[i][0] + ear->out[i][1] * ear->out[i][1];
	}
	for (b = 0; b < BANDS; b++) {
		double p0 = ear->threshold[b];

		loud[b] = pow(p0 / 0.5, EXPONENT) *
			  (pow(0.5 + 0.5 * power[b] * ear->scale / p0, EXPONENT) - 1);
		loud[b] = fmax(0, loud[b]);
	}
}

/* Of one frame: what is beyond masking, in all bands. */
static double disturbance(const double said[BANDS], const double heard[BANDS])
{
	double sum = 0, d, masked;

	for (int b = 0; b < BANDS; b++) {
		masked = MASKED * fmin(said[b], heard[b]);
		d = fmax(0, fabs(heard[b] - said[b]) - masked);
		sum += d * d;
	}
	return sqrt(sum / BANDS);
}

/*
 * Sums of loudness and of disturbance's third power. The third, because what is
 * brief and strong, such as a lost packet, is worse than what is long and weak.
 */
struct sums {
	double loud, cubes;
	size_t frames;
};

static void listen(struct ear *ear, struct sums *sums, const double *said, const double *heard,
		   size_t n)
{
	double a[BANDS], b[BANDS], loud;

	for (size_t at = 0; at + FRAME <= n; at += HOP) {
		hear(ear, said + at, a);
		hear(ear, heard + at, b);
		loud = 0;
		for (int i = 0; i < BANDS; i++)
			loud += a[i] / BANDS;
		sums->cubes += pow(disturbance(a, b), 3);
		sums->loud += loud;
		sums->frames += loud > QUIET;
	}
}

int loudness_difference(double *difference, const double *said, const double *heard, size_t n)
{
	struct sums sums = { 0 };
	struct ear ear;
	int err;

	if (sound_rms(said, n) <= 0)
		return -ENODATA;
	err = ear_init(&ear, said, n);
	if (!err)
		listen(&ear, &sums, said, heard, n);
	ear_free(&ear);
	if (err)
		return err;
	if (!sums.frames)
		return -ENODATA;
	/* By frames with speech, and beside their loudness: pauses change nothing. */
	*difference = cbrt(sums.cubes / sums.frames) / (sums.loud / sums.frames);
	return 0;
}

double loudness_r(double difference)
{
	double cube = pow(difference, 3);

	return R_BEST - 95 * cube / (cube + pow(HALF, 3));
}
