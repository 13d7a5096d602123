/* SPDX-License-Identifier: GPL-2.0 */
/* The far side of a call: from our INVITE to its answer. */
#ifndef PHONION_DIAL_H
#define PHONION_DIAL_H

#include "call/call.h"

struct circuit;

/* Calls the circuit's next number; from now on the call has so long to be answered. */
enum cause dial(struct call *call, const struct circuit *circuit);
/* From now on the call is answered: both sides are up, and the caller was told. */
void call_up(struct call *call);
/* The digits that follow the answer are sent. */
void dial_postd_sent(struct call *call);

#endif
