// SPDX-License-Identifier: GPL-2.0
/* By the records of the two access links: start, start and duration, slot. */
#include <math.h>

#include "tools/anonymity/forms.h"
#include "tools/sim/attacks.h"
#include "tools/sim/rng.h"

struct ends {
	struct records all, seen;
	unsigned int set; /* of carriers, a bit each */
	enum match match;
};

static const char *const names[] = { "start", "start+duration", "start+nearest", "slot" };

static void try(const struct targets *t, size_t call, void *arg, struct tally *tally)
{
	const struct ends *ends = arg;
	struct candidates found;
	struct wanted wanted;
	struct circuit circuit;
	struct rng rng;

	circuit_relays(t->sim, &t->calls.list[call], call, &circuit);
	if (!record_seen(ends->set, circuit.first)) {
		tally_even(tally, 0, false);
		return;
	}
	wanted_first(t->sim, &t->calls.list[call], call, &circuit, &rng, &wanted);
	candidates_find(&found, t->sim, ends->match, &wanted, &ends->seen,
			records_find(&ends->seen, wanted_begin(t->sim, ends->match, &wanted)),
			records_find(&ends->seen, wanted_end(t->sim, ends->match, &wanted)));
	if (ends->match == MATCH_NEAREST)
		tally_one(tally, found.pick && found.pick->call == call);
	else
		tally_even(tally, found.n, found.pick && found.pick->call == call);
}

static double form(const struct anonymity_circuit *c, const void *arg)
{
	const struct ends *ends = arg;
	struct anonymity_seen seen;
	double rate;

	anonymity_seen(&seen, c, ends->set);
	rate = c->calls_s * seen.last;
	switch (ends->match) {
	case MATCH_SLOT:
		return seen.both * anonymity_start(rate * c->slot_s);
	case MATCH_NEAREST:
		return seen.both *
		       anonymity_start_linger(rate * c->window_s, c->mean_s, c->linger_s);
	case MATCH_DURATION:
		return seen.both *
		       anonymity_start_duration(rate * c->window_s, c->within_s, c->mean_s);
	default:
		return seen.both * anonymity_start(rate * c->window_s);
	}
}

/* Durations have one only where they are exponential. */
static double predicted(const struct sim *sim, const struct ends *ends)
{
	bool by_duration = ends->match == MATCH_DURATION || ends->match == MATCH_NEAREST;

	if (by_duration && sim->workload.durations != WORKLOAD_EXPONENTIAL)
		return NAN;
	return over_hours(sim, form, ends);
}

static int attack(struct targets *targets, struct ends *ends, const char *adversary,
		  unsigned int set, enum match match, struct findings *findings)
{
	struct finding f = { .system = "phonion", .adversary = adversary, .attack = names[match] };
	int err;

	ends->set = set;
	ends->match = match;
	targets->try = try;
	targets->arg = ends;
	f.predicted = predicted(targets->sim, ends);
	err = records_seen(&ends->all, set, &ends->seen);
	if (!err)
		err = targets_run(targets, &f.tally);
	records_free(&ends->seen);
	return err ? err : findings_add(findings, &f);
}

static int by(struct targets *targets, struct ends *ends, enum match match,
	      struct findings *findings)
{
	const struct anonymity_circuit *c = &targets->sim->circuit;
	int err = attack(targets, ends, "carrier", anonymity_largest(c, 1), match, findings);

	if (!err && c->coalition > 1)
		err = attack(targets, ends, "carriers", anonymity_largest(c, c->coalition), match,
			     findings);
	if (!err)
		err = attack(targets, ends, "all-carriers", ~0u, match, findings);
	return err;
}

int attack_ends(const struct sim *sim, struct findings *findings)
{
	const struct anonymity_circuit *c = &sim->circuit;
	bool slot = c->timing == ANONYMITY_STANDBY;
	struct ends ends = { 0 };
	struct targets targets;
	int err = targets_make(sim, c->calls_s * (slot ? c->slot_s : c->window_s), &targets);

	if (err)
		return err;
	err = records_make(sim, &targets.calls, false, &ends.all);
	if (!err)
		err = by(&targets, &ends, slot ? MATCH_SLOT : MATCH_START, findings);
	if (!err && c->timing == ANONYMITY_LINGER)
		err = by(&targets, &ends, MATCH_NEAREST, findings);
	if (!err && (c->timing == ANONYMITY_ON_DEMAND || c->timing == ANONYMITY_EARLY))
		err = by(&targets, &ends, MATCH_DURATION, findings);
	records_free(&ends.all);
	targets_free(&targets);
	return err;
}
