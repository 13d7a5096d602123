/* SPDX-License-Identifier: GPL-2.0 */
/* The near side of a call: who calls, and what he is told. */
#ifndef PHONION_SETUP_H
#define PHONION_SETUP_H

#include "call/call.h"
#include "call/circuit.h"

/* The circuit of NUMBER (NULL: none was dialled), or why the call is refused. Wipe CIRCUIT. */
enum cause setup_select(struct calls *calls, const struct conf_trunk *trunk, const char *number,
			struct circuit *circuit);
/* Counts and logs it; to say so is the trunk's. */
void setup_refused(struct calls *calls, enum cause cause);
/* A call on its circuit, whose SIDE_IN is to be set up next. NULL: no memory. */
struct call *setup_new(struct calls *calls, const struct circuit *circuit);
/* A call whose SIDE_IN is to be set up next, and has still to dial. NULL: no memory. */
struct call *setup_dialling(struct calls *calls);
/* EVENT, of RFC 4733, is what IN dials there; false: it has dialled. */
bool setup_digit(struct side *in, uint8_t event);
/* It has dialled NUMBER, which is CIRCUIT's. The call goes on. */
void setup_dialled(struct call *call, const struct circuit *circuit, const char *number);
/* CALL, which was nobody's, is CIRCUIT's. -ENOMEM. */
int setup_circuit(struct call *call, const struct circuit *circuit);
/* SIDE_IN is set up, or CAUSE says why not; NUMBER was dialled. The call goes on. */
void setup_place(struct call *call, const struct circuit *circuit, const char *number,
		 enum cause cause);
/* He is told that it rings, or that MEDIA comes; who was answered hears it. */
void setup_ring(struct side *in, bool alerting, bool media);
/* He is answered, unless he was. -errno. */
int setup_answer(struct side *in);

#endif
