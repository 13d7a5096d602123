// SPDX-License-Identifier: GPL-2.0
/* The far side of a call, whatever its trunk is. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "call/circuit.h"
#include "call/dial.h"
#include "call/media.h"
#include "call/setup.h"
#include "call/state.h"
#include "call/timing.h"
#include "log/log.h"

static void on_ring_timeout(void *arg)
{
	struct call *call = arg;

	side_gone(&call->sides[SIDE_OUT], CAUSE_RING_TIMEOUT);
}

/* None: it is raised before its caller comes. */
static bool has_near(const struct call *call)
{
	return side_present(&call->sides[SIDE_IN]);
}

void dial_progress(struct side *out, bool alerting, bool media)
{
	struct call *call = out->call;

	if (!alerting && !media)
		return;
	if (call->state == CALL_SETUP)
		call_event(call, "call.ringing");
	call->state = CALL_RINGING;
	if (has_near(call))
		setup_ring(&call->sides[SIDE_IN], alerting, media);
}

void call_up(struct call *call)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	loop_timer_del(&call->timer);
	call->answered_s = now.tv_sec;
	call->state = CALL_ANSWERED;
	media_play(&call->sides[SIDE_IN], SOUND_NONE);
	call->calls->answered++;
	call_log(call, "answered");
	call_event(call, "call.answered");
	media_watch(call);
	tdm_cross_connect(call);
	timing_answered(call);
	state_save(call);
}

static void up(struct call *call)
{
	if (has_near(call))
		call_up(call);
	else
		timing_far_up(call);
}

/* A caller who was asked for a code has his answer, and so has a relay. */
static int tell_caller(struct call *call)
{
	return has_near(call) ? setup_answer(&call->sides[SIDE_IN]) : 0;
}

int dial_join(struct side *out)
{
	return has_near(out->call) ? media_join(out->call) : 0;
}

int dial_tell(struct call *call)
{
	return *call->postd ? 0 : tell_caller(call);
}

/*
 * What the far side is to be told in tones comes before the caller is told of
 * its answer: he would speak to nobody.
 */
static enum cause send_postd(struct side *out)
{
	struct call *call = out->call;
	int err = calls_ops(call->calls)->leg_dtmf(call->calls->deps.dp, out->leg.id, call->postd);

	explicit_bzero(call->postd, sizeof(call->postd));
	if (!err)
		return CAUSE_NORMAL;
	call_warn(call, "digits not sent", dataplane_error(call->calls->deps.dp));
	return CAUSE_POSTD;
}

void dial_postd_sent(struct call *call)
{
	if (call->state > CALL_RINGING || call->sides[SIDE_OUT].state != SIDE_UP)
		return; /* they were an operator's */
	if (tell_caller(call))
		call_end(call, CAUSE_INTERNAL);
	else
		up(call);
}

void dial_answered(struct side *out)
{
	enum cause cause = CAUSE_NORMAL;

	if (*out->call->postd)
		cause = send_postd(out);
	else
		up(out->call);
	if (cause)
		side_gone(out, cause);
}

void dial_failed(struct side *out, enum cause cause)
{
	out->state = SIDE_DOWN;
	side_gone(out, cause);
	call_reap(out->call);
}

enum cause dial(struct call *call, const struct circuit *circuit)
{
	struct side *out = &call->sides[SIDE_OUT];

	call->state = CALL_SETUP;
	loop_timer_set(call->calls->deps.loop, &call->timer, call->conf->conf->ring_timeout_ms,
		       on_ring_timeout, call);
	snprintf(call->postd, sizeof(call->postd), "%s", circuit->postd);
	side_set_trunk(out, circuit->out);
	return out->ops->dial(out, circuit->next);
}
