// SPDX-License-Identifier: GPL-2.0
/* A call from its INVITE to its ACK. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call/call.h"
#include "call/circuit.h"
#include "call/media.h"
#include "call/state.h"
#include "log/log.h"
#include "sip/addr.h"

static void on_ring_timeout(void *arg)
{
	call_end(arg, CAUSE_RING_TIMEOUT);
}

static enum cause cause_of_sdp(int err)
{
	return err == -EBADMSG ? CAUSE_BAD_SDP : CAUSE_NO_CODEC;
}

static enum cause cause_of_media(int err)
{
	return err == -EADDRINUSE || err == -EADDRNOTAVAIL ? CAUSE_NO_PORT : CAUSE_DATA_PLANE;
}

/* The caller's leg: with its offer, or with ours if it leaves that to us. */
static enum cause open_in(struct side *in, const osip_message_t *msg)
{
	struct sdp offer;
	int err = session_read(&offer, msg);

	if (err == -ENOENT) {
		in->answer_in_ack = true;
		session_prepare_offer(in);
	} else {
		if (!err)
			err = session_accept_offer(in, &offer);
		if (err)
			return cause_of_sdp(err);
	}
	err = media_open(in);
	return err ? cause_of_media(err) : CAUSE_NORMAL;
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

static void on_out(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg);

static enum cause open_out(struct side *out, const struct circuit *circuit)
{
	struct calls *calls = out->call->calls;
	char buf[SDP_TEXT_SIZE];
	struct text sdp;
	int err;

	out->trunk = circuit->out;
	out->dialog = make_out_dialog(circuit->out, circuit->next);
	if (!out->dialog)
		return CAUSE_INTERNAL;
	out->dialog->owner = out;
	sip_add_dialog(calls->sip, out->dialog);
	session_prepare_offer(out);
	out->said = out->local.direction = side_other(out)->wish;
	err = media_open(out);
	if (err)
		return cause_of_media(err);
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

static void on_in(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg)
{
	struct side *in = arg;

	(void)txn;
	(void)msg;
	if (event == TXN_CANCELLED) {
		call_end(in->call, CAUSE_CANCELLED);
		return;
	}
	if (event == TXN_FAILED)
		log_debug("call %u: an answer could not be sent", in->call->id);
	if (event != TXN_ENDED)
		return;
	in->invite = NULL;
	in->state = SIDE_DOWN;
	call_end(in->call, CAUSE_LOST);
	call_reap(in->call);
}

static void place(struct call *call, const struct conf_trunk *trunk, const struct circuit *circuit,
		  struct txn *txn)
{
	struct side *in = &call->sides[SIDE_IN];
	enum cause cause;

	call->not_before_ns = circuit->not_before_ns;
	call->not_after_ns = circuit->not_after_ns;
	in->trunk = trunk;
	in->dialog->owner = in;
	in->invite = txn;
	in->state = SIDE_INVITING;
	txn_own(txn, on_in, in);
	sip_add_dialog(call->calls->sip, in->dialog);
	call_log(call, "set up");
	loop_timer_set(call->calls->deps.loop, &call->timer, call->conf->conf->ring_timeout_ms,
		       on_ring_timeout, call);
	cause = open_in(in, txn_message(txn));
	if (!cause)
		cause = open_out(&call->sides[SIDE_OUT], circuit);
	if (cause)
		call_end(call, cause);
}

static void refuse(struct calls *calls, struct txn *txn, enum cause cause)
{
	char tag[TOKEN_SIZE];

	calls->ended[cause]++;
	log_info("call refused: %s", cause_name(cause));
	token_make(tag);
	sip_reply(txn, &(struct message_reply){ .status = cause_status(cause), .tag = tag });
}

/*
 * A copy of an INVITE that we have answered: the peer repeats it while the
 * 2xx is on its way. That 2xx is repeated by itself until ACK comes.
 */
static bool repeated(struct calls *calls, const osip_message_t *msg)
{
	return recent_has(&calls->recent, recent_hash(msg), loop_now(calls->deps.loop));
}

static void begin(struct calls *calls, const struct conf_trunk *trunk,
		  const struct circuit *circuit, struct txn *txn)
{
	struct sip_path path = sip_trunk_path(trunk);
	struct dialog *dialog;
	struct call *call;

	path.connection = txn_path(txn)->connection;
	dialog = dialog_new_uas(&path, txn_message(txn));
	if (!dialog) {
		refuse(calls, txn, CAUSE_BAD_SDP); /* without a usable Contact: 400 */
		return;
	}
	call = call_new(calls, calls->conf, circuit->name);
	if (!call) {
		dialog_free(dialog);
		refuse(calls, txn, CAUSE_INTERNAL);
		return;
	}
	call->sides[SIDE_IN].dialog = dialog;
	place(call, trunk, circuit, txn);
}

void setup_invite(struct calls *calls, const struct conf_trunk *trunk, struct txn *txn)
{
	const osip_message_t *msg = txn_message(txn);
	struct circuit circuit;
	enum cause cause;

	if (repeated(calls, msg)) {
		txn_abandon(txn);
		return;
	}
	sip_reply(txn, &(struct message_reply){ .status = 100 });
	cause = calls->stopping ? CAUSE_SHUTDOWN : CAUSE_NO_CIRCUIT;
	if (!calls->stopping && msg->req_uri->username)
		cause = circuit_select(calls, trunk, msg->req_uri->username, &circuit);
	if (cause)
		refuse(calls, txn, cause);
	else
		begin(calls, trunk, &circuit, txn);
	explicit_bzero(&circuit, sizeof(circuit));
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
	return err ? err : media_join(out->call);
}

static void tell_ringing(struct side *in, int status, bool media)
{
	char buf[SDP_TEXT_SIZE];
	struct text sdp;

	if (!in->invite)
		return;
	text_init(&sdp, buf, sizeof(buf));
	/* Our own offer cannot go out unreliably (RFC 3261, 13.2.1). */
	media = media && !in->answer_in_ack;
	if (media)
		session_write(in, &sdp);
	side_reply(in, in->invite, status, media ? &sdp : NULL);
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
	tell_ringing(&call->sides[SIDE_IN], msg->status_code == 180 ? 180 : 183, media);
}

static int answer_in(struct side *in)
{
	struct calls *calls = in->call->calls;
	struct txn *invite = in->invite;
	char buf[SDP_TEXT_SIZE];
	struct text sdp;
	struct message_reply reply = {
		.status = 200, .tag = in->dialog->local_tag, .dialog = in->dialog, .sdp = &sdp
	};

	if (!invite)
		return -ENOTCONN;
	text_init(&sdp, buf, sizeof(buf));
	session_write(in, &sdp);
	in->invite = NULL;
	txn_own(invite, NULL, NULL);
	recent_add(&calls->recent, recent_hash(txn_message(invite)), loop_now(calls->deps.loop));
	in->state = SIDE_ANSWERED;
	return accept_start(&in->accept, calls->sip, calls->deps.loop, invite, &reply);
}

static void answered(struct call *call)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	loop_timer_del(&call->timer);
	call->answered_s = now.tv_sec;
	call->state = CALL_ANSWERED;
	call->calls->answered++;
	call_log(call, "answered");
	call_event(call, "call.answered");
	media_watch(call);
	state_save(call);
}

/*
 * First the legs, then the caller is told, then the callee: whoever waits to be
 * told finds the way open, here and at the relays towards the caller.
 */
static void on_answer(struct side *out, const osip_message_t *msg)
{
	struct call *call = out->call;
	int err;

	if (out->state == SIDE_CANCELLED) { /* CANCEL crossed the answer (9.1) */
		side_dismiss(out, msg);
		out->state = SIDE_DOWN;
		call_reap(call);
		return;
	}
	/* A Contact that is missing or unusable leaves us where INVITE went. */
	dialog_learn(out->dialog, msg);
	out->state = SIDE_UP;
	err = take_out_sdp(out, msg);
	if (err == -ENOENT && call->bridged)
		err = 0; /* it came with a provisional response */
	if (!err)
		err = answer_in(&call->sides[SIDE_IN]);
	side_ack(out, out->invite_cseq);
	if (err)
		call_end(call, CAUSE_FAR_MEDIA);
	else
		answered(call);
}

static void on_failure(struct side *out, enum cause cause)
{
	out->state = SIDE_DOWN;
	call_end(out->call, cause);
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

/* The caller's ACK, with its answer if the offer was ours. */
void setup_acked(struct side *in, const osip_message_t *ack)
{
	struct sdp answer;
	int err = 0;

	in->state = SIDE_UP;
	if (in->bye_owed) {
		side_bye(in);
		return;
	}
	if (in->answer_in_ack) {
		in->answer_in_ack = false;
		err = session_read(&answer, ack);
		if (!err)
			err = session_accept_answer(in, &answer);
		if (!err)
			err = media_apply(in);
	}
	if (err)
		call_end(in->call, cause_of_sdp(err));
	else
		state_save(in->call);
}

/* RFC 3261, 13.3.1.4: the dialog is confirmed, but the session ends. */
void setup_no_ack(void *arg)
{
	struct side *side = arg;

	side->state = SIDE_UP;
	if (side->bye_owed)
		side_bye(side);
	else
		call_end(side->call, CAUSE_NO_ACK);
}
