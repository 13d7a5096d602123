// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tools/sim/parallel.h"
#include "tools/sim/records.h"

#define PIECE 4096

struct job {
	const struct sim *sim;
	const struct calls *calls;
	bool by_relay;
	struct records *records;
};

void record_of(const struct sim *sim, const struct circuit *circuit, const struct legs *legs,
	       unsigned int link, struct record *record)
{
	const struct anonymity_circuit *c = &sim->circuit;
	const uint8_t *at = !link ? circuit->first : circuit->last;
	double fast = circuit_clock(sim, at[!!link]);

	record->link = link;
	record->carriers[0] = at[0];
	record->carriers[1] = at[1];
	record->group = link ? 2 * circuit->relays[link - 1] + (link == c->hops) : 0;
	record->seconds = legs->end[link] - legs->start[link];
	record->key = legs->start[link] + fast;
	/* Whoever sees when it ends knows its slot. */
	if (circuit_stands(c, link))
		record->key = rint(legs->end[link] / c->slot_s) - 1;
}

static void make(size_t piece, void *arg)
{
	const struct job *job = arg;
	const struct anonymity_circuit *c = &job->sim->circuit;
	struct record *to;
	struct circuit circuit;
	struct legs legs;

	for (size_t i = piece * PIECE; i < (piece + 1) * PIECE && i < job->calls->n; i++) {
		circuit_relays(job->sim, &job->calls->list[i], i, &circuit);
		circuit_legs(job->sim, &job->calls->list[i], i, &legs);
		for (unsigned int link = job->by_relay ? 1 : c->hops; link <= c->hops; link++) {
			to = &job->records->list[job->by_relay ? i * c->hops + link - 1 : i];
			record_of(job->sim, &circuit, &legs, link, to);
			to->call = i;
		}
	}
}

static int by_key(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int by_group(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return x->group == y->group ? by_key(a, b) : (x->group > y->group) - (x->group < y->group);
}

int records_make(const struct sim *sim, const struct calls *calls, bool at_relays,
		 struct records *records)
{
	struct job job = { sim, calls, at_relays, records };

	records->n = calls->n * (at_relays ? sim->circuit.hops : 1);
	records->list = calloc(records->n + 1, sizeof(*records->list));
	if (!records->list)
		return -ENOMEM;
	parallel_each(sim->workload.threads, calls->n / PIECE + 1, make, &job);
	qsort(records->list, records->n, sizeof(*records->list), at_relays ? by_group : by_key);
	return 0;
}

bool record_seen(unsigned int set, const uint8_t carriers[2])
{
	return (set >> carriers[0] | set >> carriers[1]) & 1;
}

static int choose(const struct records *all, unsigned int set, unsigned int bad,
		  struct records *seen)
{
	const struct record *r;

	seen->n = 0;
	seen->list = malloc((all->n + 1) * sizeof(*seen->list));
	if (!seen->list)
		return -ENOMEM;
	for (size_t i = 0; i < all->n; i++) {
		r = &all->list[i];
		if (record_seen(set, r->carriers) && r->group / 2 < bad)
			seen->list[seen->n++] = *r;
	}
	return 0;
}

int records_seen(const struct records *all, unsigned int set, struct records *seen)
{
	return choose(all, set, ~0u, seen);
}

int records_bad(const struct records *all, unsigned int bad, struct records *seen)
{
	return choose(all, ~0u, bad, seen);
}

void records_free(struct records *records)
{
	free(records->list);
	*records = (struct records){ 0 };
}

static size_t find(const struct records *records, const struct record *what,
		   int (*compare)(const void *a, const void *b))
{
	size_t from = 0, to = records->n, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (compare(&records->list[middle], what) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

size_t records_find(const struct records *records, double key)
{
	const struct record what = { .key = key };

	return find(records, &what, by_key);
}

size_t records_find_at(const struct records *records, uint32_t group, double key)
{
	const struct record what = { .key = key, .group = group };

	return find(records, &what, by_group);
}
