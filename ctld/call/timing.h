/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timing policies: what goes up and down when, so that the times of one leg say
 * little of another's (design, section 7). A hop tells its relay its part
 * (struct hop_timing); a reservation without one, and a static circuit, go up and
 * down with the call.
 *
 * Relays of a circuit that stands before its caller comes tell each other of him
 * in its media, by telephone events that no telephone has keys for (RFC 4733, 3.2):
 * A, towards the callee, a caller is here, again and again until there is an answer;
 * B, towards the caller, the callee has answered; D, either way, this end has gone.
 * The relays between pass them on as all events. Nothing of a circuit is in them.
 */
#ifndef PHONION_TIMING_H
#define PHONION_TIMING_H

#include "call/call.h"

struct circuit;

/* CALL, from the near side, is CIRCUIT's: goes on as its timing has it. Why not, otherwise. */
enum cause timing_place(struct call *call, const struct circuit *circuit);
/* A far side that was raised for nobody yet is up. */
void timing_far_up(struct call *far);
/* The callee has answered, and the caller was told. */
void timing_answered(struct call *call);
/* EVENT, of RFC 4733, has come from SIDE's peer. */
void timing_event(struct side *side, uint8_t event);
/* What SIDE was to send in tones is sent; false: it was not a signal of ours. */
bool timing_sent(struct side *side);
/* Joins a far side that stands with a near side that waits for it, if there are both. */
void timing_meet(struct calls *calls, const char *circuit);

#endif
