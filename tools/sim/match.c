// SPDX-License-Identifier: GPL-2.0
/* Which of the later records may be of the same call as an earlier one. */
#include <math.h>

#include "tools/anonymity/forms.h"
#include "tools/sim/attacks.h"
#include "tools/sim/rng.h"

#define SLACK 1e-3f /* records are kept in floats */

double wanted_begin(const struct sim *sim, enum match match, const struct wanted *wanted)
{
	return match == MATCH_SLOT ? wanted->slot : wanted->start - sim->skew_s;
}

double wanted_end(const struct sim *sim, enum match match, const struct wanted *wanted)
{
	return match == MATCH_SLOT ? wanted->slot + 0.5
				   : wanted->start - sim->skew_s + sim->circuit.window_s;
}

/* The shortest that is not shorter than what is wanted. */
static void nearest(struct candidates *candidates, const struct wanted *wanted,
		    const struct record *record)
{
	if (record->seconds < wanted->seconds - SLACK)
		return;
	candidates->n++;
	if (!candidates->pick || record->seconds < candidates->pick->seconds)
		candidates->pick = record;
}

static void alike(struct candidates *candidates, const struct wanted *wanted, double within,
		  const struct record *record)
{
	if (fabsf(record->seconds - wanted->seconds) > (float)within)
		return;
	candidates->n++;
	if (rng_below(wanted->rng, candidates->n) == 0)
		candidates->pick = record;
}

void candidates_find(struct candidates *candidates, const struct sim *sim, enum match match,
		     const struct wanted *wanted, const struct records *records, size_t from,
		     size_t to)
{
	*candidates = (struct candidates){ 0 };
	if (match == MATCH_START || match == MATCH_SLOT) {
		candidates->n = to - from;
		if (to > from)
			candidates->pick = &records->list[from + rng_below(wanted->rng, to - from)];
		return;
	}
	for (; from < to; from++)
		if (match == MATCH_NEAREST)
			nearest(candidates, wanted, &records->list[from]);
		else
			alike(candidates, wanted, sim->circuit.within_s, &records->list[from]);
}

enum match match_ends(const struct sim *sim, double rate)
{
	const struct anonymity_circuit *c = &sim->circuit;
	double crowd = rate * c->window_s;

	switch (c->timing) {
	case ANONYMITY_STANDBY:
		return MATCH_SLOT;
	case ANONYMITY_QUANTISED:
		return MATCH_START;
	case ANONYMITY_LINGER:
		return anonymity_start(crowd) >
				       anonymity_start_linger(crowd, c->mean_s, c->linger_s)
			       ? MATCH_START
			       : MATCH_NEAREST;
	default:
		return MATCH_DURATION;
	}
}

bool match_has_form(const struct sim *sim)
{
	return sim->workload.durations == WORKLOAD_EXPONENTIAL ||
	       sim->circuit.timing == ANONYMITY_STANDBY ||
	       sim->circuit.timing == ANONYMITY_QUANTISED;
}

void wanted_first(const struct sim *sim, const struct call *call, size_t index,
		  const struct circuit *circuit, struct rng *rng, struct wanted *wanted)
{
	struct record first;
	struct legs legs;

	circuit_legs(sim, call, index, &legs);
	record_of(sim, circuit, &legs, 0, &first);
	rng_init(rng, sim->workload.seed, RNG_ATTACKS, index);
	*wanted = (struct wanted){ first.key, floor(legs.start[0] / sim->circuit.slot_s),
				   first.seconds, rng };
}

double over_hours(const struct sim *sim,
		  double (*form)(const struct anonymity_circuit *circuit, const void *arg),
		  const void *arg)
{
	struct anonymity_circuit c = sim->circuit;
	double sum = 0, part;

	if (!sim->workload.diurnal)
		return form(&c, arg);
	/* A call is in an hour with a chance that is as that hour's rate. */
	for (unsigned int i = 0; i < 24; i++) {
		part = workload_hour(&sim->workload, i);
		c.calls_s = sim->circuit.calls_s * part;
		sum += form(&c, arg) * part / 24;
	}
	return sum;
}
