// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tools/sim/parallel.h"
#include "tools/sim/targets.h"

#define PIECE 1024
/* From here on a crowd varies so little that tries may share it. */
#define MANY 50
#define DAY  86400

struct job {
	const struct targets *targets;
	struct tally *tallies;
	size_t first, last; /* calls whose window or slot is whole */
};

/* What is cut off at both ends: a window, and a slot that may not be whole. */
static double edge(const struct anonymity_circuit *c)
{
	bool slots = c->timing == ANONYMITY_STANDBY || c->timing == ANONYMITY_EARLY;

	return 2 * c->window_s + (slots ? c->slot_s : 0);
}

/*
 * Calls for the tries, and whole days of them where the rate follows the hours: no hour
 * may have more tries than its part of a day's calls.
 */
static double calls_for(const struct sim *sim, uint64_t *stride)
{
	double calls = (double)sim->tries * *stride, day = DAY * sim->circuit.calls_s;

	if (!sim->workload.diurnal)
		return calls;
	calls = ceil(calls / day) * day;
	*stride = fmax(*stride, calls / sim->tries);
	return calls;
}

int targets_make(const struct sim *sim, double crowd, struct targets *targets)
{
	double more = 2 * edge(&sim->circuit) * sim->circuit.calls_s;

	*targets = (struct targets){ .sim = sim };
	targets->stride = crowd < MANY ? 1 + 4 * crowd : 1;
	return workload_generate(&sim->workload, calls_for(sim, &targets->stride) + more,
				 &targets->calls);
}

void targets_free(struct targets *targets)
{
	workload_free(&targets->calls);
}

static size_t call_at(const struct calls *calls, double time)
{
	size_t from = 0, to = calls->n, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (call_start(&calls->list[middle]) < time)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void run(size_t piece, void *arg)
{
	const struct job *job = arg;
	const struct targets *t = job->targets;
	size_t call = job->first + piece * PIECE * t->stride;

	for (int i = 0; i < PIECE && call < job->last; i++, call += t->stride)
		t->try(t, call, t->arg, &job->tallies[piece]);
}

int targets_run(struct targets *t, struct tally *tally)
{
	const struct anonymity_circuit *c = &t->sim->circuit;
	struct job job = { .targets = t };
	size_t pieces;

	job.first = call_at(&t->calls, edge(c));
	job.last = call_at(&t->calls, t->calls.seconds - edge(c));
	pieces = job.last > job.first ? (job.last - job.first) / t->stride / PIECE + 1 : 0;
	job.tallies = calloc(pieces + 1, sizeof(*job.tallies));
	if (!job.tallies)
		return -ENOMEM;
	parallel_each(t->sim->workload.threads, pieces, run, &job);
	for (size_t i = 0; i < pieces; i++)
		tally_add(tally, &job.tallies[i]);
	free(job.tallies);
	return 0;
}
