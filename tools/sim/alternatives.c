// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/sim/alternatives.h"
#include "tools/sim/attacks.h"

#define MOST_HOPS 5

static int plain(const struct sim *sim, struct findings *findings)
{
	return attack_direct(sim, findings);
}

static int burner(const struct sim *sim, struct findings *findings)
{
	return attack_burner(sim, findings);
}

/* A provider is a relay that everyone has. */
static int provider(const struct sim *sim, enum anonymity_path path, struct findings *findings)
{
	struct sim one = *sim;

	one.circuit.timing = ANONYMITY_ON_DEMAND;
	one.circuit.path = path;
	one.circuit.hops = one.circuit.relays = one.circuit.bad = 1;
	return attack_all(&one, findings);
}

static int masking(const struct sim *sim, struct findings *findings)
{
	return provider(sim, ANONYMITY_OBLIVIOUS, findings);
}

static int voip(const struct sim *sim, struct findings *findings)
{
	return provider(sim, ANONYMITY_INTERNET, findings);
}

static int tor(const struct sim *sim, struct findings *findings)
{
	struct sim onion = *sim;

	onion.circuit.timing = ANONYMITY_ON_DEMAND;
	onion.circuit.path = ANONYMITY_INTERNET;
	onion.circuit.hops = 3;
	return attack_all(&onion, findings);
}

const struct alternative alternatives[] = {
	{ "plain call", "every record names both", plain },
	{ "number suppressed", "the callee's telephone does not show it; records do", plain },
	{ "burner phone", "records name a telephone whose owner its calls tell", burner },
	{ "masking provider", "the provider knows; carriers match times", masking },
	{ "VoIP provider", "the provider knows; networks match times", voip },
	{ "VoIP over Tor", "networks match times; it does not sound like a telephone call", tor },
	{ NULL, NULL, NULL },
};

/* Brokers are Phonion's; and whose system the rest is. */
static void name_from(struct findings *f, size_t from, const char *name, bool broker)
{
	size_t to = from;

	for (size_t i = from; i < f->n; i++) {
		if (!broker && !strcmp(f->list[i].adversary, "carriers-broker"))
			continue;
		f->list[to] = f->list[i];
		f->list[to++].system = name;
	}
	f->n = to;
}

static const char *phonion_name(unsigned int hops, enum anonymity_timing timing)
{
	static char names[MOST_HOPS][ANONYMITY_TIMINGS][40];
	char *name = names[hops - 1][timing];

	snprintf(name, sizeof(names[0][0]), "Phonion %u %s", hops, anonymity_timing_names[timing]);
	return name;
}

static int phonion(struct sim sim, struct findings *findings, void (*begins)(const char *name))
{
	size_t from;
	int err = 0;

	for (unsigned int t = 0; !err && t < ANONYMITY_TIMINGS; t++)
		for (unsigned int hops = 1; !err && hops <= MOST_HOPS; hops++) {
			sim.circuit.timing = t;
			sim.circuit.hops = hops;
			from = findings->n;
			begins(phonion_name(hops, t));
			err = attack_all(&sim, findings);
			name_from(findings, from, phonion_name(hops, t), true);
		}
	return err;
}

int alternatives_attack(const struct sim *sim, struct findings *findings,
			void (*begins)(const char *name))
{
	size_t from;
	int err = 0;

	for (const struct alternative *a = alternatives; !err && a->name; a++) {
		from = findings->n;
		begins(a->name);
		err = a->attack(sim, findings);
		name_from(findings, from, a->name, false);
	}
	return err ? err : phonion(*sim, findings, begins);
}
