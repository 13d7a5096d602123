/* SPDX-License-Identifier: GPL-2.0 */
/* The calls that an attack is tried on: so far apart that one try says nothing of the next. */
#ifndef PHONION_SIM_TARGETS_H
#define PHONION_SIM_TARGETS_H

#include "tools/sim/sim.h"

struct targets {
	const struct sim *sim;
	struct calls calls;
	uint64_t stride; /* of calls */
	/* Set by whoever attacks; TALLY is the thread's own. */
	void (*try)(const struct targets *targets, size_t call, void *arg, struct tally *tally);
	void *arg;
};

/*
 * Generates calls enough for the tries, of which each concerns CROWD others. What is
 * tried are calls at fixed places in the order of all: seen from one of these, the
 * others still are a Poisson process. -ENOMEM, -ERANGE.
 */
int targets_make(const struct sim *sim, double crowd, struct targets *targets);
void targets_free(struct targets *targets);
/* All tries. -ENOMEM. */
int targets_run(struct targets *targets, struct tally *tally);

#endif
