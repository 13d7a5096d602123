/* SPDX-License-Identifier: GPL-2.0 */
/* Ways to call somebody, each put to the same adversaries. */
#ifndef PHONION_SIM_ALTERNATIVES_H
#define PHONION_SIM_ALTERNATIVES_H

#include "tools/sim/sim.h"

struct alternative {
	const char *name, *note;
	int (*attack)(const struct sim *sim, struct findings *findings);
};

/* All but Phonion, ended by one without a name. */
extern const struct alternative alternatives[];

/*
 * Those, and Phonion with 1 to 5 hops and each timing policy. It takes minutes: each is
 * told before it begins. -ENOMEM, -ERANGE.
 */
int alternatives_attack(const struct sim *sim, struct findings *findings,
			void (*begins)(const char *name));

#endif
