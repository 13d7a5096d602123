/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access codes: what tells the reservations of a shared number apart. The
 * caller is answered, enters a code in tones (RFC 4733), ended by # or by a
 * pause, and is put through by the reservation that is open under it. * begins
 * anew.
 *
 * A code cannot be found by trying, and nobody can lock out whom it belongs to:
 *
 * - A call has one try. No number of wrong codes closes a number or a
 *   reservation.
 * - After wrong codes every code, right ones too, is looked at later: one
 *   second more for each, CODE_DELAY_MAX_MS at most; ten seconds without take
 *   one second back. A call that ends before has not tried.
 * - So many calls may be at it: the relay's "code_calls" C, 512 by default, or
 *   as many as the trunk may have at all. One more call ends the one that has
 *   been at it longest.
 *
 * So no more than C / CODE_DELAY_MAX_MS codes are tried, 64 a second: of the ten
 * digits that the client chooses, with N reservations open, one is found in an
 * hour with a probability of N * 2.3e-5. And to keep a caller out who needs T
 * seconds for his code, C / (T + 8) calls have to come in every second, 25 if T
 * is 12; a trunk that may have fewer is jammed by
 * fewer, as every telephone number can be.
 */
#ifndef PHONION_CODE_H
#define PHONION_CODE_H

#include "call/call.h"

#define CODE_FIRST_MS 20000 /* for the first digit, from the answer on */
#define CODE_GAP_MS   5000  /* a rotary telephone has no # */

/*
 * Answers the caller, who dialled the shared NUMBER, and waits for a code; what
 * becomes of it is told by call_end() or is a call like any other.
 */
enum cause code_ask(struct call *call, const char *number);
/*
 * Ends the call on TRUNK, or on any if it is NULL, that has been at it longest;
 * false if there is none.
 */
bool code_make_room(struct calls *calls, const struct conf_trunk *trunk);
/* EVENT, of RFC 4733, has come from the caller. */
void code_event(struct call *call, uint8_t event);
/* The caller's session is settled with his ACK. CAUSE_NO_EVENTS: he cannot enter a code. */
enum cause code_acked(struct call *call);
/* Wipes what was entered; a second call does nothing. */
void code_forget(struct call *call);

#endif
