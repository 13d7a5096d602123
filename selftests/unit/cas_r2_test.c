// SPDX-License-Identifier: GPL-2.0
/* MFC/R2 without a channel: causes, faults, variants. selftests/cas/r2 has calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cas/r2.h"
#include "isdn/q850.h"

static void test_refusals(void **state)
{
	static const struct {
		int status;
		openr2_call_disconnect_cause_t refusal;
	} rows[] = {
		{ 404, OR2_CAUSE_UNALLOCATED_NUMBER }, { 486, OR2_CAUSE_BUSY_NUMBER },
		{ 503, OR2_CAUSE_NETWORK_CONGESTION }, { 500, OR2_CAUSE_NETWORK_CONGESTION },
		{ 403, OR2_CAUSE_OUT_OF_ORDER },       { 480, OR2_CAUSE_OUT_OF_ORDER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(r2_refusal(q850_of_status(rows[i].status)), rows[i].refusal);
}

/* Who is called is busy, or is not there, as a PRI would say it. */
static void test_causes(void **state)
{
	static const struct {
		openr2_call_disconnect_cause_t cause;
		int status;
	} rows[] = {
		{ OR2_CAUSE_BUSY_NUMBER, 486 },	       { OR2_CAUSE_NETWORK_CONGESTION, 503 },
		{ OR2_CAUSE_UNALLOCATED_NUMBER, 404 }, { OR2_CAUSE_OUT_OF_ORDER, 502 },
		{ OR2_CAUSE_NO_ANSWER, 480 },	       { OR2_CAUSE_NUMBER_CHANGED, 410 },
		{ OR2_CAUSE_NORMAL_CLEARING, 480 },    { OR2_CAUSE_FORCED_RELEASE, 480 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(q850_to_status(r2_cause(rows[i].cause)), rows[i].status);
}

static void test_faults(void **state)
{
	(void)state;
	assert_int_equal(r2_fault(OR2_INVALID_CAS_BITS), CAS_FAULT_BITS);
	assert_int_equal(r2_fault(OR2_BROKEN_MF_SEQUENCE), CAS_FAULT_TONE);
	assert_int_equal(r2_fault(OR2_SEIZE_TIMEOUT), CAS_FAULT_TIMEOUT);
	assert_int_equal(r2_fault(OR2_INTERNAL_ERROR), CAS_FAULT_INTERNAL);
	assert_int_equal(r2_fault(OR2_LIBRARY_BUG), CAS_FAULT_INTERNAL);
}

/* The library knows each variant, and says of what is no channel that it is none. */
static void test_no_channel(void **state)
{
	static const openr2_event_interface_t events;
	struct cas_line line = { .conf = { .max_dnis = 4 } };

	(void)state;
	line.fd = eventfd(0, 0);
	for (int variant = CAS_R2_ITU; variant <= CAS_R2_VENEZUELA; variant++) {
		line.conf.r2_variant = variant;
		assert_int_equal(r2_library_new(&line, &events), -EIO);
		assert_null(line.r2);
	}
	close(line.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_no_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
