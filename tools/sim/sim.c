// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tools/sim/sim.h"

void sim_init(struct sim *sim)
{
	*sim = (struct sim){
		.skew_s = 0.5, .spread_s = 300, .tries = 100000, .people = 1000, .repeats = 3
	};
	workload_init(&sim->workload);
	anonymity_init(&sim->circuit);
	sim_settle(sim);
}

void sim_settle(struct sim *sim)
{
	sim->workload.calls_s = sim->circuit.calls_s;
	sim->workload.mean_s = sim->circuit.mean_s;
	sim->workload.shares = sim->circuit.shares;
	sim->workload.carriers = sim->circuit.carriers;
}

static const char *check_workload(const struct workload *w)
{
	if (w->subscribers < 2 || w->subscribers > WORKLOAD_MAX)
		return "there are 2 to 4000000000 subscribers";
	if (w->community < 2)
		return "a community has 2 subscribers or more";
	if (!(w->local >= 0 && w->local <= 1))
		return "the part of contacts that are local is 0 to 1";
	if (!(w->sigma > 0 && w->sigma <= 5))
		return "the sigma of durations is more than 0, and at most 5";
	return NULL;
}

const char *sim_check(const struct sim *sim)
{
	const char *wrong = anonymity_check(&sim->circuit);

	if (wrong)
		return wrong;
	if (!(sim->skew_s >= 0 && 2 * sim->skew_s < sim->circuit.window_s))
		return "clocks differ by less than half the window";
	if (!(sim->spread_s >= 0 && sim->spread_s < sim->circuit.slot_s / 2))
		return "legs are spread over less than half a slot";
	if (!sim->tries || sim->tries > 100000000)
		return "there are 1 to 100000000 tries";
	if (!sim->people || sim->people > 1000000 || !sim->repeats || sim->repeats > 1000)
		return "there are 1 to 1000000 suspects, and 1 to 1000 repeats";
	return check_workload(&sim->workload);
}

int findings_add(struct findings *f, const struct finding *finding)
{
	struct finding *list = realloc(f->list, (f->n + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;
	f->list = list;
	f->list[f->n++] = *finding;
	return 0;
}

void findings_free(struct findings *f)
{
	free(f->list);
	*f = (struct findings){ 0 };
}

bool finding_agrees(const struct finding *f)
{
	double low, high;

	tally_interval(&f->tally, &low, &high);
	return isnan(f->predicted) || tally_agrees(&f->tally, f->predicted) ||
	       (f->at_least && f->predicted <= low);
}
