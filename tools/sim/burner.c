// SPDX-License-Identifier: GPL-2.0
/* A telephone that nobody knows, used for several calls: whose contacts are these? */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tools/sim/attacks.h"
#include "tools/sim/rng.h"

#define MAX_TRIES 2000

struct burner {
	const struct sim *sim;
	uint32_t *contacts; /* of everyone who is suspected */
};

/* People live in whole communities; those are the ones to be suspected. */
static int contacts(struct burner *b)
{
	const struct workload *w = &b->sim->workload;
	uint32_t people = b->sim->people;

	b->contacts = calloc((size_t)people * WORKLOAD_CONTACTS, sizeof(*b->contacts));
	if (!b->contacts)
		return -ENOMEM;
	for (uint32_t i = 0; i < people; i++)
		for (unsigned int j = 0; j < WORKLOAD_CONTACTS; j++)
			b->contacts[(size_t)i * WORKLOAD_CONTACTS + j] = workload_contact(w, i, j);
	return 0;
}

static unsigned int score(const struct burner *b, uint32_t who, const uint32_t *called,
			  unsigned int n)
{
	const uint32_t *of = b->contacts + (size_t)who * WORKLOAD_CONTACTS;
	unsigned int sum = 0;

	for (unsigned int i = 0; i < n; i++)
		for (unsigned int j = 0; j < WORKLOAD_CONTACTS; j++)
			if (of[j] == called[i]) {
				sum++;
				break;
			}
	return sum;
}

/* All who know the most of those called are as likely as each other. */
static void try(const struct burner *b, uint64_t index, uint32_t *called, struct tally *tally)
{
	unsigned int best = 0, with = 0, own, one, n = b->sim->repeats;
	uint32_t who;
	struct rng rng;

	rng_init(&rng, b->sim->workload.seed, RNG_ATTACKS, index);
	who = rng_below(&rng, b->sim->people);
	for (unsigned int i = 0; i < n; i++)
		called[i] = b->contacts[(size_t)who * WORKLOAD_CONTACTS +
					rng_below(&rng, WORKLOAD_CONTACTS)];
	own = score(b, who, called, n);
	for (uint32_t i = 0; i < b->sim->people; i++) {
		one = score(b, i, called, n);
		if (one > best) {
			best = one;
			with = 0;
		}
		with += one == best;
	}
	tally_even(tally, with, own == best && rng_below(&rng, with) == 0);
}

int attack_burner(const struct sim *sim, struct findings *findings)
{
	struct finding f = { .system = "burner",
			     .adversary = "all-carriers",
			     .attack = "contacts",
			     .predicted = NAN };
	struct burner burner = { .sim = sim };
	uint32_t *called = calloc(sim->repeats, sizeof(*called));
	int err = called ? contacts(&burner) : -ENOMEM;

	for (uint64_t i = 0; !err && i < fmin(sim->tries, MAX_TRIES); i++)
		try(&burner, i, called, &f.tally);
	free(burner.contacts);
	free(called);
	return err ? err : findings_add(findings, &f);
}
