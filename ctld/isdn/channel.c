// SPDX-License-Identifier: GPL-2.0
/* The B channels: who has which, and who gets it when both ends want it. */
#include <errno.h>

#include "isdn/internal.h"

void channels_init(struct isdn_span *span)
{
	for (unsigned int i = 1; i <= span->conf.channels; i++)
		if (i != span->conf.dchannel)
			span->channels[i].state = ISDN_CHANNEL_IDLE;
}

/* The two ends begin at different ends, so that they seldom meet. */
unsigned int channel_hunt(const struct isdn_span *span)
{
	unsigned int n = span->conf.channels;

	for (unsigned int i = 1; i <= n; i++) {
		unsigned int at = span->conf.network ? n + 1 - i : i;

		if (span->channels[at].state == ISDN_CHANNEL_IDLE)
			return at;
	}
	return 0;
}

/* A peer that offers a channel which we restart has restarted it. */
static bool is_free(const struct isdn_channel *channel)
{
	return channel->state == ISDN_CHANNEL_IDLE || channel->state == ISDN_CHANNEL_RESTARTING;
}

int channel_take(struct isdn_call *call, unsigned int channel)
{
	struct isdn_span *span = call->span;

	if (!channel || channel > span->conf.channels || !is_free(&span->channels[channel]))
		return -EBUSY;
	span->channels[channel].state = ISDN_CHANNEL_BUSY;
	span->channels[channel].call = call;
	call->channel = channel;
	return 0;
}

void channel_put(struct isdn_call *call)
{
	struct isdn_channel *channel = &call->span->channels[call->channel];

	if (!call->channel)
		return;
	if (channel->state == ISDN_CHANNEL_BUSY)
		channel->state = ISDN_CHANNEL_IDLE;
	channel->call = NULL;
	call->channel = 0;
}

/* The network's call goes first (Q.931, 5.7); ours is named another, or refused. */
static void yield(struct isdn_span *span, unsigned int channel)
{
	struct isdn_call *holder = channel <= span->conf.channels ? span->channels[channel].call
								  : NULL;

	if (holder && !holder->incoming && holder->stage == STAGE_SETUP && !span->conf.network)
		channel_put(holder);
}

int channel_admit(struct isdn_call *call, unsigned int wanted, bool flexible)
{
	yield(call->span, wanted);
	if (!channel_take(call, wanted))
		return 0;
	if (wanted && !flexible)
		return PRI_CAUSE_REQUESTED_CHAN_UNAVAIL;
	return channel_take(call, channel_hunt(call->span)) ? PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION
							    : 0;
}

enum isdn_channel_state isdn_channel_state(const struct isdn_span *span, unsigned int channel)
{
	return channel <= span->conf.channels ? span->channels[channel].state : ISDN_CHANNEL_NONE;
}

void isdn_span_count(const struct isdn_span *span, unsigned int *usable, unsigned int *busy)
{
	*usable = *busy = 0;
	for (unsigned int i = 1; i <= span->conf.channels; i++) {
		enum isdn_channel_state state = span->channels[i].state;

		*usable += state != ISDN_CHANNEL_NONE && state != ISDN_CHANNEL_OUT;
		*busy += state == ISDN_CHANNEL_BUSY;
	}
}
