// SPDX-License-Identifier: GPL-2.0
/* Every attack on calls through circuits. */
#include "tools/sim/attacks.h"

#define OTHER_SEED 0x9e3779b97f4a7c15ull
#define MORE	   4

static int every(const struct sim *sim, struct findings *findings)
{
	static int (*const attacks[])(const struct sim *sim, struct findings *findings) = {
		attack_subscriber, attack_ends,		attack_chain,	   attack_relays,
		attack_broker,	   attack_intersection, attack_disclosure,
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(attacks) / sizeof(attacks[0]); i++)
		err = attacks[i](sim, findings);
	return err;
}

static bool all_agree(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (!finding_agrees(&findings->list[i]))
			return false;
	return true;
}

static int once_more(struct sim sim, struct findings *findings)
{
	struct findings other = { 0 };
	int err;

	sim.workload.seed ^= OTHER_SEED;
	sim.tries *= MORE;
	err = every(&sim, &other);
	for (size_t i = 0; !err && i < findings->n; i++) {
		if (finding_agrees(&findings->list[i]))
			continue;
		findings->list[i] = other.list[i];
		findings->list[i].again = true;
	}
	findings_free(&other);
	return err;
}

int attack_all(const struct sim *sim, struct findings *findings)
{
	struct findings found = { 0 };
	int err = every(sim, &found);

	if (!err && !all_agree(&found))
		err = once_more(*sim, &found);
	for (size_t i = 0; !err && i < found.n; i++)
		err = findings_add(findings, &found.list[i]);
	findings_free(&found);
	return err;
}
