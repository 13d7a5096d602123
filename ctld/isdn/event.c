// SPDX-License-Identifier: GPL-2.0
/* What libpri tells: each event finds its call. */
#include <string.h>

#include "isdn/internal.h"
#include "log/log.h"

#define T302_MS 15000
#define DIGITS	"0123456789*#"
#define INBAND	(PRI_PROG_INBAND_AVAILABLE | PRI_PROG_CALL_NOT_E2E_ISDN)

/* libpri gives -1 when no channel was named; above the slot are its own flags. */
static unsigned int slot(int channel)
{
	return channel < 0 ? 0 : channel & 0xff;
}

static struct isdn_setup setup_of(const struct isdn_call *call)
{
	return (struct isdn_setup){ .number = call->number,
				    .complete = call->stage != STAGE_OVERLAP,
				    .channel = call->channel };
}

static bool append(struct isdn_call *call, const char *digits)
{
	size_t len = strlen(call->number), more = strlen(digits);

	if (strspn(digits, DIGITS) != more || len + more >= sizeof(call->number))
		return false;
	memcpy(call->number + len, digits, more + 1);
	return true;
}

static void complete(struct isdn_call *call)
{
	loop_timer_del(&call->t302);
	call->stage = STAGE_PROCEEDING;
	pri_proceeding(call->span->pri, call->q931, call->channel, 0);
}

static void on_t302(void *arg)
{
	struct isdn_call *call = arg;
	struct isdn_span *span = call->span;
	struct isdn_setup setup;

	complete(call);
	span_schedule(span);
	setup = setup_of(call);
	span->ops->digits(call, &setup, span->arg);
}

static void await_digits(struct isdn_call *call)
{
	struct isdn_span *span = call->span;

	loop_timer_set(span->loop, &call->t302, span->conf.t302_ms ? span->conf.t302_ms : T302_MS,
		       on_t302, call);
}

/*
 * libpri says nothing at all when a call it has not answered yet is hung up for
 * most causes; a few go as RELEASE COMPLETE (Q.931, 5.3.2).
 */
static void refuse(struct isdn_span *span, q931_call *q931, int cause)
{
	if (cause != PRI_CAUSE_REQUESTED_CHAN_UNAVAIL &&
	    cause != PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION)
		pri_proceeding(span->pri, q931, 0, 0);
	pri_hangup(span->pri, q931, cause);
}

static int read_setup(struct isdn_call *call, const pri_event_ring *ring)
{
	if (ring->ctype != PRI_TRANS_CAP_SPEECH && ring->ctype != PRI_TRANS_CAP_3_1K_AUDIO)
		return PRI_CAUSE_BEARERCAPABILITY_NOTIMPL;
	if ((ring->calledplan >> 4 & 7) == PRI_TON_INTERNATIONAL)
		strcpy(call->number, "+");
	if (!append(call, ring->callednum))
		return PRI_CAUSE_INVALID_NUMBER_FORMAT;
	return channel_admit(call, slot(ring->channel), ring->flexible);
}

static void accept_setup(struct isdn_call *call, bool whole)
{
	struct isdn_span *span = call->span;
	struct isdn_setup setup;

	if (whole) {
		complete(call);
	} else {
		call->stage = STAGE_OVERLAP;
		pri_setup_ack(span->pri, call->q931, call->channel, 0, 0);
		await_digits(call);
	}
	setup = setup_of(call);
	span->ops->incoming(call, &setup, span->arg);
}

static void on_ring(struct isdn_span *span, const pri_event_ring *ring)
{
	struct isdn_call *call = call_add(span, ring->call);
	int cause;

	if (!call) {
		refuse(span, ring->call, PRI_CAUSE_SWITCH_CONGESTION);
		return;
	}
	call->incoming = true;
	cause = read_setup(call, ring);
	if (!cause) {
		accept_setup(call, !span->conf.overlap || ring->complete);
		return;
	}
	call_remove(call);
	refuse(span, ring->call, cause);
}

static void on_info(struct isdn_span *span, const pri_event_ring *info)
{
	struct isdn_call *call = call_find(span, info->call);
	struct isdn_setup setup;

	if (!call || !call->incoming || call->stage != STAGE_OVERLAP)
		return;
	if (!append(call, info->callednum)) {
		call_ended(call, PRI_CAUSE_INVALID_NUMBER_FORMAT);
		pri_hangup(span->pri, info->call, PRI_CAUSE_INVALID_NUMBER_FORMAT);
		return;
	}
	if (info->complete)
		complete(call);
	else
		await_digits(call);
	setup = setup_of(call);
	span->ops->digits(call, &setup, span->arg);
}

/* Until the answer the peer may name another channel than we proposed. */
static bool move(struct isdn_call *call, unsigned int channel)
{
	if (!channel || channel == call->channel)
		return true;
	channel_put(call);
	return !channel_take(call, channel);
}

/* The outgoing call that an answer to SETUP is for, or NULL after clearing it. */
static struct isdn_call *outgoing(struct isdn_span *span, q931_call *q931, int channel,
				  enum call_stage stage)
{
	struct isdn_call *call = call_find(span, q931);

	if (!call || call->incoming || call->stage >= stage)
		return NULL;
	if (move(call, slot(channel)) && (call->channel || stage < STAGE_ALERTING)) {
		call->stage = stage;
		return call;
	}
	call_ended(call, PRI_CAUSE_CHANNEL_UNACCEPTABLE);
	pri_hangup(span->pri, q931, PRI_CAUSE_CHANNEL_UNACCEPTABLE);
	return NULL;
}

static void on_proceeding(struct isdn_span *span, const pri_event_proceeding *event)
{
	struct isdn_call *call = outgoing(span, event->call, event->channel, STAGE_PROCEEDING);

	if (call)
		span->ops->proceeding(call, event->progressmask & INBAND, span->arg);
}

static void on_progress(struct isdn_span *span, const pri_event_proceeding *event)
{
	struct isdn_call *call = call_find(span, event->call);

	if (call && !call->incoming && call->stage < STAGE_ACTIVE)
		span->ops->progress(call, event->progressmask & INBAND, span->arg);
}

static void on_alerting(struct isdn_span *span, const pri_event_ringing *event)
{
	struct isdn_call *call = outgoing(span, event->call, event->channel, STAGE_ALERTING);

	if (call)
		span->ops->alerting(call, event->progressmask & INBAND, span->arg);
}

static void on_answer(struct isdn_span *span, const pri_event_answer *event)
{
	struct isdn_call *call = outgoing(span, event->call, event->channel, STAGE_ACTIVE);

	if (call)
		span->ops->answered(call, span->arg);
}

/* DISCONNECT: the channel is ours until the release is complete. */
static void on_disconnect(struct isdn_span *span, const pri_event_hangup *event)
{
	struct isdn_call *call = call_find(span, event->call);

	if (call)
		call_ended(call, event->cause);
	pri_hangup(span->pri, event->call, event->cause);
}

/* DONE: libpri has forgotten the call already, and its pointer is but a name. */
static void on_released(struct isdn_span *span, const pri_event_hangup *event, bool done)
{
	struct isdn_call *call = call_find(span, event->call);

	if (call) {
		call_ended(call, event->cause);
		call_remove(call);
	}
	if (!done)
		pri_hangup(span->pri, event->call, event->cause);
}

static void on_dchannel(struct isdn_span *span, bool up)
{
	enum isdn_state before = isdn_span_state(span);

	span->up = up;
	if (up && span->conf.restart && !span->restarted)
		restart_begin(span);
	else if (up)
		restart_again(span);
	span_tell(span, before);
}

/* ANSI T1.607: a channel comes and goes. A call on it is ended by its own messages. */
static void on_service(struct isdn_span *span, const pri_event_service *event)
{
	unsigned int channel = slot(event->channel);

	if (isdn_channel_state(span, channel) == ISDN_CHANNEL_NONE || span->channels[channel].call)
		return;
	span->channels[channel].state = event->changestatus ? ISDN_CHANNEL_OUT : ISDN_CHANNEL_IDLE;
}

void event_handle(struct isdn_span *span, pri_event *event)
{
	struct isdn_call *call;

	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
	case PRI_EVENT_DCHAN_DOWN:
		on_dchannel(span, event->e == PRI_EVENT_DCHAN_UP);
		break;
	case PRI_EVENT_CONFIG_ERR:
		log_warn("ISDN: both ends of a span take themselves for the %s",
			 span->conf.network ? "network" : "customer");
		break;
	case PRI_EVENT_RESTART:
		restart_received(span, slot(event->restart.channel));
		break;
	case PRI_EVENT_RESTART_ACK:
		restart_next(span);
		break;
	case PRI_EVENT_SERVICE:
		on_service(span, &event->service);
		break;
	case PRI_EVENT_RING:
		on_ring(span, &event->ring);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		on_info(span, &event->ring);
		break;
	case PRI_EVENT_SETUP_ACK:
		call = outgoing(span, event->setup_ack.call, event->setup_ack.channel,
				STAGE_OVERLAP);
		if (call)
			span->ops->progress(call, event->setup_ack.progressmask & INBAND,
					    span->arg);
		break;
	case PRI_EVENT_PROCEEDING:
		on_proceeding(span, &event->proceeding);
		break;
	case PRI_EVENT_PROGRESS:
		on_progress(span, &event->proceeding);
		break;
	case PRI_EVENT_RINGING:
		on_alerting(span, &event->ringing);
		break;
	case PRI_EVENT_ANSWER:
		on_answer(span, &event->answer);
		break;
	case PRI_EVENT_HANGUP_REQ:
		on_disconnect(span, &event->hangup);
		break;
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_ACK:
		on_released(span, &event->hangup, event->e == PRI_EVENT_HANGUP_ACK);
		break;
	default:
		break; /* facilities, notifications, holding: nothing of them goes on */
	}
}
