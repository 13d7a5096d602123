// SPDX-License-Identifier: GPL-2.0
/* Payload types of one leg, and what they are on the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "kmod/core/g711.h"
#include "kmod/core/xlate.h"

#define PCMU  PHONION_CODEC_PCMU
#define PCMA  PHONION_CODEC_PCMA
#define EVENT PHONION_CODEC_TELEPHONE_EVENT

static const struct phn_pt both[] = { { 0, PCMU }, { 8, PCMA }, { 101, EVENT } };
static const struct phn_pt ulaw[] = { { 96, PCMU } }, alaw[] = { { 97, PCMA } };
static const struct phn_pt event[] = { { 98, EVENT } };
static struct phn_xlate x[PHONION_MAX_PAYLOAD_TYPES];

#define map(from, to) \
	phn_xlate_map(x, from, sizeof(from) / sizeof(*(from)), to, sizeof(to) / sizeof(*(to)))

static void is(const struct phn_xlate *got, u8 in, u8 out, u8 codec, const u8 *table)
{
	assert_int_equal(got->in, in);
	assert_int_equal(got->out, out);
	assert_int_equal(got->codec, codec);
	assert_ptr_equal(got->table, table);
}

static void keeps_a_codec_that_both_have(void **state)
{
	static const struct phn_pt other[] = { { 110, EVENT }, { 111, PCMA }, { 112, PCMU } };

	(void)state;
	assert_int_equal(map(both, other), 3);
	is(&x[0], 0, 112, PCMU, NULL);
	is(&x[1], 8, 111, PCMA, NULL);
	is(&x[2], 101, 110, EVENT, NULL);
}

/* What is in an entry from before does not stay: @x is used for one leg after the other. */
static void converts_to_the_other_law(void **state)
{
	(void)state;
	assert_int_equal(map(ulaw, alaw), 1);
	is(&x[0], 96, 97, PCMU, phn_ulaw_to_alaw);
	assert_int_equal(map(alaw, ulaw), 1);
	is(&x[0], 97, 96, PCMA, phn_alaw_to_ulaw);
	assert_int_equal(map(both, alaw), 2);
	is(&x[0], 0, 97, PCMU, phn_ulaw_to_alaw);
	is(&x[1], 8, 97, PCMA, NULL);
	assert_int_equal(map(both, ulaw), 2);
	is(&x[0], 0, 96, PCMU, NULL);
	is(&x[1], 8, 96, PCMA, phn_alaw_to_ulaw);
}

/* No audio, no bridge; and an event is never made audio, nor audio an event. */
static void leaves_out_what_has_no_counterpart(void **state)
{
	static const struct phn_pt first[] = { { 101, EVENT }, { 0, PCMU } };

	(void)state;
	assert_int_equal(map(first, ulaw), 1);
	is(&x[0], 0, 96, PCMU, NULL);
	assert_int_equal(map(event, event), -EOPNOTSUPP);
	assert_int_equal(map(event, both), -EOPNOTSUPP);
	assert_int_equal(map(both, event), -EOPNOTSUPP);
	assert_int_equal(map(ulaw, event), -EOPNOTSUPP);
	assert_int_equal(phn_xlate_map(x, ulaw, 1, NULL, 0), -EOPNOTSUPP);
	assert_int_equal(phn_xlate_map(x, NULL, 0, ulaw, 1), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_codec_that_both_have),
		cmocka_unit_test(converts_to_the_other_law),
		cmocka_unit_test(leaves_out_what_has_no_counterpart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
