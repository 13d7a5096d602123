// SPDX-License-Identifier: GPL-2.0
/*
 * What is measured on recorded speech that was damaged in known ways. The curve of
 * the perceptual score was fitted on other recordings of the package than these.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mos/align.h"
#include "tools/mos/compare.h"
#include "tools/mos/emodel.h"
#include "tools/mos/loudness.h"

#define DIRECTORY "/usr/share/asterisk/sounds/en_US_f_Allison/"
#define PART	  (8 * SOUND_RATE)
#define PARTS	  4
#define N	  (PART * PARTS)

static const char *const clips[PARTS] = { "basic-pbx-ivr-main", "demo-echotest", "demo-moreinfo",
					  "screen-callee-options" };
static double speech[N], bad[N], rms;

static int setup(void **state)
{
	const char *why, *hint;
	struct sound sound;
	char path[256];

	(void)state;
	for (int i = 0; i < PARTS; i++) {
		snprintf(path, sizeof(path), DIRECTORY "%s.wav", clips[i]);
		if (sound_read(&sound, path, &why, &hint)) {
			print_error("%s %s: install asterisk-core-sounds-en-wav\n", path, why);
			return -1;
		}
		if (sound.n < PART)
			return -1;
		memcpy(speech + i * PART, sound.samples, PART * sizeof(*speech));
		sound_free(&sound);
	}
	rms = sound_rms(speech, N);
	return 0;
}

/* The same on every machine. */
static double uniform(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 11) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform(seed);
	return sum;
}

static void lose(double percent, uint64_t seed)
{
	memcpy(bad, speech, sizeof(bad));
	for (size_t at = 0; at < N; at += DIFFER_PACKET)
		if (uniform(&seed) * 100 < percent)
			memset(bad + at, 0, DIFFER_PACKET * sizeof(*bad));
}

/* Noise so many dB below each sample (ITU-T P.810), or below the whole. */
static void add_noise(double below_sample, double below_all)
{
	double a = pow(10, -below_sample / 20), b = rms * pow(10, -below_all / 20);
	uint64_t seed = 3;

	for (size_t i = 0; i < N; i++)
		bad[i] = speech[i] * (1 + a * normal(&seed)) + b * normal(&seed);
}

static void clip(double over_rms)
{
	for (size_t i = 0; i < N; i++)
		bad[i] = fmax(-over_rms * rms, fmin(over_rms * rms, speech[i]));
}

static double own_r(void)
{
	double d;

	assert_int_equal(loudness_difference(&d, speech, bad, N), 0);
	return loudness_r(d);
}

static double emodel(double ppl, double qdu)
{
	struct emodel_rating rating;
	struct emodel m;

	emodel_init(&m);
	m.ppl = ppl;
	m.qdu = qdu;
	emodel_rate(&rating, &m);
	return rating.r;
}

static void near(double got, double want, double within, const char *what, double x)
{
	if (!(fabs(got - want) <= within))
		fail_msg("%s %g: got %f, want %f", what, x, got, want);
}

static void what_is_equal_scores_best(void **state)
{
	(void)state;
	lose(0, 1);
	near(own_r(), emodel(0, 1), 0.01, "nothing", 0);
	/* What nobody hears is no difference: a tenth of G.711's smallest step. */
	add_noise(300, 80);
	near(own_r(), emodel(0, 1), 3, "noise", 80);
}

/* Lost packets that nothing conceals: G.711 of Bpl 4.3. The mean of some patterns. */
static void loss_is_rated_as_the_emodel_does(void **state)
{
	static const double loss[] = { 1, 2, 3, 5, 10, 15, 20 };
	double last = 94, sum;

	(void)state;
	for (size_t i = 0; i < sizeof(loss) / sizeof(loss[0]); i++) {
		sum = 0;
		for (int seed = 1; seed <= 2; seed++) {
			lose(loss[i], seed);
			sum += own_r() / 2;
		}
		near(sum, emodel(loss[i], 1), 15, "loss", loss[i]);
		assert_true(sum < last);
		last = sum;
	}
}

/* Q = 37 - 15 log qdu (G.107, 7-17) is the noise in speech that a qdu stands for. */
static void quantizing_noise_is_rated_as_the_emodel_does(void **state)
{
	static const double qdu[] = { 1, 2, 4, 8, 14 };
	double last = 94, r;

	(void)state;
	for (size_t i = 0; i < sizeof(qdu) / sizeof(qdu[0]); i++) {
		add_noise(37 - 15 * log10(qdu[i]), 300);
		r = own_r();
		near(r, emodel(0, qdu[i]), 8, "qdu", qdu[i]);
		assert_true(r < last);
		last = r;
	}
}

static void noise_and_clipping_make_it_worse(void **state)
{
	double last = 94, r;

	(void)state;
	for (int below = 50; below >= 0; below -= 10) {
		add_noise(300, below);
		r = own_r();
		assert_true(r < last - 0.5);
		last = r;
	}
	last = 94;
	for (double limit = 4; limit > 0.4; limit /= 2) {
		clip(limit);
		r = own_r();
		assert_true(r < last - 0.5);
		last = r;
	}
}

static void loss_noise_and_clipping_are_found(void **state)
{
	static const double loss[] = { 0, 1, 5, 20 };
	struct differ d;
	double last = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		lose(loss[i], 1);
		assert_int_equal(differ(&d, speech, bad, N), 0);
		near(d.lost, loss[i], loss[i] / 5 + (i ? 0.4 : 0), "lost", loss[i]);
		near(d.burstr, 1, 0.25, "burst ratio at", loss[i]);
		near(d.clipped, 0, 0, "clipped at", loss[i]);
		assert_true(!d.altered == !i);
	}
	memcpy(bad, speech, sizeof(bad));
	for (size_t at = 0; at + 1600 < N; at += 16000)
		memset(bad + at, 0, 1600 * sizeof(*bad)); /* bursts of 10 packets, 10 % */
	assert_int_equal(differ(&d, speech, bad, N), 0);
	assert_true(d.burstr > 3);
	for (int below = 10; below <= 30; below += 10) {
		add_noise(below, 300);
		assert_int_equal(differ(&d, speech, bad, N), 0);
		near(d.seg_snr, below, 1, "SNR", below);
		near(d.lost, 0, 0, "lost at", below);
	}
	for (double limit = 4; limit > 0.4; limit /= 2) {
		clip(limit);
		assert_int_equal(differ(&d, speech, bad, N), 0);
		assert_true(d.clipped > last);
		near(d.lost, 0, 0, "lost at", limit);
		last = d.clipped;
	}
}

/* N samples from SPEECH that are heard LAG later, times GAIN, in M samples. */
static int delayed(struct compared *c, long lag, size_t m, double gain, long later)
{
	struct sound said = { speech, PART }, heard = { bad, m };

	for (size_t i = 0; i < m; i++) {
		long k = (long)i - lag - (i > PART / 2 ? later : 0);

		bad[i] = k >= 0 && k < PART ? gain * speech[k] : 0;
	}
	return compare(c, &said, &heard);
}

static void delay_and_level_are_found(void **state)
{
	static const long lags[] = { 0, 1, 160, -160, 4001, -4001 };
	static const double gains[] = { 1, 0.5, -1, -0.25 };
	struct compared c;

	(void)state;
	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 4; k++) {
			assert_int_equal(delayed(&c, lags[i], PART + 8000, gains[k], 0), 0);
			assert_int_equal(c.align.lag, lags[i]);
			assert_int_equal(c.align.steps, 0);
			assert_true(c.align.inverted == (gains[k] < 0));
			near(c.align.gain, 1 / gains[k], 1e-6, "gain", gains[k]);
			/* What is before the start of a recording is lost. */
			if (lags[i] >= 0)
				near(c.difference, 0, 1e-3, "difference", lags[i]);
			if (lags[i] >= 0 && gains[k] == 1)
				assert_int_equal(c.differ.altered, 0);
		}
	}
}

static void a_delay_that_changes_is_followed(void **state)
{
	struct compared c;

	(void)state;
	assert_int_equal(delayed(&c, 400, PART + 8000, 1, 320), 0);
	assert_int_equal(c.align.lag_min, 400);
	assert_int_equal(c.align.lag_max, 720);
	assert_int_equal(c.align.steps, 1);
	assert_true(c.differ.lost < 5);
}

static void what_ends_early_is_lost(void **state)
{
	struct compared c;

	(void)state;
	assert_int_equal(delayed(&c, 0, PART / 2, 1, 0), 0);
	assert_true(c.differ.lost > 30 && c.differ.lost < 70);
	assert_true(c.differ.burstr > 8);
}

static void what_cannot_be_compared_is_refused(void **state)
{
	struct sound said = { speech, PART }, other = { speech + PART, PART };
	struct sound none = { bad, PART };
	struct compared c;
	uint64_t seed = 1;

	(void)state;
	memset(bad, 0, sizeof(bad));
	assert_int_equal(compare(&c, &none, &said), -ENODATA);
	assert_int_equal(compare(&c, &said, &none), -ENOMSG);
	assert_int_equal(compare(&c, &said, &other), -ENOMSG);
	for (size_t i = 0; i < PART; i++)
		bad[i] = 0.1 * normal(&seed);
	assert_int_equal(compare(&c, &said, &none), -ENOMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_equal_scores_best),
		cmocka_unit_test(loss_is_rated_as_the_emodel_does),
		cmocka_unit_test(quantizing_noise_is_rated_as_the_emodel_does),
		cmocka_unit_test(noise_and_clipping_make_it_worse),
		cmocka_unit_test(loss_noise_and_clipping_are_found),
		cmocka_unit_test(delay_and_level_are_found),
		cmocka_unit_test(a_delay_that_changes_is_followed),
		cmocka_unit_test(what_ends_early_is_lost),
		cmocka_unit_test(what_cannot_be_compared_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
