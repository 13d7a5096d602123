// SPDX-License-Identifier: GPL-2.0
/* Reception statistics, held against RFC 3550, appendices A.1, A.3 and A.8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmod/core/rxstat.h"

#define UNIT 125000ull /* nanoseconds of one timestamp unit */

static void get(struct phn_rxstat *st, u32 ssrc, u16 seq)
{
	struct phn_rtp rtp = { .ssrc = ssrc, .seq = seq, .timestamp = 160u * seq };

	phn_rxstat_update(st, &rtp, 160 * UNIT * seq);
}

static void counts_nothing_before_the_first(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	assert_int_equal(phn_rxstat_lost(&st), 0);
	assert_int_equal(phn_rxstat_jitter(&st), 0);
	get(&st, 1, 100);
	assert_int_equal(phn_rxstat_lost(&st), 0);
	assert_int_equal(st.ssrc, 1);
	assert_int_equal(st.received, 1);
}

static void counts_what_is_lost(void **state)
{
	struct phn_rxstat st = {};
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		if (i % 10 != 5)
			get(&st, 1, 1000 + i);
	assert_int_equal(phn_rxstat_lost(&st), 10);
	/* One of them comes late after all; another comes twice (A.3). */
	get(&st, 1, 1095);
	assert_int_equal(phn_rxstat_lost(&st), 9);
	get(&st, 1, 1099);
	assert_int_equal(phn_rxstat_lost(&st), 8);
}

static void lost_may_be_negative(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	get(&st, 1, 5);
	get(&st, 1, 5);
	get(&st, 1, 5);
	assert_int_equal(phn_rxstat_lost(&st), -2);
}

static void wraps_around(void **state)
{
	struct phn_rxstat st = {};
	u32 seq;

	(void)state;
	for (seq = 65000; seq < 65000 + 5 * 65536u; seq++)
		if (seq % 1000)
			get(&st, 1, seq);
	assert_int_equal(phn_rxstat_lost(&st), 5 * 65536 / 1000);
	assert_int_equal(st.cycles, 5 << 16);
	/* One from before the turn is late, and is no turn of its own. */
	st = (struct phn_rxstat){};
	get(&st, 1, 65534);
	get(&st, 1, 0);
	get(&st, 1, 65535);
	get(&st, 1, 1);
	assert_int_equal(phn_rxstat_lost(&st), 0);
	assert_int_equal(st.cycles, 1 << 16);
}

/* A.1: MAX_DROPOUT 3000, MAX_MISORDER 100. */
static void believes_a_gap_below_3000(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	get(&st, 1, 100);
	get(&st, 1, 100 + 2999);
	assert_int_equal(st.received, 2);
	assert_int_equal(phn_rxstat_lost(&st), 2998);
}

static void does_not_believe_a_jump(void **state)
{
	static const u16 jumps[] = { 3000, 3001, 30000, 65535 - 100 };
	struct phn_rxstat st;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		st = (struct phn_rxstat){};
		get(&st, 1, 100);
		get(&st, 1, 101);
		get(&st, 1, 101 + jumps[i]);
		assert_int_equal(st.received, 2);
		assert_int_equal(st.max_seq, 101);
		/* A single one that strayed changes nothing for those that follow. */
		get(&st, 1, 102);
		assert_int_equal(st.received, 3);
		assert_int_equal(phn_rxstat_lost(&st), 0);
	}
}

static void takes_a_late_one_for_late(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	get(&st, 1, 1000);
	get(&st, 1, 1000 - 99);
	assert_int_equal(st.received, 2);
	assert_int_equal(st.max_seq, 1000);
	/* A hundred or more behind is a jump. */
	get(&st, 1, 1000 - 100);
	assert_int_equal(st.received, 2);
}

/* Two in sequence after a jump: the source has restarted, and what was lost before stays lost. */
static void restarts_after_two_in_sequence(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	get(&st, 1, 100);
	get(&st, 1, 103);
	assert_int_equal(phn_rxstat_lost(&st), 2);
	get(&st, 1, 50000);
	get(&st, 1, 50002); /* not in sequence: still nothing */
	assert_int_equal(st.received, 2);
	get(&st, 1, 50003);
	assert_int_equal(st.received, 1);
	assert_int_equal(st.base_seq, 50003);
	assert_int_equal(phn_rxstat_lost(&st), 2);
	get(&st, 1, 50005);
	assert_int_equal(phn_rxstat_lost(&st), 3);
	/* The confirming number may be on the other side of the turn. */
	get(&st, 1, 65535);
	get(&st, 1, 0);
	assert_int_equal(st.base_seq, 0);
}

static void begins_anew_with_a_new_source(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	get(&st, 1, 100);
	get(&st, 1, 110);
	get(&st, 2, 7);
	assert_int_equal(st.ssrc, 2);
	assert_int_equal(st.received, 1);
	assert_int_equal(phn_rxstat_lost(&st), 9);
	get(&st, 2, 9);
	assert_int_equal(phn_rxstat_lost(&st), 10);
	/* Also one whose SSRC is 0, as the memory was before the first. */
	get(&st, 0, 7);
	assert_int_equal(st.ssrc, 0);
	assert_int_equal(phn_rxstat_lost(&st), 10);
	/* And after the turn of the numbers, which was the source's before. */
	get(&st, 3, 65535);
	get(&st, 3, 0);
	get(&st, 4, 500);
	assert_int_equal(phn_rxstat_lost(&st), 10);
}

static void at(struct phn_rxstat *st, u16 seq, u32 ts, u64 ns)
{
	struct phn_rtp rtp = { .ssrc = 1, .seq = seq, .timestamp = ts };

	phn_rxstat_update(st, &rtp, ns);
}

static void sees_no_jitter_in_an_even_stream(void **state)
{
	struct phn_rxstat st = {};
	int i;

	(void)state;
	/* Over the end of the timestamps, and from a clock that has run for long. */
	for (i = 0; i < 1000; i++)
		at(&st, i, 0xffffff00 + 160u * i, (1ull << 60) / UNIT * UNIT + 160 * UNIT * i);
	assert_int_equal(phn_rxstat_jitter(&st), 0);
}

/* J(i) = J(i-1) + (|D| - J(i-1)) / 16: the integers of A.8, reckoned here in another way. */
static void reckons_jitter(void **state)
{
	struct phn_rxstat st = {};
	double exact = 0, d, last = 0;
	u32 ts = 12345;
	int i, late;

	(void)state;
	at(&st, 0, ts, 0);
	for (i = 1; i < 2000; i++) {
		late = (i * 7919) % 101;
		ts += 160;
		at(&st, i, ts, (160ull * i + late) * UNIT);
		d = late - last;
		last = late;
		exact += ((d < 0 ? -d : d) - exact) / 16;
	}
	assert_in_range(phn_rxstat_jitter(&st), (u32)exact - 1, (u32)exact + 1);
	assert_true(exact > 20);
}

static void starts_jitter_anew_with_the_source(void **state)
{
	struct phn_rxstat st = {};

	(void)state;
	at(&st, 0, 0, 0);
	at(&st, 1, 160, 10000 * UNIT);
	assert_true(phn_rxstat_jitter(&st) > 100);
	phn_rxstat_update(&st, &(struct phn_rtp){ .ssrc = 2, .timestamp = 1 << 30 }, 1);
	assert_int_equal(phn_rxstat_jitter(&st), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_nothing_before_the_first),
		cmocka_unit_test(counts_what_is_lost),
		cmocka_unit_test(lost_may_be_negative),
		cmocka_unit_test(wraps_around),
		cmocka_unit_test(believes_a_gap_below_3000),
		cmocka_unit_test(does_not_believe_a_jump),
		cmocka_unit_test(takes_a_late_one_for_late),
		cmocka_unit_test(restarts_after_two_in_sequence),
		cmocka_unit_test(begins_anew_with_a_new_source),
		cmocka_unit_test(sees_no_jitter_in_an_even_stream),
		cmocka_unit_test(reckons_jitter),
		cmocka_unit_test(starts_jitter_anew_with_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
