/* SPDX-License-Identifier: GPL-2.0 */
/* The legs and the bridge of a call, and what goes with them. */
#ifndef PHONION_MEDIA_H
#define PHONION_MEDIA_H

#include "call/call.h"

#define MEDIA_COOKIE_SIZE (1 + CALL_INSTANCE_SIZE + CALL_UID_SIZE + 1)

/* Takes ports, unless it is a channel, and makes the leg, with the remote address if it is known. */
int media_open(struct side *side);
enum cause media_cause(int err); /* of what media_open() returned */
/* Tells the leg what the side's session says now. */
int media_apply(struct side *side);
/* Joins the legs once; from then on media flows. */
int media_join(struct call *call);
/* Lets the side's peer hear SOUND until it is to hear another. Failing that he hears nothing. */
void media_play(struct side *side, enum sound sound);
/* From now on silence ends the call. */
void media_watch(struct call *call);
/* Deletes the side's leg; a second call does nothing. */
void media_close_leg(struct side *side);
/* Deletes the legs; a second call does nothing. */
void media_close(struct call *call);
/* Opens the ports of all calls in a table that was made anew. */
void media_reopen_ports(struct calls *calls);
/* Renews every lease at a third of its time. */
void media_renew(void *calls);

void media_cookie(const struct side *side, uint8_t cookie[MEDIA_COOKIE_SIZE]);
/* Is it a leg of this daemon's, and of which call and side? */
bool media_read_cookie(const struct calls *calls, const uint8_t *cookie, size_t len,
		       uint8_t uid[CALL_UID_SIZE], enum side_id *side);

#endif
