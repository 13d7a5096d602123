/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The circuit that a call goes by: relays, carriers, and the times of its links as
 * the timing policy has them. Nothing is stored: it is worked out from the seed.
 */
#ifndef PHONION_SIM_CIRCUITS_H
#define PHONION_SIM_CIRCUITS_H

#include "tools/sim/sim.h"

struct circuit {
	uint32_t relays[ANONYMITY_MAX_HOPS];
	/* Of the caller, of the first ingress; by which the last relay dials, of the callee. */
	uint8_t first[2], last[2];
};

/* Of each link, in s, by a clock that is right. */
struct legs {
	double start[ANONYMITY_MAX_HOPS + 1], end[ANONYMITY_MAX_HOPS + 1];
};

void circuit_relays(const struct sim *sim, const struct call *call, uint64_t index,
		    struct circuit *circuit);
void circuit_legs(const struct sim *sim, const struct call *call, uint64_t index,
		  struct legs *legs);
/* Does the link stand for the whole slot? Link 0 never does. */
bool circuit_stands(const struct anonymity_circuit *circuit, unsigned int link);
/* What a carrier's clock is fast by. */
double circuit_clock(const struct sim *sim, unsigned int carrier);

#endif
