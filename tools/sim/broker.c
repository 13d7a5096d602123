// SPDX-License-Identifier: GPL-2.0
/* A corrupted broker: bookings that come together, and all carriers' records. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tools/sim/attacks.h"
#include "tools/sim/rng.h"

struct broker {
	struct records bookings; /* key: when it came; link: the hop */
	struct records calls;	 /* by relay */
	enum match match;
};

/* When each hop of a circuit is booked. The hours before the slot are left out: all have them. */
static void booked(const struct sim *sim, const struct call *call, size_t index, double *at)
{
	struct rng rng;

	rng_init(&rng, sim->workload.seed, RNG_BOOKINGS, index);
	for (unsigned int hop = 0; hop < sim->circuit.hops; hop++)
		at[hop] = call_start(call) + rng_unit(&rng) * sim->circuit.submit_s;
}

static int by_key(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int book(const struct sim *sim, const struct calls *calls, struct records *bookings)
{
	unsigned int hops = sim->circuit.hops;
	double at[ANONYMITY_MAX_HOPS];

	bookings->n = calls->n * hops;
	bookings->list = calloc(bookings->n + 1, sizeof(*bookings->list));
	if (!bookings->list)
		return -ENOMEM;
	for (size_t i = 0; i < calls->n; i++) {
		booked(sim, &calls->list[i], i, at);
		for (unsigned int hop = 0; hop < hops; hop++)
			bookings->list[i * hops + hop] =
				(struct record){ .key = at[hop], .call = i, .link = hop };
	}
	qsort(bookings->list, bookings->n, sizeof(*bookings->list), by_key);
	return 0;
}

/* One of the bookings around the first hop's, evenly, but not that itself. */
static bool picked(const struct sim *sim, const struct broker *broker, const struct call *call,
		   size_t index, struct rng *rng)
{
	double at[ANONYMITY_MAX_HOPS], span = sim->circuit.submit_s;
	const struct record *pick;
	size_t from, to, self;

	booked(sim, call, index, at);
	from = records_find(&broker->bookings, at[0] - span);
	to = records_find(&broker->bookings, at[0] + span);
	self = records_find(&broker->bookings, at[0]);
	from += rng_below(rng, to - from - 1);
	pick = &broker->bookings.list[from < self ? from : from + 1];
	return pick->call == index && pick->link + 1u == sim->circuit.hops;
}

static void try(const struct targets *t, size_t call, void *arg, struct tally *tally)
{
	const struct anonymity_circuit *c = &t->sim->circuit;
	const struct broker *broker = arg;
	struct candidates found;
	struct circuit circuit;
	struct wanted wanted;
	unsigned int group;
	struct rng rng;

	circuit_relays(t->sim, &t->calls.list[call], call, &circuit);
	wanted_first(t->sim, &t->calls.list[call], call, &circuit, &rng, &wanted);
	if (c->hops > 1 && !picked(t->sim, broker, &t->calls.list[call], call, &rng)) {
		tally_one(tally, false);
		return;
	}
	group = 2 * circuit.relays[c->hops - 1] + 1;
	candidates_find(&found, t->sim, broker->match, &wanted, &broker->calls,
			records_find_at(&broker->calls, group,
					wanted_begin(t->sim, broker->match, &wanted)),
			records_find_at(&broker->calls, group,
					wanted_end(t->sim, broker->match, &wanted)));
	tally_one(tally, found.pick && found.pick->call == call);
}

static double form(const struct anonymity_circuit *c, const void *arg)
{
	(void)arg;
	return anonymity_broker(c);
}

int attack_broker(const struct sim *sim, struct findings *findings)
{
	struct finding f = { .system = "phonion",
			     .adversary = "carriers-broker",
			     .attack = "bookings" };
	const struct anonymity_circuit *c = &sim->circuit;
	struct broker broker = { .match = match_ends(sim, c->calls_s / c->relays) };
	struct targets targets;
	int err = targets_make(sim, c->calls_s * c->submit_s, &targets);

	if (err)
		return err;
	targets.try = try;
	targets.arg = &broker;
	f.predicted = match_has_form(sim) ? over_hours(sim, form, NULL) : NAN;
	err = book(sim, &targets.calls, &broker.bookings);
	if (!err)
		err = records_make(sim, &targets.calls, true, &broker.calls);
	if (!err)
		err = targets_run(&targets, &f.tally);
	if (!err)
		err = findings_add(findings, &f);
	records_free(&broker.bookings);
	records_free(&broker.calls);
	targets_free(&targets);
	return err;
}
