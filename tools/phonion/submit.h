/* SPDX-License-Identifier: GPL-2.0 */
/* Reserves the hops of a circuit, one by one, or none of them. */
#ifndef PHONION_SUBMIT_H
#define PHONION_SUBMIT_H

#include "plan.h"

/*
 * Reserves what is planned of CIRCUIT, in random order; where a lane is busy,
 * chooses anew. On failure everything is cancelled, said, and gone from the
 * state. An exit status.
 */
int submit_circuit(struct plan *plan, struct circuit *circuit);

/* Gets the tokens that the circuit's hops will need. An exit status. */
int submit_provide(struct plan *plan, const struct circuit *circuit);

#endif
