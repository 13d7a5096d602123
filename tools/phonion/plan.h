/* SPDX-License-Identifier: GPL-2.0 */
/* From a wish to a circuit: relays, brokers, numbers, codes and keys of each hop. */
#ifndef PHONION_PLAN_H
#define PHONION_PLAN_H

#include "circuit.h"
#include "state.h"
#include "directories.h"

#define PLAN_MAX_BUSY 16

/* What a broker said is booked, whatever its directory says. */
struct busy_numbers {
	char numbers[PLAN_MAX_BUSY][HOP_NUMBER_SIZE];
	unsigned int n;
};

struct plan {
	struct client *client;
	struct directories *directories;
	struct path_wish wish;
	struct busy_numbers busy;
	bool own_inner, exact; /* of the path chosen last */
};

/*
 * Chooses a path, of which the first KEEP hops keep their relays and numbers,
 * and fills in the others; the last one kept learns of its new next number.
 * -ENOENT: there is none, and WHY says so. The circuit is good only on success.
 */
int plan_choose(struct plan *plan, struct circuit *circuit, unsigned int keep,
		char why[PATH_WHY_SIZE]);

/* New id and keys, for a hop that is to be reserved again. */
int plan_renew(struct booking *hop);

#endif
