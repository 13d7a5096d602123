// SPDX-License-Identifier: GPL-2.0
/* What a relay lets be heard of its own, measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "call/sound.h"

/* ITU-T G.711, table 2a, the other way; of 32124 at most. */
static double linear(uint8_t octet)
{
	int v = ~octet, segment = v >> 4 & 7, value = (((v & 15) << 3 | 132) << segment) - 132;

	return v & 0x80 ? -value : value;
}

static double level_db(const uint8_t *octets, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += linear(octets[i]) * linear(octets[i]);
	return 10 * log10(sum / n) - 20 * log10(32124);
}

/* How much of the tone is HZ, in dB below its all. */
static double share_db(const struct dp_sound *sound, double hz)
{
	double re = 0, im = 0, all = 0;

	for (size_t i = 0; i < sound->tone_len; i++) {
		double x = linear(sound->tone[i]);

		re += x * cos(2 * M_PI * hz * i / 8000);
		im += x * sin(2 * M_PI * hz * i / 8000);
		all += x * x;
	}
	return 10 * log10(2 * (re * re + im * im) / sound->tone_len / all);
}

static void test_ring(void **state)
{
	const struct dp_sound *ring = sound_get(SOUND_RING);

	(void)state;
	assert_int_equal(ring->tone_len % 160, 0);
	assert_true(ring->tone_len <= PHONION_MAX_TONE_LEN);
	assert_true(fabs(share_db(ring, 425)) < 0.1);
	assert_true(share_db(ring, 850) < -30);
	/* A sine's level is 3 dB below its peak's. */
	assert_true(fabs(level_db(ring->tone, ring->tone_len) - -19) < 0.5);
	assert_int_equal(ring->on_ms, 1000);
	assert_int_equal(ring->off_ms, 4000);
}

static void test_noise(void **state)
{
	const struct dp_sound *noise = sound_get(SOUND_NOISE);
	double sum = 0;

	(void)state;
	assert_null(noise->tone);
	assert_int_equal(noise->noise_len, PHONION_MAX_NOISE_LEN);
	assert_true(fabs(level_db(noise->noise, noise->noise_len) - -62) < 1);
	for (size_t i = 0; i < noise->noise_len; i++)
		sum += linear(noise->noise[i]);
	assert_true(fabs(sum / noise->noise_len) < 1);
}

static void test_none(void **state)
{
	(void)state;
	assert_null(sound_get(SOUND_NONE));
	assert_int_equal(sound_get(SOUND_PROMPT)->tone[0], 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
