// SPDX-License-Identifier: GPL-2.0
/* The conversions between the G.711 laws. Each octet is checked in selftests/kernel/g711.py too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "kmod/core/g711.h"

/* Magnitudes on u-law's scale of 14 bits, by ITU-T G.711, tables 1 and 2. */
static int ulaw_value(u8 octet)
{
	int n = ~octet & 0x7f, value = ((2 * (n & 15) + 33) << (n >> 4)) - 33;

	return octet & 0x80 ? value : -value;
}

static int alaw_value(u8 octet)
{
	int n = (octet ^ 0x55) & 0x7f, m = n & 15;
	int value = n < 16 ? 4 * m + 2 : (4 * m + 66) << ((n >> 4) - 1);

	return octet & 0x80 ? value : -value;
}

static u8 ulaw_to_alaw(u8 octet)
{
	phn_g711_convert(phn_ulaw_to_alaw, &octet, 1);
	return octet;
}

static u8 alaw_to_ulaw(u8 octet)
{
	phn_g711_convert(phn_alaw_to_ulaw, &octet, 1);
	return octet;
}

static void knows_what_everybody_knows(void **state)
{
	(void)state;
	assert_int_equal(ulaw_to_alaw(0xff), 0xd5); /* silence */
	assert_int_equal(ulaw_to_alaw(0x7f), 0x55);
	assert_int_equal(ulaw_to_alaw(0x80), 0xaa); /* full scale */
	assert_int_equal(ulaw_to_alaw(0x00), 0x2a);
	assert_int_equal(alaw_to_ulaw(0xd5), 0xfe);
	assert_int_equal(alaw_to_ulaw(0x55), 0x7e);
	assert_int_equal(alaw_to_ulaw(0xaa), 0x80);
	assert_int_equal(alaw_to_ulaw(0x2a), 0x00);
}

/* No octet changes its sign, or its value by more than a step of the coarser law. */
static void stays_close(void **state)
{
	int i, from, to;

	(void)state;
	for (i = 0; i < 256; i++) {
		from = ulaw_value(i);
		to = alaw_value(ulaw_to_alaw(i));
		assert_true((i & 0x80) == (ulaw_to_alaw(i) & 0x80));
		assert_true(abs(to - from) <= abs(from) / 16 + 2);
		from = alaw_value(i);
		to = ulaw_value(alaw_to_ulaw(i));
		assert_true((i & 0x80) == (alaw_to_ulaw(i) & 0x80));
		assert_true(abs(to - from) <= abs(from) / 16 + 2);
	}
}

/* A louder octet never becomes the quieter one. */
static void keeps_the_order(void **state)
{
	int n;

	(void)state;
	for (n = 0; n < 127; n++) {
		assert_true(alaw_value(ulaw_to_alaw(0xff - n)) <=
			    alaw_value(ulaw_to_alaw(0xff - n - 1)));
		assert_true(ulaw_value(alaw_to_ulaw((0xd5 ^ n))) <=
			    ulaw_value(alaw_to_ulaw(0xd5 ^ (n + 1))));
	}
}

/* G.711: an A-law octet that came from u-law, and any after one pass, is stable for ever. */
static void settles_after_one_pass(void **state)
{
	int i, lost = 0;
	u8 once;

	(void)state;
	for (i = 0; i < 256; i++) {
		once = ulaw_to_alaw(i);
		assert_int_equal(ulaw_to_alaw(alaw_to_ulaw(once)), once);
		lost += alaw_to_ulaw(once) != i;
	}
	/* Only where u-law's steps are finer than A-law's, eight on each side of zero. */
	assert_int_equal(lost, 16);
}

/* The louder half of u-law goes through A-law and back unharmed, every octet. */
static void keeps_loud_octets(void **state)
{
	int n;

	(void)state;
	for (n = 36; n < 128; n++) {
		assert_int_equal(alaw_to_ulaw(ulaw_to_alaw(0xff - n)), 0xff - n);
		assert_int_equal(alaw_to_ulaw(ulaw_to_alaw(0x7f - n)), 0x7f - n);
	}
}

static void converts_no_more_than_it_is_told(void **state)
{
	u8 data[] = { 0xff, 0xff, 0xff, 0xff };

	(void)state;
	phn_g711_convert(phn_ulaw_to_alaw, data, 0);
	assert_int_equal(data[0], 0xff);
	phn_g711_convert(phn_ulaw_to_alaw, data + 1, 2);
	assert_int_equal(data[0], 0xff);
	assert_int_equal(data[1], 0xd5);
	assert_int_equal(data[2], 0xd5);
	assert_int_equal(data[3], 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_everybody_knows),
		cmocka_unit_test(stays_close),
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(settles_after_one_pass),
		cmocka_unit_test(keeps_loud_octets),
		cmocka_unit_test(converts_no_more_than_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
