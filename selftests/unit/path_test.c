// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "path/path.h"

#define MAX_RELAYS 400
#define CALLEE	   "+33123456789"

/* splitmix64: the same numbers in every run. */
static void fill(void *arg, void *buf, size_t len)
{
	uint64_t *state = arg, *out = buf;

	for (size_t i = 0; i < len / sizeof(*out); i++) {
		uint64_t z = *state += 0x9e3779b97f4a7c15;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		out[i] = z ^ (z >> 31);
	}
}

/* A relay with one ingress trunk and one to dial out, and its memory. */
struct relay {
	struct descriptor d;
	struct descriptor_trunk trunks[2];
	struct ingress ingresses[20];
	char prefixes[1][HOP_NUMBER_SIZE];
	bool busy;
};

static struct {
	struct relay relays[MAX_RELAYS];
	unsigned int n;
	uint64_t seed;
	struct path_random random;
	struct path_wish wish;
	struct path path;
	char why[PATH_WHY_SIZE];
} w;

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	w.seed = 7;
	w.random = (struct path_random){ .fill = fill, .arg = &w.seed };
	w.wish = (struct path_wish){ .hops = 3, .to = CALLEE };
	return 0;
}

static struct relay *relay(const char *operator, const char * in, const char *out, uint32_t lanes)
{
	struct relay *r = &w.relays[w.n];

	r->d = (struct descriptor){ .trunks = r->trunks, .n_trunks = 2, .price = 1 };
	r->d.relay[0] = w.n;
	r->d.relay[1] = w.n++ >> 8;
	snprintf(r->d.operator, sizeof(r->d.operator), "%s", operator);
	r->trunks[0] = (struct descriptor_trunk){ .ingresses = r->ingresses, .n_ingresses = 1 };
	r->trunks[1] = (struct descriptor_trunk){ .prefixes = r->prefixes, .n_prefixes = 1 };
	snprintf(r->trunks[0].carrier, DESCRIPTOR_NAME_SIZE, "%s", in);
	snprintf(r->trunks[1].carrier, DESCRIPTOR_NAME_SIZE, "%s", out);
	strcpy(r->trunks[0].region, "DE");
	strcpy(r->trunks[1].region, "DE");
	strcpy(r->prefixes[0], "+");
	r->ingresses[0].lanes = lanes;
	snprintf(r->ingresses[0].number, HOP_NUMBER_SIZE, "+49%07u", w.n);
	return r;
}

/* N relays that have nothing in common. */
static void strangers(unsigned int n)
{
	char operator[40], in[40], out[40];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(operator, sizeof(operator), "operator %u", w.n);
		snprintf(in, sizeof(in), "in %u", w.n);
		snprintf(out, sizeof(out), "out %u", w.n);
		relay(operator, in, out, 8);
	}
}

static bool is_free(const struct descriptor *descriptor, const struct ingress *ingress, void *arg)
{
	(void)descriptor;
	(void)ingress;
	return !((struct relay *)arg)->busy;
}

static struct path_graph *graph(void)
{
	struct path_graph *g;

	assert_int_equal(path_graph_new(&g), 0);
	for (unsigned int i = 0; i < w.n; i++)
		assert_int_equal(
			path_graph_add(g, &w.relays[i].d, &w.relays[i], is_free, &w.relays[i]), 0);
	return g;
}

static int choose(void)
{
	struct path_graph *g = graph();
	int err = path_choose(g, &w.wish, &w.random, &w.path, w.why);

	path_graph_free(g);
	return err;
}

static void found(void)
{
	int err = choose();

	if (err)
		print_message("%s\n", w.why);
	assert_int_equal(err, 0);
	assert_string_equal(w.why, "");
}

/* There is none, and the sentence says why. */
static void none(const char *because)
{
	assert_int_equal(choose(), -ENOENT);
	if (!strstr(w.why, because))
		print_message("\"%s\" lacks \"%s\"\n", w.why, because);
	assert_non_null(strstr(w.why, because));
}

static unsigned int index_of(unsigned int hop)
{
	return (struct relay *)w.path.hops[hop].cookie - w.relays;
}

static void test_strangers(void **state)
{
	(void)state;
	strangers(3);
	found();
	assert_int_equal(w.path.n, 3);
	assert_true(w.path.exact);
	assert_false(w.path.own_inner);
	for (unsigned int i = 0; i < 3; i++) {
		const struct relay *r = w.path.hops[i].cookie;

		assert_ptr_equal(w.path.hops[i].in, &r->trunks[0]);
		assert_ptr_equal(w.path.hops[i].out, &r->trunks[1]);
		assert_ptr_equal(w.path.hops[i].ingress, &r->ingresses[0]);
	}
	assert_int_not_equal(index_of(0), index_of(1));
	assert_int_not_equal(index_of(1), index_of(2));
	assert_int_not_equal(index_of(0), index_of(2));
}

static void test_too_few(void **state)
{
	(void)state;
	none("directory has no relay");
	strangers(2);
	none("fewer relays than the path has hops");
	w.wish.hops = 2;
	found();
	w.wish.hops = 0;
	assert_int_equal(choose(), -EINVAL);
	w.wish.hops = PATH_MAX_HOPS + 1;
	assert_int_equal(choose(), -EINVAL);
}

static void test_busy(void **state)
{
	(void)state;
	strangers(3);
	w.relays[1].busy = true;
	none("booked in this window");
	w.relays[1].busy = false;
	found();
}

static void test_operator(void **state)
{
	(void)state;
	strangers(2);
	relay("  Operator   1", "x", "y", 8); /* the same, written differently */
	none("too few operators");
	strcpy(w.relays[2].d.operator, "another");
	found();
}

/* Of hop to hop, of the first link and the last, and of two links far apart. */
static void test_carrier(void **state)
{
	(void)state;
	strangers(3);
	for (unsigned int i = 0; i < 2; i++)
		strcpy(w.relays[i].trunks[0].carrier, "Same");
	none("too few carriers");
	strcpy(w.relays[1].trunks[0].carrier, "other");
	found();
	for (unsigned int i = 0; i < 3; i++)
		strcpy(w.relays[i].trunks[1].carrier, "same");
	none("too few carriers");
}

/* Both ends of one link may be the same carrier's: it sees that link only. */
static void test_carrier_within_link(void **state)
{
	(void)state;
	relay("a", "A", "B", 8);
	relay("b", "B", "C", 8);
	relay("c", "C", "D", 8);
	found();
	assert_int_equal(index_of(0), 0);
	assert_int_equal(index_of(1), 1);
	assert_int_equal(index_of(2), 2);
	strcpy(w.relays[2].trunks[1].carrier, "A");
	none("too few carriers");
}

static void test_ends(void **state)
{
	(void)state;
	strangers(3);
	w.wish.from_carrier = "nobody's";
	w.wish.to_carrier = "Nobody's ";
	none("caller and callee have the same carrier");
	w.wish.to_carrier = "else's";
	found();
	/* The caller's may be the first ingress's, and no other. */
	w.wish.from_carrier = "IN  1";
	found();
	assert_int_equal(index_of(0), 1);
	w.wish.from_carrier = "out 1";
	none("the caller's carrier would be on another link");
	w.wish.from_carrier = NULL;
	w.wish.to_carrier = "out 1";
	found();
	assert_int_equal(index_of(2), 1);
	w.wish.to_carrier = "in 1";
	none("the callee's carrier would be on another link");
}

static void test_route(void **state)
{
	(void)state;
	strangers(4);
	for (unsigned int i = 0; i < 3; i++)
		strcpy(w.relays[i].prefixes[0], "+49");
	/* Only the last dials the callee. */
	found();
	assert_int_equal(index_of(2), 3);
	strcpy(w.relays[3].prefixes[0], "+49");
	none("no relay dials the callee's number");
	strcpy(w.relays[3].prefixes[0], "+33");
	for (unsigned int i = 0; i < 3; i++)
		strcpy(w.relays[i].prefixes[0], "+1");
	none("can reach each other's numbers");
}

static void test_region(void **state)
{
	static const char *const fr[] = { "fr", NULL }, *const both[] = { "FR", "DE", NULL };

	(void)state;
	strangers(3);
	strcpy(w.relays[2].trunks[0].region, "FR");
	w.wish.regions = fr;
	none("regions");
	w.wish.regions = both;
	w.wish.entry_regions = fr;
	found();
	assert_int_equal(index_of(0), 2);
}

static void test_price(void **state)
{
	(void)state;
	strangers(3);
	w.relays[0].d.price = 5;
	w.wish.price_below = 5;
	none("cost more tokens");
	w.wish.price_below = 6;
	found();
}

static void test_entry(void **state)
{
	(void)state;
	strangers(3);
	w.wish.entry = PATH_ENTRY_OWN;
	none("own or shared");
	w.relays[1].ingresses[0].lanes = 0;
	found();
	assert_int_equal(index_of(0), 1);
	w.wish.entry = PATH_ENTRY_SHARED;
	found();
	assert_int_not_equal(index_of(0), 1);
	assert_true(w.path.own_inner);
}

static void test_pins(void **state)
{
	(void)state;
	strangers(20);
	w.wish.pins[1] = (struct path_pin){ w.relays[7].d.relay, NULL };
	w.wish.pins[2] = (struct path_pin){ w.relays[9].d.relay, w.relays[9].ingresses[0].number };
	found();
	assert_int_equal(index_of(1), 7);
	assert_int_equal(index_of(2), 9);
	w.wish.pins[2].relay = w.relays[7].d.relay;
	w.wish.pins[2].ingress = NULL;
	none("relays that you named cannot be on one path");
	w.wish.pins[2].relay = (const uint8_t[SIGN_KEY_LEN]){ 0xff };
	none("not in the directory");
}

/* An inner number of one's own only where nothing else does. */
static void test_shared_inner(void **state)
{
	(void)state;
	strangers(4);
	for (unsigned int i = 0; i < 2; i++)
		w.relays[i].ingresses[0].lanes = 0;
	for (int i = 0; i < 200; i++) {
		found();
		assert_false(w.path.own_inner);
		assert_true(index_of(1) >= 2 && index_of(2) >= 2);
	}
	w.relays[2].ingresses[0].lanes = 0;
	found();
	assert_true(w.path.own_inner);
}

/* Chi-squared with DF degrees of freedom is above this once in 100,000 times (Wilson-Hilferty). */
static double chi2_limit(double df)
{
	double z = 4.2649, x = 1 - 2 / (9 * df) + z * 0.4714045 / __builtin_sqrt(df);

	return df * x * x * x;
}

static double chi2(const unsigned int *seen, unsigned int n, double expected)
{
	double sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += (seen[i] - expected) * (seen[i] - expected) / expected;
	return sum;
}

/* All 60 chains of 3 out of 5, though one relay has twenty numbers. */
static void test_distribution(void **state)
{
	unsigned int seen[125] = { 0 }, chains[60], n = 0, doors[20] = { 0 };
	const unsigned int draws = 30000;
	struct path_graph *g;

	(void)state;
	strangers(5);
	w.relays[2].trunks[0].n_ingresses = 20;
	for (unsigned int i = 1; i < 20; i++) {
		w.relays[2].ingresses[i].lanes = 3;
		snprintf(w.relays[2].ingresses[i].number, HOP_NUMBER_SIZE, "+4988%07u", i);
	}
	g = graph();
	for (unsigned int i = 0; i < draws; i++) {
		assert_int_equal(path_choose(g, &w.wish, &w.random, &w.path, w.why), 0);
		assert_true(w.path.exact);
		seen[index_of(0) * 25 + index_of(1) * 5 + index_of(2)]++;
		if (index_of(1) == 2)
			doors[w.path.hops[1].ingress - w.relays[2].ingresses]++;
	}
	path_graph_free(g);
	for (unsigned int i = 0; i < 125; i++)
		if (i / 25 != i / 5 % 5 && i / 5 % 5 != i % 5 && i / 25 != i % 5)
			chains[n++] = seen[i];
		else
			assert_int_equal(seen[i], 0);
	assert_int_equal(n, 60);
	assert_true(chi2(chains, 60, draws / 60.0) < chi2_limit(59));
	assert_true(chi2(doors, 20, draws / 5.0 / 20) < chi2_limit(19));
	/* The judge sees a slant of a tenth. */
	chains[0] += draws / 60 / 2;
	chains[1] -= draws / 60 / 2;
	assert_false(chi2(chains, 60, draws / 60.0) < chi2_limit(59));
}

/* Three relays among hundreds that lead nowhere: drawing finds nothing, the search all six. */
static void test_rare(void **state)
{
	unsigned int seen[27] = { 0 }, chains[6], n = 0;
	const unsigned int draws = 90;
	struct path_graph *g;

	(void)state;
	strangers(303);
	for (unsigned int i = 3; i < w.n; i++)
		w.relays[i].trunks[1].n_prefixes = 0;
	g = graph();
	for (unsigned int i = 0; i < draws; i++) {
		assert_int_equal(path_choose(g, &w.wish, &w.random, &w.path, w.why), 0);
		assert_true(w.path.exact);
		seen[index_of(0) * 9 + index_of(1) * 3 + index_of(2)]++;
	}
	path_graph_free(g);
	for (unsigned int i = 0; i < 27; i++)
		if (seen[i])
			chains[n++] = seen[i];
	assert_int_equal(n, 6);
	assert_true(chi2(chains, 6, draws / 6.0) < chi2_limit(5));
}

/*
 * From one relay that the caller can dial 24 chains lead on, from the other 6, though it has
 * three numbers: who searches all must not take either relay, or any number, as likely.
 */
static void test_rare_uneven(void **state)
{
	static const char *const entry[] = { "FR", NULL };
	unsigned int seen[2] = { 0 };
	const unsigned int draws = 50;
	struct path_graph *g;

	(void)state;
	strangers(206);
	for (unsigned int i = 0; i < 2; i++) {
		strcpy(w.relays[i].trunks[0].region, "FR");
		w.relays[i].ingresses[0].lanes = 0; /* not for inner hops */
	}
	strcpy(w.relays[1].prefixes[0], w.relays[2].ingresses[0].number);
	w.relays[1].trunks[0].n_ingresses = 3;
	strcpy(w.relays[1].ingresses[1].number, "+498800001");
	strcpy(w.relays[1].ingresses[2].number, "+498800002");
	for (unsigned int i = 6; i < w.n; i++)
		w.relays[i].trunks[1].n_prefixes = 0;
	w.wish.hops = 4;
	w.wish.entry_regions = entry;
	g = graph();
	for (unsigned int i = 0; i < draws; i++) {
		assert_int_equal(path_choose(g, &w.wish, &w.random, &w.path, w.why), 0);
		assert_true(w.path.exact);
		assert_true(index_of(0) < 2);
		seen[index_of(0)]++;
	}
	path_graph_free(g);
	/* Four of five, give or take three deviations: half of them, or 24 to 18, would not do. */
	assert_in_range(seen[0], draws * 8 / 10 - 8, draws * 8 / 10 + 8);
}

/* More paths than are searched: one of those met is told as that, and none as that. */
static void test_too_many(void **state)
{
	(void)state;
	strangers(300);
	for (unsigned int i = 3; i < w.n; i++)
		strcpy(w.relays[i].trunks[1].carrier, "out of many");
	w.wish.hops = 4;
	found();
	assert_false(w.path.exact);
	strcpy(w.relays[2].trunks[1].carrier, "out of many");
	none("no such path was found in a bounded search: there are too few carriers");
}

static void test_random(void **state)
{
	unsigned int seen[6] = { 0 };
	char digits[11];

	(void)state;
	for (int i = 0; i < 60000; i++)
		seen[random_below(&w.random, 6)]++;
	assert_true(chi2(seen, 6, 10000) < chi2_limit(5));
	/* Above 2^31 a plain modulo would be off by a third. */
	seen[0] = seen[1] = 0;
	for (int i = 0; i < 30000; i++)
		seen[random_below(&w.random, 3u << 30) >= 3u << 29]++;
	assert_true(chi2(seen, 2, 15000) < chi2_limit(1));
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < 60000; i++) {
		uint8_t items[3] = { 0, 1, 2 };

		random_shuffle(&w.random, items, 3, 1);
		seen[items[0] * 2 + (items[1] > items[2])]++;
	}
	assert_true(chi2(seen, 6, 10000) < chi2_limit(5));
	random_digits(&w.random, digits, 10);
	assert_int_equal(strspn(digits, "0123456789"), 10);
	for (int i = 0; i < 1000; i++)
		assert_true(random_unit(&w.random) < 1);
	random_wipe(&w.random);
	/* Without a generator of ours it is the kernel's. */
	memset(&w.random, 0, sizeof(w.random));
	random_digits(&w.random, digits, 10);
	assert_int_equal(strlen(digits), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_strangers, setup),
		cmocka_unit_test_setup(test_too_few, setup),
		cmocka_unit_test_setup(test_busy, setup),
		cmocka_unit_test_setup(test_operator, setup),
		cmocka_unit_test_setup(test_carrier, setup),
		cmocka_unit_test_setup(test_carrier_within_link, setup),
		cmocka_unit_test_setup(test_ends, setup),
		cmocka_unit_test_setup(test_route, setup),
		cmocka_unit_test_setup(test_region, setup),
		cmocka_unit_test_setup(test_price, setup),
		cmocka_unit_test_setup(test_entry, setup),
		cmocka_unit_test_setup(test_pins, setup),
		cmocka_unit_test_setup(test_shared_inner, setup),
		cmocka_unit_test_setup(test_distribution, setup),
		cmocka_unit_test_setup(test_rare, setup),
		cmocka_unit_test_setup(test_rare_uneven, setup),
		cmocka_unit_test_setup(test_too_many, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
