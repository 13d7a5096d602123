// SPDX-License-Identifier: GPL-2.0
/* All links' records, followed from relay to relay. */
#include <math.h>

#include "tools/sim/attacks.h"
#include "tools/sim/rng.h"

/* Of relays that two circuits share, so many times fewer than there are: none, nearly. */
#define FEW 15

struct chain {
	struct records records;
	unsigned int bad; /* relays below it say what they have joined */
	enum match first; /* how the first link is matched, whose times are the call's */
};

static enum match match_first(const struct sim *sim)
{
	const struct anonymity_circuit *c = &sim->circuit;

	if (c->timing == ANONYMITY_EARLY && c->hops > 1)
		return MATCH_SLOT;
	return match_ends(sim, c->calls_s * (c->hops > 1 ? c->hops - 1 : 1) / c->relays);
}

static enum match match_at(const struct anonymity_circuit *c, const struct chain *chain,
			   unsigned int hop)
{
	if (!hop)
		return chain->first;
	switch (c->timing) {
	case ANONYMITY_STANDBY:
	case ANONYMITY_EARLY:
		return MATCH_SLOT;
	case ANONYMITY_LINGER: /* both links linger */
	case ANONYMITY_QUANTISED:
		return MATCH_START;
	default:
		return MATCH_DURATION;
	}
}

/* Does the link behind a hop, picked evenly of those that fit, belong to the call? */
static const struct record *step(const struct sim *sim, const struct chain *chain,
				 const struct wanted *wanted, unsigned int relay, unsigned int hop)
{
	const struct anonymity_circuit *c = &sim->circuit;
	unsigned int group = 2 * relay + (hop + 1 == c->hops);
	enum match match = match_at(c, chain, hop);
	double begin = wanted_begin(sim, match, wanted), end = wanted_end(sim, match, wanted);
	struct candidates found;

	/* A leg that goes with the call, behind one that stands: any time in the slot. */
	if (match == MATCH_SLOT && !circuit_stands(c, hop + 1)) {
		begin = wanted->slot * c->slot_s - sim->skew_s / 2;
		end = begin + c->slot_s + sim->skew_s;
	}
	candidates_find(&found, sim, match, wanted, &chain->records,
			records_find_at(&chain->records, group, begin),
			records_find_at(&chain->records, group, end));
	return found.pick;
}

static void try(const struct targets *t, size_t call, void *arg, struct tally *tally)
{
	const struct anonymity_circuit *c = &t->sim->circuit;
	const struct chain *chain = arg;
	const struct record *pick;
	struct circuit circuit;
	struct wanted wanted;
	struct record known;
	struct legs legs;
	struct rng rng;

	circuit_relays(t->sim, &t->calls.list[call], call, &circuit);
	circuit_legs(t->sim, &t->calls.list[call], call, &legs);
	wanted_first(t->sim, &t->calls.list[call], call, &circuit, &rng, &wanted);
	for (unsigned int hop = 0; hop < c->hops; hop++) {
		if (circuit.relays[hop] >= chain->bad) {
			pick = step(t->sim, chain, &wanted, circuit.relays[hop], hop);
			if (!pick || pick->call != call) {
				tally_one(tally, false);
				return;
			}
		}
		record_of(t->sim, &circuit, &legs, hop + 1, &known);
		wanted.start = known.key;
		wanted.seconds = known.seconds;
	}
	tally_one(tally, true);
}

static double form(const struct anonymity_circuit *c, const void *arg)
{
	const struct chain *chain = arg;

	return chain->bad ? anonymity_chain_bad(c) : anonymity_chain(c);
}

static int attack(struct targets *targets, struct chain *chain, const char *adversary,
		  unsigned int bad, struct findings *findings)
{
	struct finding f = { .system = "phonion", .adversary = adversary, .attack = "chain" };
	int err;

	chain->bad = bad;
	/* Others' circuits that share more than one relay with it make crowds alike. */
	f.at_least = targets->sim->circuit.hops * (targets->sim->circuit.hops - 1) * FEW >
		     targets->sim->circuit.relays;
	targets->try = try;
	targets->arg = chain;
	f.predicted = match_has_form(targets->sim) ? over_hours(targets->sim, form, chain) : NAN;
	err = targets_run(targets, &f.tally);
	return err ? err : findings_add(findings, &f);
}

int attack_chain(const struct sim *sim, struct findings *findings)
{
	const struct anonymity_circuit *c = &sim->circuit;
	double width = c->timing == ANONYMITY_STANDBY || c->timing == ANONYMITY_EARLY ? c->slot_s
										      : c->window_s;
	struct chain chain = { .first = match_first(sim) };
	struct targets targets;
	int err = targets_make(sim, c->calls_s * c->hops / c->relays * width, &targets);

	if (err)
		return err;
	err = records_make(sim, &targets.calls, true, &chain.records);
	if (!err)
		err = attack(&targets, &chain, "all-carriers", 0, findings);
	if (!err && c->bad)
		err = attack(&targets, &chain, "carriers-relays", c->bad, findings);
	records_free(&chain.records);
	targets_free(&targets);
	return err;
}
