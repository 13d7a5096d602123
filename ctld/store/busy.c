// SPDX-License-Identifier: GPL-2.0
/* When all lanes of an ingress are booked: a sweep over the ends of its bookings. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/ops.h"

struct edge {
	uint64_t at;
	int step; /* +1: a lane is taken, -1: one is free again */
};

struct sweep {
	struct store_taken of; /* relay, ingress and lanes are those of all edges */
	struct edge *edges;
	size_t n, size;
	uint64_t now;
	store_busy_fn fn;
	void *arg;
};

/* A lane that is given up at the moment another is taken was never missing. */
static int compare(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->step - y->step;
}

static int tell(const struct sweep *sweep, uint64_t start, uint64_t end)
{
	return sweep->fn(sweep->of.relay, sweep->of.ingress,
			 start > sweep->now ? start : sweep->now, end, sweep->arg);
}

/* Runs that touch are one: [1, 2) and [2, 3) are [1, 3). */
static int flush(struct sweep *sweep)
{
	uint64_t start = 0, end = 0;
	unsigned int taken = 0;
	bool full = false;
	size_t i;
	int err = 0;

	if (sweep->n) /* there is no array before the first */
		qsort(sweep->edges, sweep->n, sizeof(*sweep->edges), compare);
	for (i = 0; i < sweep->n && !err; i++) {
		taken += sweep->edges[i].step;
		if (!full && taken >= sweep->of.lanes) {
			if (end && sweep->edges[i].at > end) {
				err = tell(sweep, start, end);
				end = 0;
			}
			if (!end)
				start = sweep->edges[i].at;
			full = true;
		} else if (full && taken < sweep->of.lanes) {
			end = sweep->edges[i].at;
			full = false;
		}
	}
	if (!err && end)
		err = tell(sweep, start, end);
	sweep->n = 0;
	return err;
}

static int add(struct sweep *sweep, uint64_t at, int step)
{
	struct edge *edges;

	if (sweep->n == sweep->size) {
		sweep->size = sweep->size ? 2 * sweep->size : 64;
		edges = reallocarray(sweep->edges, sweep->size, sizeof(*edges));
		if (!edges)
			return -ENOMEM;
		sweep->edges = edges;
	}
	sweep->edges[sweep->n++] = (struct edge){ at, step };
	return 0;
}

static int on_taken(const struct store_taken *taken, void *arg)
{
	struct sweep *sweep = arg;
	int err = 0;

	if (memcmp(sweep->of.relay, taken->relay, SIGN_KEY_LEN) ||
	    strcmp(sweep->of.ingress, taken->ingress)) {
		err = flush(sweep);
		sweep->of = *taken;
	}
	if (!err)
		err = add(sweep, taken->start, 1);
	return err ?: add(sweep, taken->end, -1);
}

int store_busy(struct store *store, uint64_t now, store_busy_fn fn, void *arg)
{
	struct sweep sweep = { .now = now, .fn = fn, .arg = arg };
	int err = store->ops->taken(store, now, on_taken, &sweep);

	if (!err)
		err = flush(&sweep);
	free(sweep.edges);
	return err;
}
