// SPDX-License-Identifier: GPL-2.0
/* Slots: the fewest that hold a window, and none that overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "protocol/slot.h"

static void covers_exactly(void **state)
{
	static const struct {
		uint64_t from, to, first;
		uint32_t count;
	} cases[] = {
		{ 0, 1, 0, 1 },	      { 0, 1800, 0, 1 },    { 0, 1801, 0, 2 },
		{ 1799, 1800, 0, 1 }, { 1799, 1801, 0, 2 }, { 1800, 1801, 1, 1 },
		{ 1800, 3600, 1, 1 }, { 3599, 7201, 1, 4 }, { 1800, 1800 + 96 * 1800, 1, 96 },
	};
	struct slots slots;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(slots_cover(&slots, 1800, cases[i].from, cases[i].to), 0);
		assert_int_equal(slots.length_s, 1800);
		assert_int_equal(slots.first, cases[i].first);
		assert_int_equal(slots.count, cases[i].count);
		assert_true(slots_valid(&slots));
		assert_true(slots_start(&slots) <= cases[i].from);
		assert_true(slots_end(&slots) >= cases[i].to);
		assert_true(slots_start(&slots) + 1800 > cases[i].from);
		assert_true(slots_end(&slots) - 1800 < cases[i].to);
	}
}

static void refuses_what_is_no_window(void **state)
{
	struct slots slots;

	(void)state;
	assert_int_equal(slots_cover(&slots, 1800, 5, 5), -ERANGE);
	assert_int_equal(slots_cover(&slots, 1800, 6, 5), -ERANGE);
	assert_int_equal(slots_cover(&slots, 1800, 1800, 1801 + 96 * 1800), -ERANGE);
	assert_int_equal(slots_cover(&slots, 1800, 1799, 1800 + 96 * 1800), -ERANGE);
	/* So many that the count, in its 32 bits, would be 2. */
	assert_int_equal(slots_cover(&slots, 1800, 0, 1800 * ((1ull << 32) + 2)), -ERANGE);
	assert_int_equal(slots_cover(&slots, 1800, 0, UINT64_MAX), -ERANGE);
	assert_int_equal(slots_cover(&slots, 1800, UINT64_MAX - 1, UINT64_MAX), -ERANGE);
	assert_int_equal(slots_cover(&slots, SLOT_MIN_S - 1, 0, 1), -ERANGE);
	assert_int_equal(slots_cover(&slots, SLOT_MAX_S + 1, 0, 1), -ERANGE);
	assert_int_equal(slots_cover(&slots, 0, 0, 1), -ERANGE);
	assert_int_equal(slots_cover(&slots, SLOT_MIN_S, 0, 1), 0);
	assert_int_equal(slots_cover(&slots, SLOT_MAX_S, 0, 1), 0);
}

static bool valid(uint32_t length_s, uint64_t first, uint32_t count)
{
	struct slots slots = { .length_s = length_s, .first = first, .count = count };

	return slots_valid(&slots);
}

static void knows_the_ranges(void **state)
{
	(void)state;
	assert_true(valid(SLOT_MIN_S, 0, 1));
	assert_true(valid(SLOT_MAX_S, 0, SLOT_MAX_COUNT));
	assert_false(valid(SLOT_MIN_S - 1, 0, 1));
	assert_false(valid(SLOT_MAX_S + 1, 0, 1));
	assert_false(valid(0, 0, 1));
	assert_false(valid(1800, 0, 0));
	assert_false(valid(1800, 0, SLOT_MAX_COUNT + 1));
	assert_false(valid(1800, 0, UINT32_MAX));
}

/* The last that is valid ends within what JSON and SQL hold, and the next is not valid. */
static void ends_before_it_overflows(void **state)
{
	uint64_t low = 0, high = UINT64_MAX, middle;
	struct slots slots = { .length_s = 86400, .count = SLOT_MAX_COUNT };

	(void)state;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (valid(86400, middle, SLOT_MAX_COUNT))
			low = middle;
		else
			high = middle;
	}
	slots.first = low;
	assert_true(slots_end(&slots) <= INT64_MAX);
	assert_true(slots_end(&slots) > slots_start(&slots));
	assert_false(valid(86400, UINT64_MAX, 1));
	assert_false(valid(60, UINT64_MAX / 60, 1));
	assert_false(valid(60, UINT64_MAX - 1, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers_exactly),
		cmocka_unit_test(refuses_what_is_no_window),
		cmocka_unit_test(knows_the_ranges),
		cmocka_unit_test(ends_before_it_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
