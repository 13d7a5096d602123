// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that outlive the daemon. libpri can take up no call that it has not seen begin,
 * so it is shown a beginning: a SETUP with the saved reference, our answer, which goes
 * nowhere, and its acknowledgement. Then it is told that layer 2 is down, as it is. That
 * throws away what waits to be sent, and leaves an active call to T309 (Q.931, 5.8.9):
 * once layer 2 is up, STATUS says to the peer what we think of the call.
 *
 * Who of the two has called is of no matter once a call is active, but for the reference:
 * calls that went out "come in" with one of ours. Each frame goes by UI, which libpri
 * takes in every state of layer 2.
 */
#include <errno.h>

#include "isdn/internal.h"

#define REFERENCE_MAX 0x7fff

#define UI	    0, 1, 3
#define DM	    0, 1, 0x1f /* F = 1: the peer refuses to establish layer 2 */
#define Q931	    8, 2       /* a reference of two octets follows */
#define SETUP	    5
#define CONNECT_ACK 15
#define SPEECH	    4, 3, 0x80, 0x90, 0xa3
#define CHANNEL	    0x18, 3, 0xa9, 0x83 /* by its number, and no other */
#define FCS	    0, 0

int isdn_call_save(const struct isdn_call *call, struct isdn_saved *saved)
{
	if (call->stage != STAGE_ACTIVE)
		return -ENOTCONN;
	*saved = (struct isdn_saved){ .reference = call_reference(call),
				      .incoming = call->incoming,
				      .channel = call->channel };
	return saved->reference ? 0 : -ENOTCONN;
}

static int check(const struct isdn_span *span, const struct isdn_saved *saved)
{
	if (!saved->reference || saved->reference > REFERENCE_MAX ||
	    isdn_channel_state(span, saved->channel) == ISDN_CHANNEL_NONE)
		return -EINVAL;
	if (span->up)
		return -EISCONN;
	return call_with(span, saved->incoming, saved->reference) ? -EBUSY : 0;
}

static pri_event *hear(struct isdn_span *span, const uint8_t *frame, size_t len)
{
	span->heard = frame;
	span->heard_len = len;
	return pri_check_event(span->pri);
}

static q931_call *hear_call(struct isdn_span *span, const struct isdn_saved *saved)
{
	uint8_t flag = saved->incoming ? 0 : 0x80; /* sent to who gave the reference */
	uint8_t high = flag | saved->reference >> 8, low = saved->reference;
	uint8_t channel = 0x80 | saved->channel;
	const uint8_t setup[] = { UI, Q931, high, low, SETUP, SPEECH, CHANNEL, channel, FCS };
	const uint8_t ack[] = { UI, Q931, high, low, CONNECT_ACK, FCS };
	pri_event *event = hear(span, setup, sizeof(setup));
	q931_call *q931 = event && event->e == PRI_EVENT_RING ? event->ring.call : NULL;

	if (!q931)
		return NULL;
	pri_answer(span->pri, q931, saved->channel, 0);
	hear(span, ack, sizeof(ack));
	return q931;
}

static q931_call *replay(struct isdn_span *span, const struct isdn_saved *saved)
{
	static const uint8_t down[] = { DM, FCS };
	q931_call *q931;

	span->replaying = true;
	q931 = hear_call(span, saved);
	hear(span, down, sizeof(down));
	span->replaying = false;
	return q931;
}

int isdn_span_adopt(struct isdn_span *span, const struct isdn_saved *saved, void *owner,
		    struct isdn_call **call)
{
	int err = check(span, saved);
	struct isdn_call *new = err ? NULL : call_add(span, NULL);

	if (!new)
		return err ? err : -ENOMEM;
	new->incoming = saved->incoming;
	new->stage = STAGE_ACTIVE;
	new->owner = owner;
	err = channel_take(new, saved->channel);
	if (!err)
		new->q931 = replay(span, saved);
	if (!err && !new->q931)
		err = -EPROTO;
	if (err)
		call_remove(new);
	else
		*call = new;
	span_schedule(span);
	return err;
}
