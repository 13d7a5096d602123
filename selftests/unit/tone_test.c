// SPDX-License-Identifier: GPL-2.0
/* DTMF made and heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dahdi-bridge/core/detect.h"
#include "dahdi-bridge/core/jitter.h"
#include "dahdi-bridge/core/linear.h"
#include "dahdi-bridge/core/player.h"
#include "speech.h"

static const double rows[] = { 697, 770, 852, 941 }, columns[] = { 1209, 1336, 1477, 1633 };
static const char keys[] = "0123456789*#ABCD";
static const char *const keypad[] = { "123A", "456B", "789C", "*0#D" };

/* Digits heard in n samples that have gone through the law. */
static int hear(const int16_t *x, size_t n, bool alaw, uint8_t *heard, int max)
{
	struct phd_detect d;
	uint8_t before = PHD_NO_TONE;
	int got = 0;

	phd_detect_init(&d);
	for (size_t i = 0; i < n; i++) {
		if (!phd_detect_sample(&d, phd_decode(alaw, phd_encode(alaw, x[i]))))
			continue;
		if (d.tone != PHD_NO_TONE && before == PHD_NO_TONE && got < max)
			heard[got++] = d.tone;
		before = d.tone;
	}
	return got;
}

static double uniform(void)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) / (double)(1 << 23) - 1;
}

/* All sixteen, on and off so many samples; each frequency at so many dBm0. */
static size_t make(int16_t *x, double row_db, double column_db, double off_by, int on, int off,
		   double noise)
{
	size_t n = 0;

	for (int k = 0; k < 16; k++) {
		double a = 32124 * pow(10, (row_db - 3.17) / 20),
		       b = 32124 * pow(10, (column_db - 3.17) / 20);
		double f = rows[phd_tone_row[k]] * (1 + off_by),
		       g = columns[phd_tone_column[k]] * (1 + off_by);

		for (int i = 0; i < on + off; i++, n++) {
			double y = i < on ? a * sin(2 * M_PI * f * i / 8000) +
						    b * sin(2 * M_PI * g * i / 8000)
					  : 0;

			x[n] = phd_clip(lrint(y + noise * uniform()));
		}
	}
	return n;
}

static void every_key_is_on_the_keypad(void **state)
{
	(void)state;
	for (int k = 0; k < 16; k++)
		assert_int_equal(keypad[phd_tone_row[k]][phd_tone_column[k]], keys[k]);
}

static void what_is_made_is_heard(void **state)
{
	static int16_t x[16 * 1600];
	uint8_t heard[20];
	size_t n = 0;

	(void)state;
	for (int k = 0; k < 16; k++) {
		struct phd_tone t;

		phd_tone_begin(&t, k);
		for (int i = 0; i < 800; i++)
			x[n++] = i < 400 ? phd_tone_next(&t) : 0;
	}
	for (int alaw = 0; alaw < 2; alaw++) {
		assert_int_equal(hear(x, n, alaw, heard, 20), 16);
		for (int k = 0; k < 16; k++)
			assert_int_equal(heard[k], k);
	}
}

/* Levels, twist, detuning and shortness of ITU-T Q.24, and noise. */
static void others_are_heard(void **state)
{
	const struct {
		double row, column, off_by;
		int on, off;
		double noise;
	} good[] = {
		{ -3, -3, 0, 320, 320, 0 },	  { -10, -10, 0, 320, 320, 0 },	  { -29, -29, 0, 320, 320, 0 },
		{ -14, -8, 0, 400, 320, 0 },	  { -8, -11, 0, 400, 320, 0 },	  { -10, -10, 0.015, 400, 320, 0 },
		{ -10, -10, -0.015, 400, 320, 0 }, { -10, -10, 0, 400, 400, 3000 },
	}, bad[] = {
		{ -45, -45, 0, 400, 320, 0 }, { -20, -6, 0, 400, 320, 0 }, { -6, -16, 0, 400, 320, 0 },
		{ -10, -10, 0, 160, 320, 0 }, { -10, -10, 0, 400, 320, 20000 }, { -10, -80, 0, 400, 320, 0 },
	};
	static int16_t x[16 * 1600];
	uint8_t heard[20];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		n = make(x, good[i].row, good[i].column, good[i].off_by, good[i].on, good[i].off,
			 good[i].noise);
		assert_int_equal(hear(x, n, i & 1, heard, 20), 16);
		for (int k = 0; k < 16; k++)
			assert_int_equal(heard[k], k);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		n = make(x, bad[i].row, bad[i].column, bad[i].off_by, bad[i].on, bad[i].off,
			 bad[i].noise);
		if (hear(x, n, i & 1, heard, 20))
			print_message("bad one %zu was heard\n", i);
		assert_int_equal(hear(x, n, i & 1, heard, 20), 0);
	}
}

static void speech_is_no_digit(void **state)
{
	static int16_t x[8000 * 300];
	uint8_t heard[100];
	size_t n = speech_read(x, 8000 * 300);
	int got = hear(x, n, false, heard, 100);

	(void)state;
	print_message("%zu s of speech: %d digits heard\n", n / 8000, got);
	assert_true(n > 8000 * 60);
	assert_int_equal(got, 0);
}

static struct phn_event event(int code, bool end, int duration)
{
	return (struct phn_event){ .code = code, .end = end, .duration = duration };
}

/* Plays until @to and says how many samples of it were a tone. */
static int play(struct phd_player *p, uint32_t *now, uint32_t to)
{
	int16_t x[8];
	int tone = 0;

	for (; *now < to; *now += 8)
		if (phd_player_get(p, *now, 8, x))
			for (int i = 0; i < 8; i++)
				tone += x[i] != 0;
	return tone;
}

static void events_last_as_long_as_they_say(void **state)
{
	struct phd_player p = { 0 };
	struct phn_event e = event(5, false, 160);
	uint32_t now = 0;
	int i;

	(void)state;
	phd_player_put(&p, 1000, 1000, now, &e);
	assert_int_equal(play(&p, &now, 1000), 0);
	for (i = 2; i <= 5; i++) {
		e = event(5, i == 5, i * 160);
		phd_player_put(&p, 1000, 1000, now, &e);
	}
	/* A sample in some is zero by itself. */
	assert_in_range(play(&p, &now, 4000), 770, 800);
	/* Its end again, and again: it was played. */
	phd_player_put(&p, 1000, 1000, now, &e);
	assert_int_equal(play(&p, &now, 8000), 0);
	assert_int_equal(p.n, 0);
}

static void an_event_without_an_end_ends(void **state)
{
	struct phd_player p = { 0 };
	struct phn_event e = event(0, false, 400);
	uint32_t now = 0;

	(void)state;
	phd_player_put(&p, 0, 0, now, &e);
	assert_in_range(play(&p, &now, 8000), 840, 880);
}

static void late_events_last_as_long(void **state)
{
	struct phd_player p = { 0 };
	struct phn_event e = event(15, true, 800), f = event(3, true, 400),
			 no = event(16, true, 800);
	uint32_t now = 5000;

	(void)state;
	phd_player_put(&p, 1000, 1000, now, &e);
	phd_player_put(&p, 6000, 6000, now, &f);
	phd_player_put(&p, 7000, 7000, now, &no);
	assert_in_range(play(&p, &now, 5800), 770, 800);
	assert_int_equal(play(&p, &now, 6000), 0);
	assert_in_range(play(&p, &now, 9000), 380, 400);
}

/* Three digits, 100 ms each, and as long between them. */
static void assert_digits_are_heard(struct phd_player *p, uint32_t now)
{
	struct phn_event e = event(5, true, 800);

	for (int i = 0; i < 3; i++) {
		phd_player_put(p, now + 160, now + 160, now, &e);
		assert_int_equal(play(p, &now, now + 160), 0);
		assert_in_range(play(p, &now, now + 1600), 770, 800);
	}
	assert_int_equal(p->n, 0);
}

static void events_of_another_clock_are_heard(void **state)
{
	const uint32_t ahead[] = { 4001, 0x40000000, 0x7fffffff, 0x80000000, 0xc0000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(ahead) / sizeof(*ahead); i++) {
		struct phd_player p = { 0 };
		uint32_t now = 5000, id = now + ahead[i];

		for (int n = 1; n <= 5; n++) {
			struct phn_event e = event(5, n == 5, n * 160);

			phd_player_put(&p, id, id, now, &e);
		}
		assert_in_range(play(&p, &now, now + 1600), 770, 800);
		assert_digits_are_heard(&p, now);
	}
}

/* As early as any can be: it is waited for. */
static void early_events_wait(void **state)
{
	struct phd_player p = { 0 };
	struct phn_event e = event(5, true, 800);
	uint32_t now = 5000;

	(void)state;
	phd_player_put(&p, 9000, 9000, now, &e);
	assert_int_equal(play(&p, &now, 9000), 0);
	assert_in_range(play(&p, &now, 10600), 770, 800);
}

static void an_event_does_not_outlast_its_source(void **state)
{
	struct phd_player p = { 0 };
	struct phn_event e = event(5, false, 800);
	uint32_t now = 0x50000000;

	(void)state;
	phd_player_put(&p, now, now, now, &e);
	assert_in_range(play(&p, &now, now + 160), 150, 160);
	/* Another source, whose time is an earlier one. */
	assert_digits_are_heard(&p, 1000);
}

static void an_event_that_waits_outlasts_its_source(void **state)
{
	struct phd_player p = { 0 };
	struct phn_event e = event(5, true, 800);
	uint32_t now = 0x50000000;

	(void)state;
	phd_player_put(&p, now + 800, now + 800, now, &e);
	phd_player_put(&p, now + 1800, now + 1800, now, &e);
	assert_int_equal(play(&p, &now, now + 400), 0);
	now = 1000;
	assert_in_range(play(&p, &now, now + 3200), 2 * 770, 2 * 800);
	assert_digits_are_heard(&p, now);
}

/* 20 ms as a leg plays them, its jitter buffer's time being the player's. */
static int play_packet(struct phd_player *p, struct phd_jitter *j)
{
	int ticks = 0;
	uint8_t out[8];
	int16_t x[8];

	for (int i = 0; i < 20; i++) {
		if (phd_player_get(p, j->play, 8, x)) {
			ticks++;
			phd_jitter_skip(j);
		} else {
			phd_jitter_get(j, out);
		}
	}
	return ticks;
}

static void a_change_of_source_blocks_no_digits(void **state)
{
	static struct phd_jitter j;
	struct phd_player p = { 0 };
	struct phn_event e = event(5, true, 800);
	uint8_t silence[160];
	int ticks = 0;

	(void)state;
	memset(silence, phd_silence(true), sizeof(silence));
	phd_jitter_init(&j, true, 0, 100);
	for (int i = 0; i < 100; i++) {
		uint32_t ts = (i < 40 ? 0x50000000 : 1000) + i * 160;

		phd_jitter_put(&j, i < 40, ts, silence, sizeof(silence));
		if (i == 39 || i == 70 || i == 80 || i == 90)
			phd_player_put(&p, ts, ts, j.play, &e);
		if (i >= 70)
			ticks += play_packet(&p, &j);
		else
			play_packet(&p, &j);
	}
	assert_in_range(ticks, 3 * 100, 3 * 101);
}

/* Its source says that it lasts for 8 s, and is gone. */
static void a_long_event_ends_by_itself(void **state)
{
	static struct phd_jitter j;
	struct phd_player p = { 0 };
	struct phn_event e = event(5, false, 0xffff);
	uint8_t silence[160];
	int ticks = 0;

	(void)state;
	memset(silence, phd_silence(true), sizeof(silence));
	phd_jitter_init(&j, true, 0, 100);
	phd_jitter_put(&j, 1, 1000, silence, sizeof(silence));
	phd_player_put(&p, 1000, 1000, j.play, &e);
	for (int i = 0; i < 15 * 50; i++)
		ticks += play_packet(&p, &j);
	assert_in_range(ticks, 8000, 8400);
	assert_int_equal(p.n, 0);
}

static void too_many_events_do_no_harm(void **state)
{
	struct phd_player p = { 0 };
	uint32_t now = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct phn_event e = event(i & 15, i & 1, i);

		phd_player_put(&p, i * 7, i * 100, now, &e);
		play(&p, &now, i * 24);
		assert_true(p.n <= PHD_PLAYER_QUEUE);
	}
}

/*
 * As play(), of which tones are made: how many begin, of @on samples, with a pause between
 * them; @pause is what there was before.
 */
static int play_digits(struct phd_player *p, uint32_t *now, uint32_t to, int on, int pause)
{
	int tones = 0, length = 0;
	int16_t x[8];

	for (; *now < to; *now += 8) {
		bool tone = phd_player_get(p, *now, 8, x);

		if (tone && !length) {
			assert_true(pause >= 40 * PHD_MS);
			tones++;
		} else if (!tone && length) {
			assert_in_range(length, on, on + 8);
		}
		length = tone ? length + 8 : 0;
		pause = tone ? 0 : pause + 8;
	}
	return tones;
}

/* A jump after which the others are long past or far off: while the first is heard, or in the pause after it. */
static void digits_across_a_jump_have_pauses(void **state)
{
	const int32_t jumps[] = { -0x40000000, -100000, 100000, 0x40000000 };
	struct phn_event e = event(5, true, 800);

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(jumps) / sizeof(*jumps); i++) {
		struct phd_player p = { 0 };
		uint32_t now = 0x50000000;
		int pause = i & 1 ? 80 : 0;

		for (int n = 0; n < 4; n++)
			phd_player_put(&p, now + n * 1600, now + n * 1600, now, &e);
		play(&p, &now, now + (i & 1 ? 800 + pause : 400));
		now += jumps[i / 2];
		assert_int_equal(play_digits(&p, &now, now + 16000, 800, pause), 3);
		assert_int_equal(p.n, 0);
	}
}

/* The network has kept three of them back: all are late, and each is heard. */
static void late_digits_have_pauses(void **state)
{
	struct phn_event e = event(5, true, 800);
	struct phd_player p = { 0 };
	uint32_t now = 8000;

	(void)state;
	for (uint32_t n = 1; n <= 3; n++)
		phd_player_put(&p, n * 1600, n * 1600, now, &e);
	assert_int_equal(play_digits(&p, &now, 16000, 800, 1000), 3);
	assert_int_equal(p.n, 0);
}

/* A packet of speech before it that is late has the jitter buffer wait, but makes no two digits of it. */
static void a_late_packet_breaks_no_digit(void **state)
{
	struct phn_event e = event(5, true, 800);
	struct phd_player p = { 0 };
	uint32_t now = 5000;

	(void)state;
	phd_player_put(&p, 5000, 5000, now, &e);
	assert_in_range(play(&p, &now, 5080), 70, 80);
	now -= 160;
	assert_int_equal(play_digits(&p, &now, 5640, 720, 1000), 1);
	assert_int_equal(play(&p, &now, 9000), 0);
	assert_int_equal(p.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_on_the_keypad),
		cmocka_unit_test(what_is_made_is_heard),
		cmocka_unit_test(others_are_heard),
		cmocka_unit_test(speech_is_no_digit),
		cmocka_unit_test(events_last_as_long_as_they_say),
		cmocka_unit_test(an_event_without_an_end_ends),
		cmocka_unit_test(late_events_last_as_long),
		cmocka_unit_test(events_of_another_clock_are_heard),
		cmocka_unit_test(early_events_wait),
		cmocka_unit_test(an_event_does_not_outlast_its_source),
		cmocka_unit_test(an_event_that_waits_outlasts_its_source),
		cmocka_unit_test(digits_across_a_jump_have_pauses),
		cmocka_unit_test(late_digits_have_pauses),
		cmocka_unit_test(a_late_packet_breaks_no_digit),
		cmocka_unit_test(a_change_of_source_blocks_no_digits),
		cmocka_unit_test(a_long_event_ends_by_itself),
		cmocka_unit_test(too_many_events_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
