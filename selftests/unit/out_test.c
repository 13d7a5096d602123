// SPDX-License-Identifier: GPL-2.0
/* Texts that come from elsewhere, on their way to a terminal. */
#include "tools/lib/out.h" /* before cmocka, which makes a macro of fail() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "protocol/json.h"

static void shows(const char *text, const char *want)
{
	json_t *object = json_pack("{s:s}", "text", text);

	assert_non_null(object);
	assert_string_equal(out_str(object, "text"), want);
	json_decref(object);
}

static void test_controls(void **state)
{
	(void)state;
	shows("a\x1b[31mb\tc\x7f", "a?[31mb?c?");
	shows("a\xc2\x80"
	      "b\xc2\x9b"
	      "31m\xc2\x9f",
	      "a?b?31m?");
	shows("a\xe2\x80\xa8\xe2\x80\xaa"
	      "b\xe2\x80\xae",
	      "a??b?");
	shows("\xe2\x81\xa6"
	      "a\xe2\x81\xa9",
	      "?a?");
}

static void test_letters(void **state)
{
	/* The neighbours of what is replaced: U+00A0, U+00BF, U+2027, U+202F, U+2065, U+206A. */
	static const char *const texts[] = { "",
					     "a~ ",
					     "\xc2\xa0",
					     "\xc2\xbf",
					     "\xc3\xa9",
					     "\xe2\x80\xa7",
					     "\xe2\x80\xaf",
					     "\xe2\x81\xa5",
					     "\xe2\x81\xaa",
					     "\xe2\x82\xac",
					     "\xe6\x97\xa5",
					     "\xf0\x9f\x98\x80" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		shows(texts[i], texts[i]);
}

static void test_long(void **state)
{
	char text[301], want[256];

	(void)state;
	memset(text, '\x1b', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(want, '?', sizeof(want) - 1);
	want[sizeof(want) - 1] = '\0';
	shows(text, want);
}

static void cleans(const char *text, const char *want)
{
	char copy[64];

	strcpy(copy, text);
	out_clean(copy);
	assert_string_equal(copy, want);
}

/* An error's text may be cut off, or begin with a word of the command line. */
static void test_no_utf8(void **state)
{
	(void)state;
	cleans("", "");
	cleans("a\xff\xfe"
	       "b",
	       "a??b");
	cleans("\xc3\xa9\xc3", "\xc3\xa9?");
	cleans("\xf0\x9f\x98", "???");
	cleans("\xc0\xaf", "??");
	cleans("\xed\xa0\x80", "???");
	cleans("\xe2\x80\xae\xe2\x82\xac\n", "?\xe2\x82\xac?");
}

static void test_cut_off(void **state)
{
	char text[301], want[256];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text + 254, "\xc3\xa9", 2);
	text[sizeof(text) - 1] = '\0';
	memset(want, 'a', 254);
	strcpy(want + 254, "?");
	shows(text, want);
}

static void test_json_line(void **state)
{
	json_t *object = json_pack("{s:s}", "\xe2\x80\xae", "\x1b\xc2\x9b\xc3\xa9");
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	out_json_line(f, object);
	fclose(f);
	assert_string_equal(text, "{\"\\u202E\":\"\\u001B\\u009B\\u00E9\"}\n");
	free(text);
	json_decref(object);
}

static void test_none(void **state)
{
	json_t *object = json_pack("{s:i}", "text", 1);

	(void)state;
	assert_string_equal(out_str(object, "text"), "-");
	assert_string_equal(out_str(object, "other"), "-");
	json_decref(object);
}

static void test_octets(void **state)
{
	(void)state;
	assert_int_equal(json_control(""), 0);
	assert_int_equal(json_control("a"), 0);
	assert_int_equal(json_control("\n"), 1);
	assert_int_equal(json_control("\xc2\x85"
				      "a"),
			 2);
	assert_int_equal(json_control("\xe2\x80\xae"
				      "a"),
			 3);
	/* Cut off, which is no UTF-8: nothing behind the end is read. */
	assert_int_equal(json_control("\xc2"), 0);
	assert_int_equal(json_control("\xe2\x80"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_controls), cmocka_unit_test(test_letters),
		cmocka_unit_test(test_long),	 cmocka_unit_test(test_none),
		cmocka_unit_test(test_octets),	 cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_cut_off),	 cmocka_unit_test(test_json_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
