// SPDX-License-Identifier: GPL-2.0
/* Texts that come from elsewhere, on their way to a terminal. */
#include "tools/lib/out.h" /* before cmocka, which makes a macro of fail() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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
		cmocka_unit_test(test_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
