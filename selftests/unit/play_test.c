// SPDX-License-Identifier: GPL-2.0
/* Tones and noise: the samples of each packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmod/core/play.h"

#define N PHN_PLAY_SAMPLES

static u8 random_octets[N], out[N], tone[3 * N];

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tone); i++)
		tone[i] = i / N;
	for (size_t i = 0; i < N; i++)
		random_octets[i] = i;
	return 0;
}

/* The packet is all of OCTET. */
static bool next_is(struct phn_play_script *script, u8 octet)
{
	phn_play_next(script, random_octets, out);
	for (size_t i = 0; i < N; i++)
		if (out[i] != octet)
			return false;
	return true;
}

static void test_lasting_tone(void **state)
{
	struct phn_play_script script = { 0 };

	(void)state;
	assert_int_equal(phn_play_script_tone(&script, tone, sizeof(tone), 20, 0), 0);
	for (int i = 0; i < 100; i++)
		assert_true(next_is(&script, i % 3));
}

/* 2 packets of tone (21 ms are two) and 2 of silence; each time it begins at its beginning. */
static void test_cadence(void **state)
{
	static const u8 expected[] = { 0, 1, 0xff, 0xff };
	struct phn_play_script script = { 0 };

	(void)state;
	assert_int_equal(phn_play_script_tone(&script, tone, sizeof(tone), 21, 40), 0);
	for (int i = 0; i < 40; i++)
		assert_true(next_is(&script, expected[i % 4]));
}

static void test_noise(void **state)
{
	struct phn_play_script script = { 0 };
	static const u8 noise[] = { 7, 8, 9 };

	(void)state;
	assert_int_equal(phn_play_script_noise(&script, noise, 3), 0);
	phn_play_next(&script, random_octets, out);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(out[i], 7 + i % 3);
	/* And in the pauses of a tone. */
	assert_int_equal(phn_play_script_tone(&script, tone, N, 20, 20), 0);
	assert_true(next_is(&script, 0));
	phn_play_next(&script, random_octets, out);
	assert_int_equal(out[5], 9);
	assert_true(next_is(&script, 0));
}

static void test_nothing(void **state)
{
	struct phn_play_script script = { 0 };

	(void)state;
	assert_true(next_is(&script, 0xff));
}

static void test_refused(void **state)
{
	struct phn_play_script script = { 0 };
	static u8 much[PHN_PLAY_MAX_TONE + N];

	(void)state;
	assert_int_equal(phn_play_script_tone(&script, tone, 0, 20, 0), -EINVAL);
	assert_int_equal(phn_play_script_tone(&script, tone, N + 1, 20, 0), -EINVAL);
	assert_int_equal(phn_play_script_tone(&script, much, sizeof(much), 20, 0), -EINVAL);
	assert_int_equal(phn_play_script_tone(&script, much, PHN_PLAY_MAX_TONE, 20, 0), 0);
	assert_int_equal(phn_play_script_noise(&script, much, 0), -EINVAL);
	assert_int_equal(phn_play_script_noise(&script, much, PHN_PLAY_MAX_NOISE + 1), -EINVAL);
	assert_int_equal(phn_play_script_noise(&script, much, PHN_PLAY_MAX_NOISE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lasting_tone), cmocka_unit_test(test_cadence),
		cmocka_unit_test(test_noise),	     cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
