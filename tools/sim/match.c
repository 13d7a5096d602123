// SPDX-License-Identifier: GPL-2.0
/* Which of the later records may be of the same call as an earlier one. */
#include <math.h>

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
