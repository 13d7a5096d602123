// SPDX-License-Identifier: GPL-2.0
/* What the simulator is made of: random numbers, calls, intervals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/sim/rng.h"
#include "tools/sim/sim.h"

static void close_to(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("got %.9f, want %.9f", got, want);
}

/* Known answers of Random123's authors. */
static void philox_is_theirs(void **state)
{
	static const struct {
		uint32_t key[2], counter[4], out[4];
	} vectors[] = {
		{ { 0, 0 }, { 0, 0, 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { ~0u, ~0u },
		  { ~0u, ~0u, ~0u, ~0u },
		  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0xa4093822, 0x299f31d0 },
		  { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	uint32_t out[4];

	(void)state;
	for (int i = 0; i < 3; i++) {
		philox(vectors[i].key, vectors[i].counter, out);
		assert_memory_equal(out, vectors[i].out, sizeof(out));
	}
}

static void streams_differ(void **state)
{
	struct rng a, b, c;

	(void)state;
	rng_init(&a, 1, RNG_CALLS, 7);
	rng_init(&b, 1, RNG_TIMES, 7);
	rng_init(&c, 1, RNG_CALLS, 7);
	for (int i = 0; i < 9; i++) {
		assert_int_not_equal(rng_u32(&b), *(uint32_t[]){ rng_u32(&a) });
		rng_u32(&c);
	}
	assert_int_equal(rng_u32(&a), rng_u32(&c));
}

static void numbers_have_their_means(void **state)
{
	double unit = 0, exponential = 0, normal = 0, square = 0, below = 0, x;
	const int n = 400000;
	struct rng rng;

	(void)state;
	rng_init(&rng, 5, RNG_TIMES, 0);
	for (int i = 0; i < n; i++) {
		unit += rng_unit(&rng) / n;
		exponential += rng_exp(&rng, 3) / n;
		x = rng_normal(&rng);
		normal += x / n;
		square += x * x / n;
		below += rng_below(&rng, 11) / (double)n;
	}
	close_to(unit, 0.5, 0.0025);
	close_to(exponential, 3, 0.02);
	close_to(normal, 0, 0.008);
	close_to(square, 1, 0.01);
	close_to(below, 5, 0.025);
}

static const double halves[] = { 0.75, 0.25 };

static void made(struct workload *w, struct calls *calls, uint64_t n)
{
	w->shares = halves;
	w->carriers = 2;
	assert_int_equal(workload_generate(w, n, calls), 0);
}

static void calls_come_as_they_should(void **state)
{
	double duration = 0, square = 0;
	unsigned int same = 0, at[2] = { 0 };
	struct workload w;
	struct calls calls;

	(void)state;
	workload_init(&w);
	made(&w, &calls, 200000);
	close_to(calls.n, 200000, 1400);
	for (size_t i = 0; i < calls.n; i++) {
		assert_true(!i || calls.list[i - 1].start_ms <= calls.list[i].start_ms);
		assert_true(calls.list[i].caller < w.subscribers);
		assert_true(calls.list[i].callee < w.subscribers);
		same += calls.list[i].caller == calls.list[i].callee;
		at[workload_carrier(&w, calls.list[i].caller)]++;
		duration += call_duration(&calls.list[i]) / calls.n;
		square += pow(call_duration(&calls.list[i]), 2) / calls.n;
	}
	assert_int_equal(same, 0);
	close_to((double)at[0] / calls.n, 0.75, 0.005);
	close_to(duration, 180, 2);
	close_to(sqrt(square - duration * duration), 180, 3);
	workload_free(&calls);
}

static void durations_can_be_log_normal(void **state)
{
	double sum = 0, squares = 0, mean, x;
	struct workload w;
	struct calls calls;

	(void)state;
	workload_init(&w);
	w.durations = WORKLOAD_LOGNORMAL;
	made(&w, &calls, 100000);
	for (size_t i = 0; i < calls.n; i++) {
		x = log(call_duration(&calls.list[i]) + 0.005);
		sum += x / calls.n;
		squares += x * x / calls.n;
	}
	mean = log(180) - 0.5;
	close_to(sum, mean, 0.02);
	close_to(sqrt(squares - sum * sum), 1, 0.02);
	workload_free(&calls);
}

static void the_day_has_its_hours(void **state)
{
	unsigned int by[24] = { 0 };
	double sum = 0;
	struct workload w;
	struct calls calls;

	(void)state;
	workload_init(&w);
	w.diurnal = true;
	w.calls_s = 1;
	made(&w, &calls, 86400 * 4);
	close_to(calls.n, 86400 * 4, 2500);
	for (size_t i = 0; i < calls.n; i++)
		by[(size_t)(call_start(&calls.list[i]) / 3600) % 24]++;
	for (unsigned int h = 0; h < 24; h++) {
		sum += workload_hour(&w, h);
		close_to(by[h] / (4 * 3600.0), workload_hour(&w, h), 0.05);
	}
	close_to(sum, 24, 1e-9);
	assert_true(by[10] > 5 * by[3]);
	workload_free(&calls);
}

static void threads_change_nothing(void **state)
{
	struct workload w;
	struct calls one, many;

	(void)state;
	workload_init(&w);
	w.graph = WORKLOAD_SOCIAL;
	w.threads = 1;
	made(&w, &one, 50000);
	w.threads = 5;
	made(&w, &many, 50000);
	assert_int_equal(one.n, many.n);
	assert_memory_equal(one.list, many.list, one.n * sizeof(*one.list));
	workload_free(&many);
	w.seed = 2;
	made(&w, &many, 50000);
	assert_memory_not_equal(one.list, many.list, 100 * sizeof(*one.list));
	workload_free(&one);
	workload_free(&many);
}

static void people_have_contacts(void **state)
{
	unsigned int local = 0, favourites = 0;
	struct workload w;
	struct calls calls;

	(void)state;
	workload_init(&w);
	w.graph = WORKLOAD_SOCIAL;
	w.subscribers = 100000;
	made(&w, &calls, 50000);
	for (size_t i = 0; i < calls.n; i++) {
		const struct call *c = &calls.list[i];
		bool known = false;

		for (unsigned int j = 0; j < WORKLOAD_CONTACTS; j++)
			known |= workload_contact(&w, c->caller, j) == c->callee;
		assert_true(known && c->caller != c->callee);
		local += c->caller / w.community == c->callee / w.community;
		favourites += workload_contact(&w, c->caller, 0) == c->callee;
	}
	close_to((double)local / calls.n, 0.8 + 0.2 * 150 / 100000, 0.01);
	close_to((double)favourites / calls.n, 1 / 2.718, 0.02);
	workload_free(&calls);
}

static void too_many_are_refused(void **state)
{
	struct workload w;
	struct calls calls;

	(void)state;
	workload_init(&w);
	w.calls_s = 1e-6;
	assert_int_equal(workload_generate(&w, 1000000, &calls), -ERANGE);
}

/* Published examples of Wilson's interval are of 95 %; this is its defining equation. */
static void intervals_are_wilsons(void **state)
{
	struct tally t = { .tries = 2000, .hits = 300 };
	double low, high;

	(void)state;
	tally_interval(&t, &low, &high);
	close_to(fabs(0.15 - low), TALLY_Z * sqrt(low * (1 - low) / 2000), 1e-12);
	close_to(fabs(0.15 - high), TALLY_Z * sqrt(high * (1 - high) / 2000), 1e-12);
	assert_true(tally_agrees(&t, 0.15) && tally_agrees(&t, 0.17) && !tally_agrees(&t, 0.2));
	t.tries = t.hits = 0;
	assert_false(tally_agrees(&t, 0.5));
}

/* Of none and of one the binomial distribution can be solved by hand. */
static void intervals_of_few_are_exact(void **state)
{
	struct tally t = { .tries = 200 };
	double low, high;

	(void)state;
	tally_interval(&t, &low, &high);
	assert_true(low == 0);
	close_to(pow(1 - high, 200), 0.005, 1e-9);
	assert_true(tally_agrees(&t, 0) && tally_agrees(&t, 0.026) && !tally_agrees(&t, 0.027));
	t.hits = 1;
	tally_interval(&t, &low, &high);
	close_to(1 - pow(1 - low, 200), 0.005, 1e-9);
	close_to(pow(1 - high, 200) + 200 * high * pow(1 - high, 199), 0.005, 1e-9);
	t.hits = t.tries;
	tally_interval(&t, &low, &high);
	close_to(pow(low, 200), 0.005, 1e-9);
	assert_true(high == 1);
	assert_true(tally_agrees(&t, 1) && !tally_agrees(&t, 0.95));
}

static void entropy_is_of_the_candidates(void **state)
{
	struct tally t = { 0 };

	(void)state;
	tally_even(&t, 8, true);
	tally_even(&t, 2, false);
	tally_even(&t, 0, false);
	close_to(tally_entropy(&t), 2, 1e-12);
	close_to(tally_set(&t), 4, 1e-12);
	close_to(tally_min_entropy(&t), log2(3), 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_is_theirs),
		cmocka_unit_test(streams_differ),
		cmocka_unit_test(numbers_have_their_means),
		cmocka_unit_test(calls_come_as_they_should),
		cmocka_unit_test(durations_can_be_log_normal),
		cmocka_unit_test(the_day_has_its_hours),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(people_have_contacts),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(intervals_are_wilsons),
		cmocka_unit_test(intervals_of_few_are_exact),
		cmocka_unit_test(entropy_is_of_the_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
