/* SPDX-License-Identifier: GPL-2.0 */
/* The far side of a call, from its dialling to its answer. */
#ifndef PHONION_DIAL_H
#define PHONION_DIAL_H

#include "call/call.h"

struct circuit;

/* Calls the circuit's next number; from now on the call has so long to be answered. */
enum cause dial(struct call *call, const struct circuit *circuit);

/* What a side reports of what it dialled: it rings, or MEDIA comes before the answer. */
void dial_progress(struct side *out, bool alerting, bool media);
/* Joins OUT's leg with the caller's, if there is a caller. -errno. */
int dial_join(struct side *out);
/* The answer is here, and the legs are joined: the caller is told. -errno. */
int dial_tell(struct call *call);
/* And then, when the peer's answer was confirmed. */
void dial_answered(struct side *out);
void dial_failed(struct side *out, enum cause cause);

/* From now on the call is answered: both sides are up, and the caller was told. */
void call_up(struct call *call);
/* The digits that follow the answer are sent. */
void dial_postd_sent(struct call *call);

#endif
