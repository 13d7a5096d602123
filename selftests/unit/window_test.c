// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#include "tools/lib/window.h"

#define NOW 1796000000 /* 2026-11-30 01:53:20 CET */
#define DAY 86400

static int zone(void **state)
{
	(void)state;
	/* Summer time from the last Sunday of March to that of October. */
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void is(const char *text, uint64_t from, uint64_t to)
{
	struct window window;
	const char *error;

	if (window_parse(&window, text, NOW, &error))
		fail_msg("\"%s\": %s", text, error);
	if (window.from != from || window.to != to)
		fail_msg("\"%s\": %lu/%lu", text, (unsigned long)window.from,
			 (unsigned long)window.to);
}

static void is_not(const char *text, const char *because)
{
	struct window window;
	const char *error = "";

	assert_int_equal(window_parse(&window, text, NOW, &error), -EINVAL);
	if (!strstr(error, because))
		fail_msg("\"%s\": %s", text, error);
}

#define NINE 1796112000 /* 2026-12-01 09:00 CET */

static void test_forms(void **state)
{
	(void)state;
	is("2026-12-01 09:00/2h", NINE, NINE + 7200);
	is("2026-12-01T09:00/2h", NINE, NINE + 7200);
	is("2026-12-01 09:00:30/90m", NINE + 30, NINE + 5430);
	is("2026-12-01 09:00/1h30m", NINE, NINE + 5400);
	is("2026-12-01 09:00/1d", NINE, NINE + DAY);
	is("2026-12-01 09:00/11:00", NINE, NINE + 7200);
	is("2026-12-01 09:00/2026-12-02 09:00", NINE, NINE + DAY);
	is("2026-12-01T08:00:00Z/2h", NINE, NINE + 7200);
	is("2026-12-01T09:00:00+01:00/2h", NINE, NINE + 7200);
	is("2026-12-01T03:00-0500/2h", NINE, NINE + 7200);
	is("2026-12-01T08:00Z/10:00Z", NINE, NINE + 7200);
	is("now/2h", NOW, NOW + 7200);
	is("now/03:00", NOW, NOW + 4000);
}

static void test_not(void **state)
{
	static const char *const wrong[] = {
		"",
		"/",
		"now",
		"now/",
		"/2h",
		"2026-12-01 09:00",
		"2026-12-01/2h",
		"2026-12-01 9:00/2h",
		"2026-13-01 09:00/2h",
		"2026-02-30 09:00/2h",
		"2026-12-01 24:00/2h",
		"2026-12-01 09:60/2h",
		"2026-12-01 09:00/2",
		"2026-12-01 09:00/h",
		"2026-12-01 09:00/2h ",
		"2026-12-01 09:00/2x",
		"2026-12-01 09:00+1/2h",
		"2026-12-01 09:00/-2h",
		"2026-12-01  09:00/2h",
		"2026-12-01 09:00/9",
		"tomorrow/2h",
		"2026-12-01 09:00/11:00x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_not(wrong[i], "START/DURATION");
	is_not("2026-12-01 09:00/08:00", "ends before it begins");
	is_not("2026-12-01 09:00/0h", "ends before it begins");
	is_not("2026-11-01 09:00/2h", "is over");
	/* 02:30 is left out when summer time begins. */
	is_not("2027-03-28 02:30/2h", "START/DURATION");
	is("2027-03-28 03:30/1h", 1806197400, 1806201000);
}

static void test_round(void **state)
{
	static const uint32_t half[] = { 1800 }, mixed[] = { 1800, 2700 }, odd[] = { 86400, 86399 };
	struct window window = { NINE, NINE + 7200 };

	(void)state;
	assert_int_equal(window_round(&window, half, 1), 0);
	assert_int_equal(window.from, NINE);
	assert_int_equal(window.to, NINE + 7200);
	window = (struct window){ NINE + 1, NINE + 7201 };
	assert_int_equal(window_round(&window, half, 1), 0);
	assert_int_equal(window.from, NINE);
	assert_int_equal(window.to, NINE + 9000);
	assert_int_equal(window_round(&window, mixed, 2), 0);
	assert_int_equal(window.from % 5400, 0);
	assert_int_equal(window.to % 5400, 0);
	assert_true(window.from <= NINE && window.to >= NINE + 9000);
	assert_true(window.from > NINE - 5400 && window.to < NINE + 9000 + 5400);
	window = (struct window){ NINE, NINE + 7200 };
	assert_int_equal(window_round(&window, odd, 2), -ERANGE);
	assert_int_equal(window.to, NINE + 7200);
}

static void test_texts(void **state)
{
	struct window window = { NINE, NINE + 7200 };
	char text[WINDOW_TEXT_SIZE];

	(void)state;
	window_text(text, &window);
	assert_string_equal(text, "2026-12-01 09:00 to 11:00 CET");
	window.to = NINE + DAY;
	window_text(text, &window);
	assert_string_equal(text, "2026-12-01 09:00 CET to 2026-12-02 09:00 CET");
	window_time_iso(text, NINE);
	assert_string_equal(text, "2026-12-01T09:00:00+01:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_not),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, zone, NULL);
}
