// SPDX-License-Identifier: GPL-2.0
/* The closed forms, against values worked out by other ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tools/anonymity/forms.h"
#include "tools/anonymity/predict.h"

static void close_to(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("got %.9f, want %.9f", got, want);
}

/* The integral of t^(own - 1) e^(-crowd (1 - t)) over [0, 1], by the midpoint rule. */
static double poisson_mean(double crowd, unsigned int own)
{
	const int n = 100000;
	double sum = 0, t;

	for (int i = 0; i < n; i++) {
		t = (i + 0.5) / n;
		sum += pow(t, own - 1) * exp(-crowd * (1 - t));
	}
	return sum / n;
}

/* The project's design, section 7. */
static void references(void **state)
{
	static const double fifths[] = { .2, .2, .2, .2, .2 };

	(void)state;
	close_to(anonymity_start(6), 0.166, 0.0005);
	close_to(anonymity_start_duration(6, 2, 180), 0.968, 0.0005);
	close_to(anonymity_same_carrier(fifths, 5), 0.2, 1e-12);
}

static void start_is_its_integral(void **state)
{
	(void)state;
	close_to(anonymity_start(0), 1, 0);
	close_to(anonymity_start(1e-9), 1, 1e-9);
	for (double crowd = 0.01; crowd < 400; crowd *= 2.7) {
		close_to(anonymity_start(crowd), poisson_mean(crowd, 1), 1e-8);
		for (unsigned int own = 1; own < 9; own++)
			close_to(anonymity_one_of(crowd, own), poisson_mean(crowd, own), 1e-8);
	}
	close_to(anonymity_one_of(0, 4), 0.25, 1e-12);
	close_to(anonymity_one_of(499, 4), anonymity_one_of(501, 4), 1e-5);
}

/* By the midpoint rule over the calls' durations. */
static double by_durations(double crowd, double within, double mean)
{
	const int n = 2000000;
	double sum = 0, d, p;

	for (int i = 0; i < n; i++) {
		d = -mean * log((i + 0.5) / n);
		p = exp(-fmax(0, d - within) / mean) - exp(-(d + within) / mean);
		sum += anonymity_start(crowd * p);
	}
	return sum / n;
}

static void durations_are_their_integral(void **state)
{
	static const double crowds[] = { 0.01, 1, 6, 100, 3000 };
	static const double withins[] = { 0.1, 2, 60, 2000 };

	(void)state;
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 4; j++)
			close_to(anonymity_start_duration(crowds[i], withins[j], 180),
				 by_durations(crowds[i], withins[j], 180), 2e-6);
	close_to(anonymity_start_duration(6, 1e-9, 180), 1, 1e-8);
	close_to(anonymity_start_duration(6, 1e9, 180), anonymity_start(6), 1e-9);
	close_to(anonymity_start_duration(0, 2, 180), 1, 0);
}

static void lingering_is_between(void **state)
{
	(void)state;
	close_to(anonymity_start_linger(6, 180, 1e-6), 1, 1e-4);
	close_to(anonymity_start_linger(0, 180, 60), 1, 1e-12);
	/* Linger forever, and the shortest leg above is one of K + 1 legs, evenly. */
	close_to(anonymity_start_linger(6, 1e-3, 1e6), anonymity_start(6), 1e-3);
	close_to(anonymity_start_linger(6, 180, 180.0), anonymity_start_linger(6, 180, 180.01),
		 1e-4);
	assert_true(anonymity_start_linger(6, 180, 60) > anonymity_start_linger(6, 180, 120));
}

/* Counted: every choice of hops among relays, as bits. */
static void bad_relays_are_counted(void **state)
{
	unsigned int bad = 3, relays = 8, hops = 4, sets = 0, some[5] = { 0 };

	(void)state;
	for (unsigned int set = 0; set < 1u << relays; set++) {
		if (__builtin_popcount(set) != (int)hops)
			continue;
		sets++;
		some[__builtin_popcount(set & ((1 << bad) - 1))]++;
	}
	for (unsigned int n = 0; n <= hops; n++)
		close_to(anonymity_bad_some(bad, relays, hops, n), (double)some[n] / sets, 1e-12);
	close_to(anonymity_bad_all(3, 8, 2), 3.0 / 28, 1e-12);
	close_to(anonymity_bad_ends(3, 8, 2), 3 * 2 / 56.0, 1e-12);
	close_to(anonymity_bad_ends(3, 8, 5), 3 * 2 / 56.0, 1e-12);
	close_to(anonymity_bad_ends(3, 8, 1), 3 / 8.0, 1e-12);
	close_to(anonymity_bad_ends(0, 8, 3), 0, 0);
	close_to(anonymity_bad_ends(1, 1, 1), 1, 0);
	close_to(anonymity_bad_all(8, 8, 5), 1, 1e-12);
}

static void bookings_hide_each_other(void **state)
{
	(void)state;
	close_to(anonymity_bookings(0, 2), 1, 1e-6);
	close_to(anonymity_bookings(0, 5), 0.25, 1e-6);
	assert_true(anonymity_bookings(1, 3) < anonymity_bookings(0.5, 3));
	/* In a crowd of N circuits a span before and after, 2 N bookings of each hop. */
	close_to(anonymity_bookings(1000, 3) * 6000, 1, 0.01);
}

static void intersection_narrows(void **state)
{
	(void)state;
	close_to(anonymity_intersection(0.5, 3, 3), 0.875 * 0.875, 1e-12);
	close_to(anonymity_intersection(0.01, 1, 1), 1, 0);
	close_to(anonymity_intersection(1, 9, 5), 0, 0);
	close_to(anonymity_intersection(1e-5, 2, 1e6), exp(-1e-4), 1e-6);
}

/* Published tables: 10 Erlang on 15 lines lose 3.65 %; 1 on 1 half. */
static void erlang_is_its_table(void **state)
{
	(void)state;
	close_to(anonymity_erlang_b(1, 1), 0.5, 1e-12);
	close_to(anonymity_erlang_b(10, 15), 0.0365, 0.00005);
	close_to(anonymity_erlang_b(2, 3), (8 / 6.0) / (1 + 2 + 2 + 8 / 6.0), 1e-12);
	close_to(anonymity_erlang_b(5, 0), 1, 0);
}

static void carriers_are_counted(void **state)
{
	static const double fifths[] = { .2, .2, .2, .2, .2 };
	struct anonymity_circuit c;
	struct anonymity_seen seen;

	(void)state;
	anonymity_init(&c);
	c.shares = fifths;
	c.carriers = 5;
	c.path = ANONYMITY_OBLIVIOUS;
	anonymity_seen(&seen, &c, 1);
	close_to(seen.last, 0.36, 1e-12);
	close_to(seen.both, 0.36 * 0.36, 1e-12);
	anonymity_seen(&seen, &c, 0);
	close_to(seen.both, 0.584, 1e-12); /* some carrier sees both, in most calls */
	c.path = ANONYMITY_TOLD;
	anonymity_seen(&seen, &c, 0);
	close_to(seen.both, 0.2, 1e-12); /* nothing but subscribers of one carrier */
	anonymity_seen(&seen, &c, 1);
	close_to(seen.both, 0.04, 1e-12);
	anonymity_seen(&seen, &c, 31);
	close_to(seen.both, 1, 1e-12);
	c.path =
		ANONYMITY_DISJOINT; /* the caller's may be either of two of five, or the one of it */
	anonymity_seen(&seen, &c, 0);
	assert_true(seen.both > 0.2 && seen.both < 0.4);
}

static void timing_is_worth_what_it_costs(void **state)
{
	struct anonymity_prediction by[ANONYMITY_TIMINGS];
	struct anonymity_circuit c;

	(void)state;
	anonymity_init(&c);
	assert_null(anonymity_check(&c));
	for (int t = 0; t < ANONYMITY_TIMINGS; t++) {
		c.timing = t;
		anonymity_predict(&by[t], &c);
		assert_true(by[t].link[ANONYMITY_SUBSCRIBER] == 0 &&
			    by[t].link[ANONYMITY_BROKER] == 0);
		for (int i = 0; i < ANONYMITY_CLASSES; i++)
			assert_true(by[t].link[i] >= 0 && by[t].link[i] <= 1);
	}
	/* By the chain: of a relay's 0.04 calls/s to relays, twice, and of its 0.02 to callees. */
	close_to(by[ANONYMITY_ON_DEMAND].link[ANONYMITY_ALL_CARRIERS],
		 pow(anonymity_start_duration(0.12, 2, 180), 2) *
			 anonymity_start_duration(0.06, 2, 180),
		 1e-12);
	close_to(by[ANONYMITY_STANDBY].link[ANONYMITY_ALL_CARRIERS], 1 / 7200.0, 1e-9);
	close_to(by[ANONYMITY_ON_DEMAND].leg_minutes, 9, 1e-12);
	close_to(by[ANONYMITY_STANDBY].leg_minutes, 180, 1e-12);
	assert_true(by[ANONYMITY_LINGER].link[ANONYMITY_CARRIERS] <
		    by[ANONYMITY_ON_DEMAND].link[ANONYMITY_CARRIERS]);
	/* All relays bad: no timing helps. */
	c.bad = c.relays;
	c.timing = ANONYMITY_STANDBY;
	anonymity_predict(&by[0], &c);
	close_to(by[0].link[ANONYMITY_RELAYS], 1, 1e-12);
	close_to(by[0].link[ANONYMITY_CARRIERS_RELAYS], 1, 1e-12);
}

/* Bad outer relays, and a chain between them in which there is much to confuse. */
static void more_records_are_no_loss(void **state)
{
	struct anonymity_prediction p;
	struct anonymity_circuit c;

	(void)state;
	anonymity_init(&c);
	c.calls_s = 20;
	c.relays = 50;
	for (int t = 0; t < ANONYMITY_TIMINGS; t++)
		for (c.hops = 1; c.hops <= ANONYMITY_MAX_HOPS; c.hops++)
			for (c.bad = 0; c.bad <= c.relays; c.bad += 5) {
				c.timing = t;
				anonymity_predict(&p, &c);
				assert_true(p.link[ANONYMITY_CARRIERS_RELAYS] >=
					    p.link[ANONYMITY_RELAYS]);
				assert_true(p.link[ANONYMITY_CARRIERS_RELAYS] >=
					    p.link[ANONYMITY_ALL_CARRIERS]);
				assert_true(p.link[ANONYMITY_CARRIERS_BROKER] >=
					    p.link[ANONYMITY_ALL_CARRIERS]);
			}
}

static void what_is_out_of_range_is_told(void **state)
{
	static const double half[] = { 0.5, 0.4 };
	struct anonymity_circuit c;

	(void)state;
#define REFUSED(FIELD, VALUE, TEXT)           \
	anonymity_init(&c);                   \
	c.FIELD = (VALUE);                    \
	assert_non_null(anonymity_check(&c)); \
	assert_non_null(strstr(anonymity_check(&c), TEXT))

	REFUSED(hops, 0, "1 to 8 hops");
	REFUSED(hops, 9, "1 to 8 hops");
	REFUSED(timing, ANONYMITY_TIMINGS, "no such policy");
	REFUSED(calls_s, 0, "more than 0");
	REFUSED(slot_s, NAN, "more than 0");
	REFUSED(linger_s, INFINITY, "more than 0");
	REFUSED(relays, 2, "as many relays");
	REFUSED(bad, 101, "no more relays are bad");
	REFUSED(carriers, 0, "1 to 32");
	REFUSED(carriers, 7, "sum to 1");
	REFUSED(coalition, 9, "coalition");
	anonymity_init(&c);
	c.shares = half;
	c.carriers = 2;
	assert_non_null(anonymity_check(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references),
		cmocka_unit_test(start_is_its_integral),
		cmocka_unit_test(durations_are_their_integral),
		cmocka_unit_test(lingering_is_between),
		cmocka_unit_test(bad_relays_are_counted),
		cmocka_unit_test(bookings_hide_each_other),
		cmocka_unit_test(intersection_narrows),
		cmocka_unit_test(erlang_is_its_table),
		cmocka_unit_test(carriers_are_counted),
		cmocka_unit_test(timing_is_worth_what_it_costs),
		cmocka_unit_test(more_records_are_no_loss),
		cmocka_unit_test(what_is_out_of_range_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
