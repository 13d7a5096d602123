// SPDX-License-Identifier: GPL-2.0
/* A function's number among types of our own making, and among what is damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/btf.h>
#include <string.h>
#include <unistd.h>

#include "xdp/btf.h"
#include "xdp/program.h"

#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))

/* Names are counted on from the kernel's strings, of which there are five octets. */
static const char base_strings[] = "\0int"; /* with its end: 5 */
static const char own_strings[] = "\0phn_wrong\0phn_right\0arg";
enum { WRONG = 5 + 1, RIGHT = 5 + 11, ARG = 5 + 21 };

/* int, and a structure of two members. */
static const uint32_t base_types[] = {
	1, INFO(BTF_KIND_INT, 0), 4, 32, 0, INFO(BTF_KIND_STRUCT, 2), 8, 1, 1, 0, 1, 1, 32
};
/* A prototype of one argument (3), another kind of that name (4), two functions (5, 6). */
static const uint32_t own_types[] = { 0,
				      INFO(BTF_KIND_FUNC_PROTO, 1),
				      1,
				      ARG,
				      1,
				      RIGHT,
				      INFO(BTF_KIND_TYPEDEF, 0),
				      1,
				      WRONG,
				      INFO(BTF_KIND_FUNC, 0),
				      3,
				      RIGHT,
				      INFO(BTF_KIND_FUNC, 0),
				      3 };

static struct btf_blob blob(const uint32_t *types, size_t types_len, const char *strings,
			    size_t strings_len)
{
	struct btf_header h = { .magic = BTF_MAGIC,
				.version = BTF_VERSION,
				.hdr_len = sizeof(h),
				.type_len = types_len,
				.str_off = types_len,
				.str_len = strings_len };
	struct btf_blob made = { malloc(sizeof(h) + types_len + strings_len),
				 sizeof(h) + types_len + strings_len };

	assert_non_null(made.data);
	memcpy(made.data, &h, sizeof(h));
	memcpy((char *)made.data + sizeof(h), types, types_len);
	memcpy((char *)made.data + sizeof(h) + types_len, strings, strings_len);
	return made;
}

static struct btf_blob base_blob(void)
{
	return blob(base_types, sizeof(base_types), base_strings, sizeof(base_strings));
}

static struct btf_blob own_blob(void)
{
	return blob(own_types, sizeof(own_types), own_strings, sizeof(own_strings));
}

static void test_found(void **state)
{
	struct btf_blob base = base_blob(), own = own_blob();

	(void)state;
	assert_int_equal(btf_function(&base, &own, "phn_right"), 6);
	assert_int_equal(btf_function(&base, &own, "phn_wrong"), 5);
	free(base.data);
	free(own.data);
}

static void test_missing(void **state)
{
	struct btf_blob base = base_blob(), own = own_blob();

	(void)state;
	assert_int_equal(btf_function(&base, &own, "phn_"), -ENOENT);
	assert_int_equal(btf_function(&base, &own, "arg"), -ENOENT);
	/* It is no name of the kernel's. */
	assert_int_equal(btf_function(&own, &base, "int"), -ENOENT);
	free(base.data);
	free(own.data);
}

/* Cut off after any octet, the copy ends where the memory does. */
static void test_cut(void **state)
{
	struct btf_blob base = base_blob(), own = own_blob();

	(void)state;
	for (size_t len = 0; len < own.len; len++) {
		struct btf_blob part = { malloc(len ?: 1), len };

		memcpy(part.data, own.data, len);
		assert_int_equal(btf_function(&base, &part, "phn_right"), -EBADMSG);
		free(part.data);
	}
	free(base.data);
	free(own.data);
}

/* Every octet takes every value: nothing is read that is not there. */
static void test_damaged(void **state)
{
	struct btf_blob base = base_blob(), own = own_blob();
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < own.len; i++) {
		uint8_t *octet = (uint8_t *)own.data + i, was = *octet;

		for (int value = 0; value < 256; value++) {
			*octet = value;
			bad += btf_function(&base, &own, "phn_right") == -EBADMSG;
		}
		*octet = was;
	}
	assert_true(bad > 256);
	assert_int_equal(btf_function(&base, &own, "phn_right"), 6);
	free(base.data);
	free(own.data);
}

/* Not that the module lacks something, as when it is there. */
static void test_without_the_module(void **state)
{
	const char *why = NULL;

	(void)state;
	if (!access("/sys/module/phonion", F_OK))
		skip();
	assert_int_equal(xdp_program_load(&why), -ENOENT);
	assert_non_null(strstr(why, "phonion.ko is not loaded"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_without_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
