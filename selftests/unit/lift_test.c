// SPDX-License-Identifier: GPL-2.0
/* Long texts are taken out of JSON, and what a parser then sees is the same document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "protocol/lift.h"

#define LONG  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_" /* LIFT_MIN */
#define SHORT "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

static struct lifted lifted;
static char *text;
static size_t len;

/* At the very end of its allocation, without a NUL: the sanitizer sees an octet too many. */
static void lift(const char *from)
{
	len = strlen(from);
	text = malloc(len ? len : 1);
	assert_non_null(text);
	memcpy(text, from, len);
	lifted = (struct lifted){ NULL };
	assert_int_equal(lift_texts(&lifted, text, &len), 0);
}

static void put_away(void)
{
	lift_free(&lifted);
	free(text);
}

static void becomes(const char *from, const char *to, size_t n)
{
	lift(from);
	if (len != strlen(to) || memcmp(text, to, len))
		fail_msg("%s: %.*s", from, (int)len, text);
	assert_int_equal(lifted.n, n);
	put_away();
}

static void takes_what_is_long_and_plain(void **state)
{
	(void)state;
	becomes("{\"a\": \"" LONG "\"}", "{\"a\": \"#0\"}", 1);
	becomes("[\"" LONG LONG "\",\"b\",\"" LONG "\"]", "[\"#0\",\"b\",\"#1\"]", 2);
	becomes("[\"" SHORT "\"]", "[\"" SHORT "\"]", 0);
	becomes("", "", 0);
	/* A name of a member is a string like any other. */
	becomes("{\"" LONG "\":1}", "{\"#0\":1}", 1);
}

/* What is not plain stays, and a quotation mark that is escaped ends nothing. */
static void leaves_what_a_parser_must_see(void **state)
{
	static const char *const same[] = {
		"[\"" LONG "\\n\"]",
		"[\"\\\"" LONG "\"]",
		"[\"" LONG "\\\\\"]",
		"[\"\xc3\xa4" LONG "\"]",
		"[\"" LONG " \"]",
		"[\"" LONG "\x7f\"]",
		"[\"" LONG "\n\"]",
		/* No end, or one that is escaped. */
		"[\"" LONG,
		"[\"" LONG "\\",
		"[\"" LONG "\\\"",
		"[\"",
		"\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		becomes(same[i], same[i], 0);
	becomes("[\"\\\\\",\"" LONG "\"]", "[\"\\\\\",\"#0\"]", 1);
	becomes("[\"\\\"" LONG "\\\"\",\"" LONG "\"]", "[\"\\\"" LONG "\\\"\",\"#0\"]", 1);
}

static void gives_each_back_once(void **state)
{
	static const char *const none[] = { "#0", "#1", "#17", "#99", "#0x", "#-1", "#1 " };
	char *taken;

	(void)state;
	lift("[\"" LONG "\",\"x" LONG "\"]");
	taken = lift_take(&lifted, "#1");
	assert_string_equal(taken, "x" LONG);
	free(taken);
	taken = lift_take(&lifted, "#0");
	assert_string_equal(taken, LONG);
	free(taken);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_null(lift_take(&lifted, none[i]));
	taken = lift_take(&lifted, SHORT);
	assert_string_equal(taken, SHORT);
	free(taken);
	put_away();
}

/* More than there is room for at first; what nobody takes is freed all the same. */
static void keeps_many(void **state)
{
	char many[100 * (LIFT_MIN + 4) + 1], number[16], *taken;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		n += snprintf(many + n, sizeof(many) - n, "\"%02d" LONG "\"", i);
	assert_true(n < sizeof(many));
	lift(many);
	assert_int_equal(lifted.n, 100);
	for (int i = 0; i < 100; i += 3) {
		snprintf(number, sizeof(number), "#%d", i);
		taken = lift_take(&lifted, number);
		assert_non_null(taken);
		assert_int_equal(atoi((char[]){ taken[0], taken[1], '\0' }), i);
		free(taken);
	}
	put_away();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_long_and_plain),
		cmocka_unit_test(leaves_what_a_parser_must_see),
		cmocka_unit_test(gives_each_back_once),
		cmocka_unit_test(keeps_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
