// SPDX-License-Identifier: GPL-2.0
/* base64url: RFC 4648's examples, every length, and one way only to write anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64url.h"

static const struct {
	const char *octets, *text;
} examples[] = {
	/* RFC 4648 section 10, and the two characters that base64 has not */
	{ "", "" },
	{ "f", "Zg" },
	{ "fo", "Zm8" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg" },
	{ "fooba", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "-_-_" },
};

static void writes_the_examples(void **state)
{
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		size_t len = strlen(examples[i].octets);

		base64url_encode(text, examples[i].octets, len);
		assert_string_equal(text, examples[i].text);
		assert_int_equal(strlen(text), BASE64URL_CHARS(len));
	}
}

/* Into an allocation of exactly SIZE octets, out of one of exactly LEN: the sanitizer watches both. */
static int decode(const char *text, size_t len, size_t size, void *out)
{
	char *from = malloc(len ? len : 1);
	uint8_t *to = malloc(size ? size : 1);
	int n;

	memcpy(from, text, len);
	n = base64url_decode(to, size, from, len);
	if (n > 0 && out)
		memcpy(out, to, n);
	free(from);
	free(to);
	return n;
}

static void reads_what_it_writes(void **state)
{
	uint8_t octets[300], again[300];
	char text[BASE64URL_CHARS(300) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = i * 37 + (i >> 3);
	for (size_t len = 0; len <= sizeof(octets); len++) {
		base64url_encode(text, octets, len);
		assert_int_equal(decode(text, strlen(text), len, again), len);
		assert_memory_equal(octets, again, len);
		if (len)
			assert_int_equal(decode(text, strlen(text), len - 1, NULL), -EOVERFLOW);
	}
}

/* Of all texts of two and of three characters, those that are written and no others. */
static void reads_nothing_else(void **state)
{
	char text[4], again[8];
	uint8_t octets[2];
	unsigned int good = 0;

	(void)state;
	for (unsigned int i = 0; i < 1u << 16; i++) {
		int n;

		text[0] = i >> 8;
		text[1] = i;
		n = base64url_decode(octets, 1, text, 2);
		if (n == -EINVAL)
			continue;
		assert_int_equal(n, 1);
		base64url_encode(again, octets, 1);
		assert_memory_equal(text, again, 2);
		good++;
	}
	assert_int_equal(good, 256);
}

static void refuses_other_characters(void **state)
{
	static const char *const bad[] = { "Zg==", "Zg=",    "Z",  "Zm9vY", "Zm9+",	 "Zm9/",
					   "Zm9 ", "Zm\n9v", "Zh", "Zm9",   "\xc3\xa9Zg" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(decode(bad[i], strlen(bad[i]), 16, NULL), -EINVAL);
	assert_int_equal(decode("Zm9v\0", 5, 16, NULL), -EINVAL);
	assert_int_equal(decode("Zm9\0", 4, 16, NULL), -EINVAL);
}

static void exact_is_exact(void **state)
{
	uint8_t octets[4];

	(void)state;
	assert_int_equal(base64url_exact(octets, 3, "Zm9v"), 0);
	assert_memory_equal(octets, "foo", 3);
	assert_int_equal(base64url_exact(octets, 3, "Zm8"), -EINVAL);
	assert_int_equal(base64url_exact(octets, 3, "Zm9vYg"), -EINVAL);
	assert_int_equal(base64url_exact(octets, 3, ""), -EINVAL);
	assert_int_equal(base64url_exact(octets, 4, "Zm9vYh"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_examples),	    cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(reads_nothing_else),	    cmocka_unit_test(exact_is_exact),
		cmocka_unit_test(refuses_other_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
