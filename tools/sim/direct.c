// SPDX-License-Identifier: GPL-2.0
/* One record that names both ends, or none that does. */
#include <math.h>

#include "tools/anonymity/forms.h"
#include "tools/sim/attacks.h"

struct direct {
	unsigned int set; /* of carriers, a bit each */
};

/* The caller's carrier and the callee's each write one. */
static void try(const struct targets *t, size_t call, void *arg, struct tally *tally)
{
	const struct direct *direct = arg;
	const struct workload *w = &t->sim->workload;
	const struct call *c = &t->calls.list[call];
	uint8_t carriers[2] = { workload_carrier(w, c->caller), workload_carrier(w, c->callee) };
	bool seen = record_seen(direct->set, carriers);

	tally_even(tally, seen, seen);
}

static double held(const struct anonymity_circuit *c, unsigned int set)
{
	double share = 0;

	for (unsigned int i = 0; i < c->carriers; i++)
		share += set >> i & 1 ? c->shares[i] : 0;
	return 1 - (1 - share) * (1 - share);
}

static int attack(struct targets *targets, const char *adversary, unsigned int set,
		  struct findings *findings)
{
	struct finding f = { .system = "plain", .adversary = adversary, .attack = "one record" };
	struct direct direct = { set };
	int err;

	targets->try = try;
	targets->arg = &direct;
	f.predicted = held(&targets->sim->circuit, set);
	err = targets_run(targets, &f.tally);
	return err ? err : findings_add(findings, &f);
}

int attack_direct(const struct sim *sim, struct findings *findings)
{
	const struct anonymity_circuit *c = &sim->circuit;
	struct targets targets;
	int err = targets_make(sim, 0, &targets);

	if (err)
		return err;
	/* The subscriber's are all of his calls, whoever wrote them. */
	err = attack(&targets, "subscriber", ~0u, findings);
	if (!err)
		err = attack(&targets, "carrier", anonymity_largest(c, 1), findings);
	if (!err)
		err = attack(&targets, "carriers", anonymity_largest(c, c->coalition), findings);
	if (!err)
		err = attack(&targets, "all-carriers", ~0u, findings);
	targets_free(&targets);
	return err;
}

/* What the caller's records say is which relay he called: that a callee is in it is looked for. */
static void try_subscriber(const struct targets *t, size_t call, void *arg, struct tally *tally)
{
	struct circuit circuit;
	struct record record;
	struct legs legs;

	(void)arg;
	circuit_relays(t->sim, &t->calls.list[call], call, &circuit);
	circuit_legs(t->sim, &t->calls.list[call], call, &legs);
	record_of(t->sim, &circuit, &legs, 0, &record);
	/* Only the last link's record says that the callee was called. */
	tally_one(tally, record.link == t->sim->circuit.hops);
}

int attack_subscriber(const struct sim *sim, struct findings *findings)
{
	struct finding f = { .system = "phonion",
			     .adversary = "subscriber",
			     .attack = "one record" };
	struct targets targets;
	int err = targets_make(sim, 0, &targets);

	if (err)
		return err;
	targets.try = try_subscriber;
	err = targets_run(&targets, &f.tally);
	if (!err)
		err = findings_add(findings, &f);
	targets_free(&targets);
	return err;
}
