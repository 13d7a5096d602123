// SPDX-License-Identifier: GPL-2.0
/* RESTART (Q.931, 5.5): both ends begin with the same idea of a channel. */
#include "isdn/internal.h"

#define T316_MS	  (120 * 1000) /* Q.931, table 9-2 */
#define SETTLE_MS 1000

static void on_t316(void *arg)
{
	struct isdn_span *span = arg;

	restart_again(span);
	span_schedule(span);
}

static void await_ack(struct isdn_span *span)
{
	loop_timer_set(span->loop, &span->t316, T316_MS, on_t316, span);
}

/* One at a time, which is all that libpri can; busy ones are no doubt in use. */
static void send_from(struct isdn_span *span, unsigned int channel)
{
	span->restarting = 0;
	loop_timer_del(&span->t316);
	for (; channel <= span->conf.channels; channel++) {
		if (span->channels[channel].state != ISDN_CHANNEL_IDLE)
			continue;
		if (pri_reset(span->pri, channel))
			return;
		span->channels[channel].state = ISDN_CHANNEL_RESTARTING;
		span->restarting = channel;
		await_ack(span);
		return;
	}
}

/* It was not acknowledged, or layer 2 has begun anew, and what waited in it is lost. */
void restart_again(struct isdn_span *span)
{
	if (span->restarting && !pri_reset(span->pri, span->restarting))
		await_ack(span);
}

static void on_settled(void *arg)
{
	struct isdn_span *span = arg;

	send_from(span, 1);
	span_schedule(span);
}

/*
 * Not at once: when both ends establish layer 2 the later SABME establishes it again, and
 * what was sent meanwhile is lost without a word (Q.921, 5.5.1.2 and 5.7).
 */
void restart_begin(struct isdn_span *span)
{
	span->restarted = true;
	loop_timer_set(span->loop, &span->t316, SETTLE_MS, on_settled, span);
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
