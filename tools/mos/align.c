// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mos/align.h"

/* Below it there is no speech: 60 dB under full scale. */
#define SILENCE 0.001
/* And a receiver that has nothing to play plays that, in G.711 of either law. */
#define NOTHING 0.0005
/* A block's own delay is believed when it fits well, and better by so much. */
#define BLOCK_FIT    0.6
#define BLOCK_BETTER 0.1

/* Of a length, its plans, and room for two signals. */
struct correlator {
	size_t n;
	double *a, *b;
	fftw_complex *fa, *fb;
	fftw_plan to_a, to_b, from_a;
};

static void correlator_free(struct correlator *c)
{
	fftw_destroy_plan(c->to_a);
	fftw_destroy_plan(c->to_b);
	fftw_destroy_plan(c->from_a);
	fftw_free(c->a);
	fftw_free(c->b);
	fftw_free(c->fa);
	fftw_free(c->fb);
}

static int correlator_init(struct correlator *c, size_t least)
{
	*c = (struct correlator){ .n = 1 };
	while (c->n < least)
		c->n *= 2;
	c->a = fftw_alloc_real(c->n);
	c->b = fftw_alloc_real(c->n);
	c->fa = fftw_alloc_complex(c->n / 2 + 1);
	c->fb = fftw_alloc_complex(c->n / 2 + 1);
	if (!c->a || !c->b || !c->fa || !c->fb) {
		correlator_free(c);
		return -ENOMEM;
	}
	c->to_a = fftw_plan_dft_r2c_1d(c->n, c->a, c->fa, FFTW_ESTIMATE);
	c->to_b = fftw_plan_dft_r2c_1d(c->n, c->b, c->fb, FFTW_ESTIMATE);
	c->from_a = fftw_plan_dft_c2r_1d(c->n, c->fa, c->a, FFTW_ESTIMATE);
	return 0;
}

static void load(double *to, size_t room, const double *from, size_t n)
{
	memcpy(to, from, n * sizeof(*to));
	memset(to + n, 0, (room - n) * sizeof(*to));
}

/* Afterwards a[lag], or a[n + lag] of a negative one, is the sum of x[i] * y[i + lag]. */
static void correlate(struct correlator *c, const double *x, size_t nx, const double *y, size_t ny)
{
	load(c->a, c->n, x, nx);
	load(c->b, c->n, y, ny);
	fftw_execute(c->to_a);
	fftw_execute(c->to_b);
	for (size_t i = 0; i <= c->n / 2; i++) {
		double re = c->fa[i][0] * c->fb[i][0] + c->fa[i][1] * c->fb[i][1];
		double im = c->fa[i][0] * c->fb[i][1] - c->fa[i][1] * c->fb[i][0];

		c->fa[i][0] = re / c->n;
		c->fa[i][1] = im / c->n;
	}
	fftw_execute(c->from_a);
}

/* Sum of x[i] * y[i + lag] over 0 <= i < n, and of y's squares; outside y it is 0. */
static double overlap(const double *x, size_t n, const struct sound *y, long lag, double *energy)
{
	double sum = 0;

	*energy = 0;
	for (size_t i = 0; i < n; i++) {
		long k = (long)i + lag;

		if (k < 0 || (size_t)k >= y->n)
			continue;
		sum += x[i] * y->samples[k];
		*energy += y->samples[k] * y->samples[k];
	}
	return sum;
}

/* -1 to 1: how alike they are at LAG. */
static double likeness(const double *x, size_t n, const struct sound *y, long lag)
{
	double energy, sum = overlap(x, n, y, lag, &energy), rms = sound_rms(x, n);

	return energy > 0 && rms > 0 ? sum / sqrt(energy * rms * rms * n) : 0;
}

static int whole(struct align *a, const struct sound *x, const struct sound *y)
{
	struct correlator c;
	double best = -1, fit;
	int err = correlator_init(&c, x->n + y->n);

	if (err)
		return err;
	correlate(&c, x->samples, x->n, y->samples, y->n);
	for (size_t i = 0; i < c.n; i++) {
		if (fabs(c.a[i]) <= best)
			continue;
		best = fabs(c.a[i]);
		a->lag = i < y->n ? (long)i : (long)i - (long)c.n;
	}
	correlator_free(&c);
	fit = likeness(x->samples, x->n, y, a->lag);
	a->inverted = fit < 0;
	a->correlation = fabs(fit);
	return 0;
}

/* The lag near that of the whole at which N samples from X fit best; CENTRE if none does well. */
static long block_lag(const struct align *a, struct correlator *c, const double *x, size_t n,
		      const struct sound *y, long centre, long last)
{
	double part[ALIGN_BLOCK + 2 * ALIGN_SEARCH] = { 0 }, best = 0;
	double sign = a->inverted ? -1 : 1;
	long from = centre - ALIGN_SEARCH, lag = last;
	size_t room = n + 2 * ALIGN_SEARCH;

	for (size_t i = 0; i < room; i++)
		if (from + (long)i >= 0 && (size_t)(from + (long)i) < y->n)
			part[i] = sign * y->samples[from + (long)i];
	correlate(c, x, n, part, room);
	for (long i = 0; i <= 2 * ALIGN_SEARCH; i++) {
		if (c->a[i] <= best)
			continue;
		best = c->a[i];
		lag = from + i;
	}
	best = sign * likeness(x, n, y, lag);
	return best > BLOCK_FIT && best > sign * likeness(x, n, y, last) + BLOCK_BETTER ? lag
											: last;
}

/* How much louder Y is, by what was heard of the block; 0 if nothing was. */
static double loudness(const double *x, size_t n, const struct sound *y, long lag)
{
	double sum = 0, energy = 0;

	for (size_t i = 0; i < n; i++) {
		long k = (long)i + lag;

		if (k < 0 || (size_t)k >= y->n || fabs(y->samples[k]) <= NOTHING)
			continue;
		sum += x[i] * y->samples[k];
		energy += x[i] * x[i];
	}
	return energy > 0 ? sum / energy : 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Fills HEARD block by block, and gives each block's gain, of speech only. */
static size_t blocks(struct align *a, struct correlator *c, const struct sound *x,
		     const struct sound *y, double *gains)
{
	long lag = a->lag, now;
	size_t n_gains = 0, n;
	double gain;

	a->lag_min = a->lag_max = a->lag;
	for (size_t at = 0; at < x->n; at += n) {
		const double *block = x->samples + at;

		n = x->n - at < ALIGN_BLOCK ? x->n - at : ALIGN_BLOCK;
		if (n == ALIGN_BLOCK && sound_rms(block, n) > 10 * SILENCE) {
			now = block_lag(a, c, block, n, y, (long)at + a->lag, (long)at + lag) -
			      (long)at;
			a->steps += now != lag;
			lag = now;
			a->lag_min = lag < a->lag_min ? lag : a->lag_min;
			a->lag_max = lag > a->lag_max ? lag : a->lag_max;
			gain = loudness(block, n, y, (long)at + lag);
			if (gain != 0)
				gains[n_gains++] = gain;
		}
		for (size_t i = at; i < at + n; i++) {
			long k = (long)i + lag;

			a->heard[i] = k >= 0 && (size_t)k < y->n ? y->samples[k] : 0;
		}
	}
	return n_gains;
}

static int follow(struct align *a, const struct sound *x, const struct sound *y)
{
	double *gains = calloc(x->n / ALIGN_BLOCK + 1, sizeof(*gains));
	struct correlator c;
	size_t n;
	int err;

	if (!gains)
		return -ENOMEM;
	err = correlator_init(&c, 2 * (ALIGN_BLOCK + ALIGN_SEARCH));
	if (err)
		goto err_gains;
	n = blocks(a, &c, x, y, gains);
	correlator_free(&c);
	/* The median: blocks in which much was lost do not move it. */
	qsort(gains, n, sizeof(*gains), by_value);
	a->gain = n && gains[n / 2] != 0 ? 1 / gains[n / 2] : a->inverted ? -1 : 1;
	/* What differs by less is rounding, and to be told from a change. */
	if (fabs(a->gain - 1) < 1e-6)
		a->gain = 1;
	for (size_t i = 0; i < a->n; i++)
		a->heard[i] *= a->gain;
err_gains:
	free(gains);
	return err;
}

int align(struct align *a, const struct sound *reference, const struct sound *degraded)
{
	int err;

	*a = (struct align){ .n = reference->n };
	if (sound_rms(reference->samples, reference->n) < SILENCE)
		return -ENODATA;
	err = whole(a, reference, degraded);
	if (err)
		return err;
	if (a->correlation < ALIGN_LEAST)
		return -ENOMSG;
	a->heard = calloc(a->n, sizeof(*a->heard));
	if (!a->heard)
		return -ENOMEM;
	err = follow(a, reference, degraded);
	if (err)
		align_free(a);
	return err;
}

void align_free(struct align *a)
{
	free(a->heard);
	a->heard = NULL;
}
