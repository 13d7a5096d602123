// SPDX-License-Identifier: GPL-2.0
/*
 * Is concealment better than silence? The measure is the project's own: speech with
 * packets lost is played with either, and held against the speech as it was,
 *
 *  - as a wave: segmental SNR over the lost stretches, each from -10 to 35 dB. Silence
 *    has 0 dB by definition; to be above it is to be nearer to what was said;
 *  - as a sound: distance of the levels in 16 bands of 250 Hz, in dB, over the same
 *    stretches, levels under -55 dBm0 or so taken as such.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "dahdi-bridge/core/conceal.h"
#include "dahdi-bridge/core/jitter.h"
#include "dahdi-bridge/core/linear.h"
#include "speech.h"

#define SAMPLES (8000 * 120)
#define LEN	160
#define BANDS	16

static int16_t speech[SAMPLES], played[SAMPLES + 8];

struct score {
	double snr, distance;
	int n;
};

static double level(const int16_t *x, int band)
{
	double re = 0, im = 0, w = 2 * M_PI * (125 + 250 * band) / 8000;
	int i;

	for (i = 0; i < LEN; i++) {
		double h = 0.5 - 0.5 * cos(2 * M_PI * i / LEN);

		re += h * x[i] * cos(w * i);
		im += h * x[i] * sin(w * i);
	}
	return 10 * log10(re * re + im * im + 1e6);
}

static void judge(struct score *s, const int16_t *was, const int16_t *is)
{
	double signal = 0, noise = 0, d = 0, snr;
	int i;

	for (i = 0; i < LEN; i++) {
		signal += was[i] * (double)was[i];
		noise += (was[i] - is[i]) * (double)(was[i] - is[i]);
	}
	if (signal < LEN * 100.0 * 100.0) /* a pause */
		return;
	snr = 10 * log10(signal / (noise + 1));
	s->snr += snr < -10 ? -10 : snr > 35 ? 35 : snr;
	for (i = 0; i < BANDS; i++)
		d += fabs(level(was, i) - level(is, i));
	s->distance += d / BANDS;
	s->n++;
}

/* Every @nth packet is missing: with @conceal, or silence in its place. */
static struct score play(size_t n, int nth, bool conceal)
{
	struct score s = { 0 };
	struct phd_jitter j;
	uint8_t data[LEN], tick[8];
	size_t k, i, at = 0;

	phd_jitter_init(&j, false, 0, 100);
	for (k = 0; k < n / LEN; k++) {
		for (i = 0; i < LEN; i++)
			data[i] = phd_ulaw_encode(speech[k * LEN + i]);
		if (k % nth != 7)
			phd_jitter_put(&j, 1, k * LEN, data, LEN);
		for (i = 0; i < LEN; i += 8, at += 8) {
			phd_jitter_get(&j, tick);
			for (int m = 0; m < 8; m++)
				played[at + m] = phd_ulaw_decode(tick[m]);
		}
	}
	/* It plays 16 samples late. */
	for (k = 7; (k + 2) * LEN < n; k += nth) {
		int16_t *is = played + k * LEN + 16;

		if (!conceal)
			memset(is, 0, LEN * sizeof(*is));
		judge(&s, speech + k * LEN, is);
	}
	s.snr /= s.n;
	s.distance /= s.n;
	return s;
}

static void is_better_than_silence(void **state)
{
	const int loss[] = { 10, 20, 50 };
	size_t n = speech_read(speech, SAMPLES);
	unsigned int i;

	(void)state;
	assert_true(n > 60 * 8000);
	for (i = 0; i < 3; i++) {
		struct score with = play(n, loss[i], true), without = play(n, loss[i], false);

		print_message("1 packet of %d lost, %d in speech: SNR %.2f dB, silence %.2f; "
			      "bands %.2f dB off, silence %.2f\n",
			      loss[i], with.n, with.snr, without.snr, with.distance,
			      without.distance);
		assert_true(with.n > 20);
		assert_true(fabs(without.snr) < 0.1);
		assert_true(with.snr > without.snr + 1.0);
		assert_true(with.distance < 0.6 * without.distance);
	}
}

static void a_tone_goes_on(void **state)
{
	int16_t history[PHD_CONCEAL_HISTORY];
	struct phd_conceal c;
	double worst = 0;
	int i, hz;

	(void)state;
	for (hz = 100; hz <= 1000; hz += 100) {
		for (i = 0; i < PHD_CONCEAL_HISTORY; i++)
			history[i] = lrint(8000 * sin(2 * M_PI * hz * i / 8000));
		phd_conceal_begin(&c, history);
		for (i = 0; i < 80; i++) {
			double want = 8000 * sin(2 * M_PI * hz * (PHD_CONCEAL_HISTORY + i) / 8000);

			worst = fmax(worst, fabs(phd_conceal_next(&c) - want));
		}
	}
	print_message("furthest from the tone: %.0f of 8000\n", worst);
	assert_true(worst < 800);
}

static void it_fades_to_silence(void **state)
{
	int16_t history[PHD_CONCEAL_HISTORY];
	struct phd_conceal c;
	int i, peak[6] = { 0 };

	(void)state;
	for (i = 0; i < PHD_CONCEAL_HISTORY; i++)
		history[i] = i & 32 ? 32767 : -32768;
	phd_conceal_begin(&c, history);
	for (i = 0; i < PHD_CONCEAL_LENGTH; i++) {
		int x = abs(phd_conceal_next(&c));

		peak[i / 80] = x > peak[i / 80] ? x : peak[i / 80];
	}
	for (i = 1; i < 6; i++)
		assert_true(peak[i] <= peak[i - 1]);
	assert_true(peak[0] > 30000 && peak[5] < 8000);
	assert_true(phd_conceal_over(&c));
	assert_int_equal(phd_conceal_next(&c), 0);
}

static void octets_survive_decoding(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 256; i++) {
		/* u-law has two zeros. */
		assert_int_equal(phd_ulaw_encode(phd_ulaw_decode(i)), i == 0x7f ? 0xff : i);
		assert_int_equal(phd_alaw_encode(phd_alaw_decode(i)), i);
	}
	assert_int_equal(phd_ulaw_decode(0x80), 32124);
	assert_int_equal(phd_ulaw_decode(0x00), -32124);
	assert_int_equal(phd_alaw_decode(0xaa), 32256);
	assert_int_equal(phd_alaw_decode(0x2a), -32256);
	assert_int_equal(phd_ulaw_encode(0), PHD_ULAW_SILENCE);
	assert_int_equal(phd_alaw_encode(0), PHD_ALAW_SILENCE);
	assert_int_equal(phd_ulaw_encode(-32768), 0x00);
	assert_int_equal(phd_alaw_encode(-32768), 0x2a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_better_than_silence),
		cmocka_unit_test(a_tone_goes_on),
		cmocka_unit_test(it_fades_to_silence),
		cmocka_unit_test(octets_survive_decoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
