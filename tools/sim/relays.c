// SPDX-License-Identifier: GPL-2.0
/* Corrupted relays: all of a circuit, or both outer ones. */
#include <math.h>

#include "tools/sim/attacks.h"
#include "tools/sim/rng.h"

struct bad {
	struct records records; /* of last links that a bad relay dialled */
	enum match match;
};

static bool all_bad(const struct anonymity_circuit *c, const struct circuit *circuit)
{
	for (unsigned int i = 0; i < c->hops; i++)
		if (circuit->relays[i] >= c->bad)
			return false;
	return true;
}

static void try(const struct targets *t, size_t call, void *arg, struct tally *tally)
{
	const struct anonymity_circuit *c = &t->sim->circuit;
	const struct bad *bad = arg;
	struct candidates found;
	struct circuit circuit;
	struct wanted wanted;
	struct rng rng;

	circuit_relays(t->sim, &t->calls.list[call], call, &circuit);
	if (all_bad(c, &circuit)) {
		tally_one(tally, true);
		return;
	}
	if (circuit.relays[0] >= c->bad || circuit.relays[c->hops - 1] >= c->bad) {
		tally_one(tally, false);
		return;
	}
	wanted_first(t->sim, &t->calls.list[call], call, &circuit, &rng, &wanted);
	candidates_find(&found, t->sim, bad->match, &wanted, &bad->records,
			records_find(&bad->records, wanted_begin(t->sim, bad->match, &wanted)),
			records_find(&bad->records, wanted_end(t->sim, bad->match, &wanted)));
	tally_one(tally, found.pick && found.pick->call == call);
}

static double form(const struct anonymity_circuit *c, const void *arg)
{
	(void)arg;
	return anonymity_relays(c);
}

int attack_relays(const struct sim *sim, struct findings *findings)
{
	struct finding f = { .system = "phonion", .adversary = "relays", .attack = "both ends" };
	const struct anonymity_circuit *c = &sim->circuit;
	struct records all = { 0 };
	struct bad bad = { 0 };
	struct targets targets;
	double rate = c->calls_s * c->bad / c->relays;
	int err = targets_make(sim, 0, &targets);

	if (err)
		return err;
	bad.match = match_ends(sim, rate);
	targets.try = try;
	targets.arg = &bad;
	f.predicted = match_has_form(sim) ? over_hours(sim, form, NULL) : NAN;
	err = records_make(sim, &targets.calls, false, &all);
	if (!err)
		err = records_bad(&all, c->bad, &bad.records);
	if (!err)
		err = targets_run(&targets, &f.tally);
	if (!err)
		err = findings_add(findings, &f);
	records_free(&bad.records);
	records_free(&all);
	targets_free(&targets);
	return err;
}
