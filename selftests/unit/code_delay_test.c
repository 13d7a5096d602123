// SPDX-License-Identifier: GPL-2.0
/* How much later a code is looked at for the wrong ones that came before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "call/code_delay.h"

#define STEP CODE_DELAY_STEP_MS

static void test_none(void **state)
{
	struct code_delay delay = { 0 };

	(void)state;
	assert_int_equal(code_delay(&delay, 0), 0);
	assert_int_equal(code_delay(&delay, 123456789), 0);
}

static void test_grows_to_its_limit(void **state)
{
	struct code_delay delay = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= 100; i++) {
		code_delay_wrong(&delay, 5000);
		assert_int_equal(code_delay(&delay, 5000), i < 8 ? i * STEP : CODE_DELAY_MAX_MS);
	}
}

static void test_time_takes_it_back(void **state)
{
	struct code_delay delay = { 0 };

	(void)state;
	code_delay_wrong(&delay, 5000);
	code_delay_wrong(&delay, 5000);
	assert_int_equal(code_delay(&delay, 5000 + STEP * CODE_DELAY_FORGET), STEP);
	assert_int_equal(code_delay(&delay, 5000 + 2 * STEP * CODE_DELAY_FORGET), 0);
	/* What went by while there was nothing to take back is not saved up. */
	code_delay_wrong(&delay, 999999);
	assert_int_equal(code_delay(&delay, 999999), STEP);
}

/* Somebody who asks often does not make it last. */
static void test_asked_often(void **state)
{
	struct code_delay delay = { 0 };
	uint64_t now;

	(void)state;
	code_delay_wrong(&delay, 0);
	for (now = 0; now < STEP * CODE_DELAY_FORGET; now += 3)
		assert_int_equal(code_delay(&delay, now), STEP - now / CODE_DELAY_FORGET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_grows_to_its_limit),
		cmocka_unit_test(test_time_takes_it_back),
		cmocka_unit_test(test_asked_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
