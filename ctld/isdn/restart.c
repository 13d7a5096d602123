// SPDX-License-Identifier: GPL-2.0
/* RESTART (Q.931, 5.5): both ends begin with the same idea of a channel. */
#include "isdn/internal.h"

/* One at a time, which is all that libpri can; busy ones are no doubt in use. */
static void send_from(struct isdn_span *span, unsigned int channel)
{
	span->restarting = 0;
	for (; channel <= span->conf.channels; channel++) {
		if (span->channels[channel].state != ISDN_CHANNEL_IDLE)
			continue;
		if (pri_reset(span->pri, channel))
			return;
		span->channels[channel].state = ISDN_CHANNEL_RESTARTING;
		span->restarting = channel;
		return;
	}
}

void restart_begin(struct isdn_span *span)
{
	span->restarted = true;
	send_from(span, 1);
}

void restart_next(struct isdn_span *span)
{
	unsigned int channel = span->restarting;

	if (!channel)
		return;
	if (span->channels[channel].state == ISDN_CHANNEL_RESTARTING)
		span->channels[channel].state = ISDN_CHANNEL_IDLE;
	send_from(span, channel + 1);
}

void restart_received(struct isdn_span *span, unsigned int channel)
{
	for (unsigned int i = 1; i <= span->conf.channels; i++) {
		if (channel && i != channel)
			continue;
		if (span->channels[i].call)
			call_clear(span->channels[i].call, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
		if (span->channels[i].state == ISDN_CHANNEL_OUT)
			span->channels[i].state = ISDN_CHANNEL_IDLE;
	}
}
