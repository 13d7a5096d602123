// SPDX-License-Identifier: GPL-2.0
/* The far side of a call: from our INVITE to its answer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "call/call.h"
#include "call/circuit.h"
#include "call/dial.h"
#include "call/half.h"
#include "call/media.h"
#include "call/state.h"
#include "call/timing.h"
#include "log/log.h"
#include "sip/addr.h"

static void on_ring_timeout(void *arg)
{
	struct call *call = arg;

	side_gone(&call->sides[SIDE_OUT], CAUSE_RING_TIMEOUT);
}

/* Our number or nobody's, the number to dial, and our peer's address. */
static struct dialog *make_out_dialog(const struct conf_trunk *trunk, const char *number)
{
	struct sip_path path = sip_trunk_path(trunk);
	char local[256], remote[256], host[ADDR_TEXT_SIZE];
	struct text text;

	if (!message_user_valid(number) || (trunk->number && !message_user_valid(trunk->number)))
		return NULL;
	text_init(&text, local, sizeof(local));
	if (trunk->number)
		text_add(&text, "sip:%s@%s", trunk->number, addr_uri_host(&trunk->local, host));
	else
		text_add(&text, "sip:anonymous@anonymous.invalid");
	text_init(&text, remote, sizeof(remote));
	text_add(&text, "sip:%s@%s%s", number, addr_hostport(&trunk->peer, host),
		 trunk->transport == SIP_TCP ? ";transport=tcp" : "");
	return dialog_new_uac(&path, local, remote);
}

/* None: it is raised before its caller comes. */
static bool has_near(const struct call *call)
{
	return side_present(&call->sides[SIDE_IN]);
}

/* Media from the far side, before or with its answer. */
static int take_out_sdp(struct side *out, const osip_message_t *msg)
{
	struct sdp answer;
	int err = session_read(&answer, msg);

	if (!err)
		err = session_accept_answer(out, &answer);
	if (!err)
		err = media_apply(out);
	return err || !has_near(out->call) ? err : media_join(out->call);
}

/* 180 is told as 180, early media as 183; other progress is the far side's own. */
static void on_provisional(struct side *out, const osip_message_t *msg)
{
	struct call *call = out->call;
	bool media = false;

	if (!out->provisional && out->state == SIDE_CANCELLED)
		sip_cancel(call->calls->sip, out->invite);
	out->provisional = true;
	if (out->state == SIDE_CANCELLED || msg->status_code == 100)
		return;
	dialog_learn(out->dialog, msg);
	media = !take_out_sdp(out, msg);
	if (msg->status_code != 180 && !media)
		return;
	if (call->state == CALL_SETUP)
		call_event(call, "call.ringing");
	call->state = CALL_RINGING;
	if (has_near(call))
		setup_ringing(&call->sides[SIDE_IN], msg->status_code == 180 ? 180 : 183, media);
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
	struct side *in = &call->sides[SIDE_IN];

	return in->state == SIDE_INVITING ? setup_answer(in) : 0;
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
	log_warn("call %u (circuit %s): digits not sent: %s", call->id, call->circuit,
		 dataplane_error(call->calls->deps.dp));
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

/*
 * First the legs, then the caller is told, then the callee: whoever waits to be
 * told finds the way open, here and at the relays towards the caller.
 */
static enum cause take_answer(struct side *out, const osip_message_t *msg)
{
	struct call *call = out->call;
	int err = take_out_sdp(out, msg);

	if (err == -ENOENT && call->bridged)
		err = 0; /* it came with a provisional response */
	if (!err && !*call->postd)
		err = tell_caller(call);
	side_ack(out, out->invite_cseq);
	if (err)
		return CAUSE_FAR_MEDIA;
	if (*call->postd)
		return send_postd(out);
	up(call);
	return CAUSE_NORMAL;
}

static void on_answer(struct side *out, const osip_message_t *msg)
{
	struct call *call = out->call;
	enum cause cause;

	if (out->state == SIDE_CANCELLED) { /* CANCEL crossed the answer (9.1) */
		side_dismiss(out, msg);
		out->state = SIDE_DOWN;
		call_reap(call);
		return;
	}
	/* A Contact that is missing or unusable leaves us where INVITE went. */
	dialog_learn(out->dialog, msg);
	out->state = SIDE_UP;
	cause = take_answer(out, msg);
	if (cause)
		side_gone(out, cause);
}

static void on_failure(struct side *out, enum cause cause)
{
	out->state = SIDE_DOWN;
	side_gone(out, cause);
	call_reap(out->call);
}

static void on_out(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg)
{
	struct side *out = arg;
	bool pending = out->state == SIDE_INVITING || out->state == SIDE_CANCELLED;

	switch (event) {
	case TXN_RESPONSE:
		if (msg->status_code < 200)
			on_provisional(out, msg);
		else if (msg->status_code < 300)
			on_answer(out, msg);
		else
			on_failure(out, cause_of_status(msg->status_code));
		break;
	case TXN_TIMEOUT:
	case TXN_FAILED:
		on_failure(out, CAUSE_FAR_UNREACHABLE);
		break;
	case TXN_ENDED:
		if (out->invite == txn)
			out->invite = NULL;
		if (pending)
			on_failure(out, CAUSE_FAR_UNREACHABLE);
		break;
	case TXN_CANCELLED:
		break;
	}
}

enum cause dial(struct call *call, const struct circuit *circuit)
{
	struct side *out = &call->sides[SIDE_OUT];
	struct calls *calls = call->calls;
	char buf[SDP_TEXT_SIZE];
	struct text sdp;
	int err;

	call->state = CALL_SETUP;
	loop_timer_set(calls->deps.loop, &call->timer, call->conf->conf->ring_timeout_ms,
		       on_ring_timeout, call);
	snprintf(call->postd, sizeof(call->postd), "%s", circuit->postd);
	side_set_trunk(out, circuit->out);
	out->dialog = make_out_dialog(circuit->out, circuit->next);
	if (!out->dialog)
		return CAUSE_INTERNAL;
	out->dialog->owner = out;
	sip_add_dialog(calls->sip, out->dialog);
	session_prepare_offer(out);
	out->said = out->local.direction = side_other(out)->wish;
	err = media_open(out);
	if (err)
		return media_cause(err);
	text_init(&sdp, buf, sizeof(buf));
	session_write(out, &sdp);
	out->state = SIDE_INVITING;
	err = sip_request(calls->sip, out->dialog, "INVITE", &sdp, on_out, out, &out->invite);
	out->invite_cseq = out->dialog->local_cseq;
	if (!err)
		return CAUSE_NORMAL;
	out->state = SIDE_DOWN;
	return CAUSE_FAR_UNREACHABLE;
}
