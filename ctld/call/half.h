/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls with one side: a leg that was raised before its caller came, or that
 * stays after him. A side that is up and waits for nothing can go from one call
 * to another, and nothing else can: whoever leaves does so with the call that
 * he was in, and whoever stays gets a call of its own.
 */
#ifndef PHONION_HALF_H
#define PHONION_HALF_H

#include "call/call.h"

/* It is up, and the other side is missing. */
bool half_is(const struct call *call, enum side_id id);
/* The half of CIRCUIT that has only the far side; NULL: there is none. */
struct call *half_find_far(const struct calls *calls, const char *circuit);
/*
 * SIDE goes into a call of its own, CALL_STANDING; its old call is to be ended.
 * NULL: it is not up, or waits for an answer or ACK, or no memory.
 */
struct call *half_split(struct side *side);
/* FAR's far side becomes CALL's, which has none; FAR is gone. */
void half_join(struct call *call, struct call *far);

#endif
