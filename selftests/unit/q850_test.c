// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "isdn/q850.h"

/* RFC 3398, 7.2.4.1 and 8.2.6.1, copied out anew: cause, its status, that status's cause. */
static const int rows[][3] = {
	{ 1, 404, 1 },	  { 2, 404, 1 },   { 3, 404, 1 },   { 17, 486, 17 },   { 18, 408, 102 },
	{ 19, 480, 18 },  { 20, 480, 18 }, { 21, 403, 21 }, { 22, 410, 22 },   { 23, 410, 22 },
	{ 26, 404, 1 },	  { 27, 502, 38 }, { 28, 484, 28 }, { 29, 501, 79 },   { 31, 480, 18 },
	{ 34, 503, 41 },  { 38, 503, 41 }, { 41, 503, 41 }, { 42, 503, 41 },   { 47, 503, 41 },
	{ 55, 403, 21 },  { 57, 403, 21 }, { 58, 503, 41 }, { 65, 488, 65 },   { 70, 488, 65 },
	{ 79, 501, 79 },  { 87, 403, 21 }, { 88, 503, 41 }, { 102, 504, 102 }, { 111, 500, 41 },
	{ 127, 500, 41 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(q850_to_status(rows[i][0]), rows[i][1]);
		assert_int_equal(q850_of_status(rows[i][1]), rows[i][2]);
	}
}

static void test_statuses_of_no_cause(void **state)
{
	(void)state;
	assert_int_equal(q850_of_status(483), 25);
	assert_int_equal(q850_of_status(487), 16);
	assert_int_equal(q850_of_status(600), 17);
	assert_int_equal(q850_of_status(603), 21);
	assert_int_equal(q850_of_status(302), 20);
	assert_int_equal(q850_of_status(499), 127);
	assert_int_equal(q850_of_status(699), 127);
	assert_int_equal(q850_of_status(-1), 127);
}

/* Whatever a peer says, a status and a cause come of it that may be sent. */
static void test_whatever_comes(void **state)
{
	(void)state;
	for (int cause = -3; cause < 300; cause++)
		assert_in_range(q850_to_status(cause), 400, 699);
	for (int status = 0; status < 1000; status++)
		assert_in_range(q850_of_status(status), 1, Q850_MAX);
	assert_int_equal(q850_to_status(126), 500);
	assert_int_equal(q850_to_status(16), 480);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_statuses_of_no_cause),
		cmocka_unit_test(test_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
