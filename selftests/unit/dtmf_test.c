// SPDX-License-Identifier: GPL-2.0
/* Digits as telephone events: what each interval brings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmod/core/dtmf.h"

static int init(struct phn_dtmf_script *script, const char *digits, unsigned int tone,
		unsigned int gap)
{
	return phn_dtmf_script_init(script, (const u8 *)digits, strlen(digits), tone, gap);
}

static void sends_a_digit(void **state)
{
	static const u16 lasts[] = { 160, 320, 480, 480, 480 };
	struct phn_dtmf_script script;
	struct phn_event event;
	bool first;

	(void)state;
	assert_int_equal(init(&script, "#", 60, 100), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(phn_dtmf_step(&script, &event, &first), PHN_DTMF_PACKET);
		assert_int_equal(event.code, 11);
		assert_int_equal(event.duration, lasts[i]);
		assert_int_equal(event.end, i >= 2);
		assert_int_equal(first, i == 0);
	}
	assert_int_equal(phn_dtmf_step(&script, &event, &first), PHN_DTMF_SILENCE);
	assert_int_equal(phn_dtmf_step(&script, &event, &first), PHN_DTMF_SILENCE);
	assert_int_equal(phn_dtmf_step(&script, &event, &first), PHN_DTMF_DONE);
	/* What was sent is not kept. */
	assert_int_equal(script.digits[0], 0);
}

static void the_shortest_gap_has_room_for_the_ends(void **state)
{
	struct phn_dtmf_script script;
	struct phn_event event;
	int packets = 0, steps = 0;
	enum phn_dtmf_step step;
	bool first;

	(void)state;
	assert_int_equal(init(&script, "12", 40, 60), 0);
	do {
		step = phn_dtmf_step(&script, &event, &first);
		packets += step == PHN_DTMF_PACKET;
		steps++;
	} while (step != PHN_DTMF_DONE);
	assert_int_equal(packets, 8);
	assert_int_equal(steps, 10);
}

static void pauses(void **state)
{
	struct phn_dtmf_script script;
	struct phn_event event;
	bool first;

	(void)state;
	assert_int_equal(init(&script, "pD", 40, 60), 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(phn_dtmf_step(&script, &event, &first), PHN_DTMF_SILENCE);
	assert_int_equal(phn_dtmf_step(&script, &event, &first), PHN_DTMF_PACKET);
	assert_int_equal(event.code, 15);
}

static void the_longest_fits(void **state)
{
	struct phn_dtmf_script script;
	struct phn_event event;
	bool first;
	int steps = 1;

	(void)state;
	assert_int_equal(init(&script, "0", 1000, 1000), 0);
	while (phn_dtmf_step(&script, &event, &first) != PHN_DTMF_DONE)
		steps++;
	assert_int_equal(steps, 100);
	assert_int_equal(event.duration, 8000);
}

/* RFC 4733, table 3: the events are numbered as they stand here. Twice: as many as there can be. */
static void knows_every_digit(void **state)
{
	struct phn_dtmf_script script;
	struct phn_event event;
	bool first;
	int n = 0;

	(void)state;
	assert_int_equal(init(&script, "0123456789*#ABCD0123456789*#ABCD", 40, 60), 0);
	for (int i = 0; i < 32 * 5; i++) {
		if (phn_dtmf_step(&script, &event, &first) != PHN_DTMF_PACKET || !first)
			continue;
		assert_int_equal(event.code, n % 16);
		n++;
	}
	assert_int_equal(n, PHN_DTMF_MAX_DIGITS);
}

static void refuses_what_is_no_digit(void **state)
{
	static const char *const bad[] = {
		"", "a", "P", "1 2", "12e", "\xff", "111111111111111111111111111111111"
	};
	struct phn_dtmf_script script;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(init(&script, bad[i], 100, 100), -EINVAL);
	assert_int_equal(phn_dtmf_script_init(&script, (const u8 *)"1\0", 2, 100, 100), -EINVAL);
	assert_int_equal(init(&script, "0123456789*#ABCDp", 100, 100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_a_digit),
		cmocka_unit_test(the_shortest_gap_has_room_for_the_ends),
		cmocka_unit_test(pauses),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(knows_every_digit),
		cmocka_unit_test(refuses_what_is_no_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
