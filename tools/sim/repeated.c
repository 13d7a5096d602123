// SPDX-License-Identifier: GPL-2.0
/*
 * Several calls of one caller: who could have been called each time (intersection), and
 * who was called oftener than chance has it (statistical disclosure). The calls are far
 * apart, so that each has a crowd of its own: calls to anyone, in the window or slot.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tools/anonymity/forms.h"
#include "tools/sim/attacks.h"
#include "tools/sim/parallel.h"
#include "tools/sim/rng.h"

#define PIECE 64
#define WORK  10000000.0 /* candidates that are looked at in all, about */

struct repeated {
	const struct sim *sim;
	double crowd;
	uint64_t tries;
	void (*try)(const struct repeated *repeated, uint64_t index, uint32_t *marks,
		    struct tally *tally);
	struct tally *tallies;
	bool failed;
};

static double crowd(const struct anonymity_circuit *c)
{
	return c->calls_s * (c->timing == ANONYMITY_STANDBY ? c->slot_s : c->window_s);
}

/* MARKS[x] is ROUND where x could have been called in each round so far. */
static void intersect(const struct repeated *r, uint64_t index, uint32_t *marks,
		      struct tally *tally)
{
	uint32_t people = r->sim->people, round = index % PIECE * r->sim->repeats, left = 0, who;
	struct rng rng;
	double t;

	rng_init(&rng, r->sim->workload.seed, RNG_ATTACKS, index);
	for (unsigned int i = 0; i < r->sim->repeats; i++, round++) {
		left = 0;
		for (t = rng_exp(&rng, 1); t < r->crowd; t += rng_exp(&rng, 1)) {
			who = rng_below(&rng, people);
			/* 0 is the one who is called. */
			if (who && marks[who] != round + 1 && (!i || marks[who] == round)) {
				marks[who] = round + 1;
				left++;
			}
		}
	}
	tally_even(tally, left + 1, !left);
}

/* His first contact is called as often as the three next ones together; the others are in the crowd. */
static void disclose(const struct repeated *r, uint64_t index, uint32_t *marks, struct tally *tally)
{
	static const double often[] = { 0.5, 0.25, 0.15, 0.1 };
	uint32_t people = r->sim->people, best = 0, with = 1;
	struct rng rng;
	double at, t;

	rng_init(&rng, r->sim->workload.seed, RNG_ATTACKS, index);
	for (uint32_t i = 0; i < people; i++)
		marks[i] = 0;
	for (unsigned int i = 0; i < r->sim->repeats; i++) {
		at = rng_unit(&rng);
		for (unsigned int j = 0; j < 4 && j < people; at -= often[j++])
			if (at < often[j]) {
				marks[j]++;
				break;
			}
		for (t = rng_exp(&rng, 1); t < r->crowd; t += rng_exp(&rng, 1))
			marks[rng_below(&rng, people)]++;
	}
	for (uint32_t i = 1; i < people; i++) {
		with += marks[i] == marks[best];
		if (marks[i] > marks[best]) {
			best = i;
			with = 1;
		}
	}
	tally_one(tally, marks[0] == marks[best] && rng_below(&rng, with) == 0);
}

static void run(size_t piece, void *arg)
{
	struct repeated *r = arg;
	uint32_t *marks = calloc(r->sim->people, sizeof(*marks));

	if (!marks) {
		__atomic_store_n(&r->failed, true, __ATOMIC_RELAXED);
		return;
	}
	for (uint64_t i = piece * PIECE; i < (piece + 1) * PIECE && i < r->tries; i++)
		r->try(r, i, marks, &r->tallies[piece]);
	free(marks);
}

static int attack(struct repeated *r, struct finding *f, struct findings *findings)
{
	double each = r->sim->repeats * (r->crowd + 1) + r->sim->people / 10.0;
	size_t pieces;

	r->tries = fmax(100, fmin(r->sim->tries, WORK / each));
	pieces = r->tries / PIECE + 1;
	r->tallies = calloc(pieces, sizeof(*r->tallies));
	if (!r->tallies)
		return -ENOMEM;
	parallel_each(r->sim->workload.threads, pieces, run, r);
	for (size_t i = 0; i < pieces; i++)
		tally_add(&f->tally, &r->tallies[i]);
	free(r->tallies);
	return r->failed ? -ENOMEM : findings_add(findings, f);
}

int attack_intersection(const struct sim *sim, struct findings *findings)
{
	struct finding f = { .system = "phonion",
			     .adversary = "all-carriers",
			     .attack = "intersection" };
	struct repeated r = { .sim = sim, .crowd = crowd(&sim->circuit), .try = intersect };
	double p = -expm1(-r.crowd / sim->people);

	f.predicted = anonymity_intersection(p, sim->repeats, sim->people);
	return attack(&r, &f, findings);
}

int attack_disclosure(const struct sim *sim, struct findings *findings)
{
	struct finding f = { .system = "phonion",
			     .adversary = "all-carriers",
			     .attack = "disclosure" };
	struct repeated r = { .sim = sim, .crowd = crowd(&sim->circuit), .try = disclose };

	f.predicted = NAN;
	return attack(&r, &f, findings);
}
