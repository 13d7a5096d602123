// SPDX-License-Identifier: GPL-2.0
/*
 * The jitter buffer between a sender with a clock of its own, a network that delays,
 * loses and reorders, and a TDM clock: all of them simulated, so nothing depends on
 * how fast this machine is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "dahdi-bridge/core/jitter.h"
#include "dahdi-bridge/core/linear.h"
#include "speech.h"

#define SECONDS	 120
#define SAMPLES	 (SECONDS * 8000)
#define SETTLED	 (5 * 8000) /* samples that it may take to find the delay */
#define MAX_PACK 20000

struct net {
	double ppm;    /* the sender's clock is faster by */
	double jitter; /* milliseconds, uniform from 0 */
	double loss;   /* chance of each packet */
	int ptime;
	int min, max;
	bool alaw;
	unsigned int start; /* timestamp */
};

struct packet {
	double at; /* milliseconds */
	int n;
};

struct result {
	struct phd_jitter j;
	unsigned int lost, lost_settled;
	uint64_t concealed_settled, gaps_settled;
	unsigned int deepest; /* most samples ahead of the playing position */
	size_t n;
};

static uint8_t in[SAMPLES], out[SAMPLES + 8];
static bool lost[MAX_PACK];
static uint32_t seed;

static double chance(void)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) / (double)(1 << 24);
}

static int earlier(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void fill(bool alaw)
{
	static int16_t speech[SAMPLES];
	size_t i, n = speech_read(speech, SAMPLES);

	assert_true(n > 8000 * 20);
	for (i = 0; i < SAMPLES; i++)
		in[i] = phd_encode(alaw, speech[i % n]);
}

static void fill_tone(double hz, double amplitude)
{
	size_t i;

	for (i = 0; i < SAMPLES; i++)
		in[i] = phd_ulaw_encode(lrint(amplitude * sin(2 * M_PI * hz * i / 8000)));
}

/* Everything that in[] holds, sent by @net. */
static struct result run(const struct net *net, int seconds)
{
	static struct packet packets[MAX_PACK];
	int len = net->ptime * 8, total = seconds * 8000 / len, sent = 0, got = 0, i;
	struct result r = { 0 };
	double now;

	phd_jitter_init(&r.j, net->alaw, net->min, net->max);
	seed = 1;
	for (i = 0; i < total; i++) {
		double at = (i + 1) * net->ptime / (1 + net->ppm * 1e-6) + net->jitter * chance();

		lost[i] = i && chance() < net->loss;
		if (lost[i]) {
			r.lost++;
			r.lost_settled += i * len >= SETTLED;
			continue;
		}
		packets[sent++] = (struct packet){ .at = at, .n = i };
	}
	qsort(packets, sent, sizeof(*packets), earlier);
	for (now = 0.5; got < sent && r.n + 8 <= SAMPLES; now += 1) {
		while (got < sent && packets[got].at <= now) {
			struct packet *p = &packets[got++];
			int ahead;

			phd_jitter_put(&r.j, 7, net->start + p->n * len, in + p->n * len, len);
			ahead = (int32_t)(net->start + p->n * len - r.j.play);
			if (r.n > SETTLED && ahead > (int)r.deepest)
				r.deepest = ahead;
		}
		phd_jitter_get(&r.j, out + r.n);
		r.n += 8;
		if (r.n == SETTLED) {
			r.concealed_settled = r.j.count.concealed;
			r.gaps_settled = r.j.count.gaps;
		}
	}
	r.concealed_settled = r.j.count.concealed - r.concealed_settled;
	r.gaps_settled = r.j.count.gaps - r.gaps_settled;
	return r;
}

/* Where in out[] the input begins. */
static size_t found_at(size_t n)
{
	size_t at;

	for (at = 0; at + 400 < n; at++)
		if (!memcmp(out + at, in + 4000, 400))
			return at - 4000;
	return n;
}

static void octets_come_out_as_they_went_in(void **state)
{
	const struct net nets[] = {
		{ .ptime = 20, .max = 100 },
		{ .ptime = 10, .max = 100, .alaw = true },
		{ .ptime = 30, .max = 100, .start = 0xfffff000 },
		{ .ptime = 20, .min = 60, .max = 60 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(nets) / sizeof(*nets); i++) {
		struct result r;
		size_t at, delay;

		fill(nets[i].alaw);
		r = run(&nets[i], 20);
		at = found_at(r.n);
		assert_true(at < r.n);
		assert_memory_equal(out + at, in, r.n - at - 8);
		/* A packet's first sample is as old as the packet is long when it leaves. */
		delay = at - nets[i].ptime * 8;
		print_message(
			"%d ms packets, delay %d to %d ms: added %zu samples, of which buffer %u\n",
			nets[i].ptime, nets[i].min, nets[i].max, at, phd_jitter_delay(&r.j));
		assert_in_range(delay, phd_jitter_delay(&r.j), phd_jitter_delay(&r.j) + 8);
		assert_int_equal(phd_jitter_delay(&r.j), nets[i].min ? nets[i].min * 8 : 16);
		assert_int_equal(r.j.count.concealed + r.j.count.added + r.j.count.removed +
					 r.j.count.late,
				 0);
		assert_int_equal(r.j.count.restarts, 1);
	}
}

/* What the issue asks for: 30 ms of jitter, 1 % loss, 100 ppm either way. */
static void nothing_is_missed_but_what_was_lost(void **state)
{
	const double drifts[] = { 100, -100, 0 };
	unsigned int i;

	(void)state;
	fill(false);
	for (i = 0; i < 3; i++) {
		struct net net = {
			.ppm = drifts[i], .jitter = 30, .loss = 0.01, .ptime = 20, .max = 100
		};
		struct result r = run(&net, SECONDS);
		print_message(
			"%+.0f ppm: %u packets lost, %llu gaps after %d s, delay %u samples, deepest %u, "
			"added %llu, removed %llu, late %llu\n",
			drifts[i], r.lost_settled, (unsigned long long)r.gaps_settled,
			SETTLED / 8000, phd_jitter_delay(&r.j), r.deepest,
			(unsigned long long)r.j.count.added, (unsigned long long)r.j.count.removed,
			(unsigned long long)r.j.count.late);
		assert_true(r.lost_settled > 20);
		assert_true(r.gaps_settled <= r.lost_settled);
		assert_true(r.concealed_settled <= r.lost_settled * 160ull);
		/* Packets that stay 30 ms in the net at most need no more than that, and a little. */
		assert_in_range(r.deepest, 200, 8 * (30 + 15));
		assert_int_equal(r.j.count.restarts, 1);
	}
}

/* The negative twin: with no room to wait, it is not so. */
static void without_room_packets_are_missed(void **state)
{
	struct net net = { .jitter = 30, .ptime = 20, .max = 5 };
	struct result r;

	(void)state;
	fill(false);
	r = run(&net, 30);
	assert_true(r.gaps_settled > 100);
	assert_true(r.deepest <= (5 + 15 + 30) * 8);
}

static void delay_keeps_within_its_bounds(void **state)
{
	struct net net = { .jitter = 150, .ptime = 20, .max = 80 };
	struct result r;

	(void)state;
	fill(false);
	r = run(&net, 60);
	print_message("150 ms of jitter, at most 80: deepest %u samples\n", r.deepest);
	assert_true(r.deepest <= (80 + 15 + 20) * 8);
	assert_true(r.j.count.late > 0);
}

/* Second differences of a tone are small; a click's are not. */
static int roughness(size_t from, size_t n)
{
	int worst = 0;
	size_t i;

	for (i = from + 2; i < n; i++) {
		int d = abs(phd_ulaw_decode(out[i]) - 2 * phd_ulaw_decode(out[i - 1]) +
			    phd_ulaw_decode(out[i - 2]));

		worst = d > worst ? d : worst;
	}
	return worst;
}

static void drift_is_absorbed_without_clicks(void **state)
{
	struct net net = { .ptime = 20, .max = 100 };
	struct result r;
	int smooth, i;

	(void)state;
	fill_tone(437, 8000);
	r = run(&net, 20);
	smooth = roughness(SETTLED, r.n);
	for (i = -1; i <= 1; i += 2) {
		net.ppm = i * 1000;
		r = run(&net, SECONDS);
		print_message(
			"%+d ppm: added %llu, removed %llu, roughness %d, of the tone itself %d\n",
			i * 1000, (unsigned long long)r.j.count.added,
			(unsigned long long)r.j.count.removed, roughness(SETTLED, r.n), smooth);
		assert_in_range(i < 0 ? r.j.count.added : r.j.count.removed, 700, 1200);
		assert_int_equal(r.j.count.concealed, 0);
		assert_true(roughness(SETTLED, r.n) < 2 * smooth);
	}
}

/* One packet at a time, 160 octets of @octet. */
static void put(struct phd_jitter *j, uint32_t source, uint32_t ts, uint8_t octet)
{
	uint8_t data[160];

	memset(data, octet, sizeof(data));
	phd_jitter_put(j, source, ts, data, sizeof(data));
}

static void get(struct phd_jitter *j, int ms)
{
	while (ms--)
		phd_jitter_get(j, out);
}

static void order_and_repetition_do_not_matter(void **state)
{
	struct phd_jitter j;

	(void)state;
	phd_jitter_init(&j, false, 60, 100);
	put(&j, 1, 1000, 0x10);
	put(&j, 1, 1320, 0x12);
	put(&j, 1, 1160, 0x11);
	put(&j, 1, 1160, 0x11);
	get(&j, 61);
	assert_int_equal(out[0], 0x10);
	get(&j, 20);
	assert_int_equal(out[0], 0x11);
	get(&j, 20);
	assert_int_equal(out[0], 0x12);
	assert_int_equal(j.count.gaps, 0);
	get(&j, 20);
	assert_int_equal(j.count.gaps, 1);
}

static void another_source_begins_anew(void **state)
{
	struct phd_jitter j;

	(void)state;
	phd_jitter_init(&j, false, 20, 100);
	put(&j, 1, 1000, 0x10);
	get(&j, 21);
	assert_int_equal(out[0], 0x10);
	put(&j, 2, 900000, 0x20);
	get(&j, 25);
	assert_int_equal(out[0], 0x20);
	assert_int_equal(j.count.restarts, 2);
	/* And a clock that jumps: ahead at once, back when several have come. */
	put(&j, 2, 5000000, 0x30);
	get(&j, 25);
	assert_int_equal(out[0], 0x30);
	assert_int_equal(j.count.restarts, 3);
	for (int i = 0; i < 9; i++) {
		put(&j, 2, 100 + i * 160, 0x40);
		get(&j, 20);
	}
	assert_int_equal(j.count.late, 8);
	assert_int_equal(j.count.restarts, 4);
	get(&j, 5);
	assert_int_equal(out[0], 0x40);
}

static void a_source_that_ends_leaves_silence(void **state)
{
	struct phd_jitter j;
	uint64_t concealed;

	(void)state;
	phd_jitter_init(&j, true, 0, 100);
	get(&j, 10);
	assert_int_equal(out[0], PHD_ALAW_SILENCE);
	put(&j, 1, 0, 0x90);
	get(&j, 20 + 2 + 61);
	assert_int_equal(out[7], PHD_ALAW_SILENCE);
	concealed = j.count.concealed;
	assert_int_equal(concealed, PHD_CONCEAL_LENGTH);
	get(&j, 3000);
	assert_int_equal(j.count.concealed, concealed);
	assert_false(j.running);
	put(&j, 1, 80000, 0x91);
	get(&j, 3);
	assert_int_equal(out[7], 0x91);
}

static void what_is_skipped_is_not_made_up(void **state)
{
	struct phd_jitter j;
	int i;

	(void)state;
	phd_jitter_init(&j, false, 0, 100);
	phd_jitter_skip(&j);
	put(&j, 1, 0, 0x10);
	put(&j, 1, 160, 0x10);
	get(&j, 5);
	for (i = 0; i < 40; i++)
		phd_jitter_skip(&j);
	get(&j, 5);
	assert_int_equal(out[0], PHD_ULAW_SILENCE);
	assert_int_equal(j.count.concealed, 0);
	put(&j, 1, 50 * 8, 0x20);
	get(&j, 20);
	assert_int_equal(out[7], 0x20);
}

/* Nothing that is sent may upset it; the sanitizers watch. */
static void noise_does_no_harm(void **state)
{
	struct phd_jitter j;
	uint8_t data[600];
	int i, k;

	(void)state;
	seed = 3;
	for (i = 0; i < 600; i++)
		data[i] = chance() * 256;
	for (k = 0; k < 20; k++) {
		phd_jitter_init(&j, k & 1, k * 5, k * 10);
		for (i = 0; i < 5000; i++) {
			uint32_t ts = chance() < 0.02 ? chance() * 4294967295.0
						      : i * 70 + chance() * 3000;

			phd_jitter_put(&j, chance() < 0.01 ? i : 1, ts, data, chance() * 600);
			if (chance() < 0.9)
				phd_jitter_get(&j, out);
			else
				phd_jitter_skip(&j);
		}
		assert_true(j.count.played + j.count.concealed <= 5000 * 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_come_out_as_they_went_in),
		cmocka_unit_test(nothing_is_missed_but_what_was_lost),
		cmocka_unit_test(without_room_packets_are_missed),
		cmocka_unit_test(delay_keeps_within_its_bounds),
		cmocka_unit_test(drift_is_absorbed_without_clicks),
		cmocka_unit_test(order_and_repetition_do_not_matter),
		cmocka_unit_test(another_source_begins_anew),
		cmocka_unit_test(a_source_that_ends_leaves_silence),
		cmocka_unit_test(what_is_skipped_is_not_made_up),
		cmocka_unit_test(noise_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
