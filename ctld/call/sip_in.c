// SPDX-License-Identifier: GPL-2.0
/* A near side by SIP: from the caller's INVITE to its ACK. */
#include <errno.h>
#include <string.h>

#include "call/call.h"
#include "call/circuit.h"
#include "call/code.h"
#include "call/media.h"
#include "call/setup.h"
#include "call/state.h"
#include "log/log.h"

static enum cause cause_of_sdp(int err)
{
	if (err == -EIO)
		return CAUSE_DATA_PLANE;
	return err == -EBADMSG ? CAUSE_BAD_SDP : CAUSE_NO_CODEC;
}

/* The caller's leg: with its offer, or with ours if it leaves that to us. */
static enum cause open_in(struct side *in, const osip_message_t *msg)
{
	struct sdp offer;
	int err = session_read(&offer, msg);

	if (err == -ENOENT) {
		in->sip.answer_in_ack = true;
		session_prepare_offer(in);
	} else {
		if (!err)
			err = session_accept_offer(in, &offer);
		if (err)
			return cause_of_sdp(err);
	}
	err = media_open(in);
	if (err)
		return media_cause(err);
	in->sip.local.addr = in->leg.local;
	return CAUSE_NORMAL;
}

static void on_in(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg)
{
	struct side *in = arg;

	(void)txn;
	(void)msg;
	if (event == TXN_CANCELLED) {
		side_gone(in, CAUSE_CANCELLED);
		return;
	}
	if (event == TXN_FAILED)
		log_debug("call %u: an answer could not be sent", in->call->id);
	if (event != TXN_ENDED)
		return;
	in->sip.invite = NULL;
	in->state = SIDE_DOWN;
	side_gone(in, CAUSE_LOST);
	call_reap(in->call);
}

/* His leg, before the call goes on: what it needs may not be had. */
static enum cause take(struct side *in, const struct conf_trunk *trunk, struct txn *txn)
{
	struct call *call = in->call;

	side_set_trunk(in, trunk);
	in->sip.dialog->owner = in;
	in->sip.invite = txn;
	in->state = SIDE_INVITING;
	txn_own(txn, on_in, in);
	sip_add_dialog(call->calls->sip, in->sip.dialog);
	call_log(call, "set up");
	return open_in(in, txn_message(txn));
}

static void refuse(struct calls *calls, struct txn *txn, enum cause cause)
{
	char tag[TOKEN_SIZE];

	setup_refused(calls, cause);
	token_make(tag);
	sip_reply(txn, &(struct message_reply){ .status = cause_status(cause), .tag = tag });
}

/*
 * A copy of an INVITE that we have answered: the peer repeats it while the
 * 2xx is on its way. That 2xx is repeated by itself until ACK comes.
 */
bool sip_in_repeated(struct calls *calls, const osip_message_t *msg)
{
	return recent_has(&calls->recent, recent_hash(msg), loop_now(calls->deps.loop));
}

void sip_in_remember(struct calls *calls, const osip_message_t *invite)
{
	recent_add(&calls->recent, recent_hash(invite), loop_now(calls->deps.loop));
}

static void begin(struct calls *calls, const struct conf_trunk *trunk,
		  const struct circuit *circuit, struct txn *txn, const char *number)
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
	call = setup_new(calls, circuit);
	if (!call) {
		dialog_free(dialog);
		refuse(calls, txn, CAUSE_INTERNAL);
		return;
	}
	call->sides[SIDE_IN].sip.dialog = dialog;
	setup_place(call, circuit, number, take(&call->sides[SIDE_IN], trunk, txn));
}

/*
 * The number without its parameters (RFC 3261, 19.1.6): ";npdi" and ";rn=" say what the
 * carrier knows of porting (RFC 4694), and come with one call and not with the next.
 */
static const char *dialled(const osip_message_t *msg, char number[HOP_NUMBER_SIZE])
{
	const char *user = msg->req_uri->username;
	size_t len = user ? strcspn(user, ";") : 0;

	if (!len || len >= HOP_NUMBER_SIZE)
		return NULL;
	memcpy(number, user, len);
	number[len] = '\0';
	return number;
}

void sip_in_invited(struct calls *calls, const struct conf_trunk *trunk, struct txn *txn)
{
	const osip_message_t *msg = txn_message(txn);
	char buf[HOP_NUMBER_SIZE];
	const char *number = dialled(msg, buf);
	struct circuit circuit;
	enum cause cause;

	if (sip_in_repeated(calls, msg)) {
		txn_abandon(txn);
		return;
	}
	sip_reply(txn, &(struct message_reply){ .status = 100 });
	cause = setup_select(calls, trunk, number, &circuit);
	if (cause)
		refuse(calls, txn, cause);
	else
		begin(calls, trunk, &circuit, txn, number);
	explicit_bzero(&circuit, sizeof(circuit));
	explicit_bzero(buf, sizeof(buf));
}

void sip_in_ring(struct side *in, bool alerting, bool media)
{
	char buf[SDP_TEXT_SIZE];
	struct text sdp;

	text_init(&sdp, buf, sizeof(buf));
	/* Our own offer cannot go out unreliably (RFC 3261, 13.2.1). */
	media = media && !in->sip.answer_in_ack;
	if (media)
		session_write(in, &sdp);
	sip_side_reply(in, in->sip.invite, alerting ? 180 : 183, media ? &sdp : NULL);
}

int sip_in_answer(struct side *in)
{
	struct calls *calls = in->call->calls;
	struct txn *invite = in->sip.invite;
	char buf[SDP_TEXT_SIZE];
	struct text sdp;
	struct message_reply reply = { .status = 200,
				       .tag = in->sip.dialog->local_tag,
				       .dialog = in->sip.dialog,
				       .sdp = &sdp };

	if (!invite)
		return -ENOTCONN;
	text_init(&sdp, buf, sizeof(buf));
	session_write(in, &sdp);
	in->sip.invite = NULL;
	txn_own(invite, NULL, NULL);
	sip_in_remember(calls, txn_message(invite));
	in->state = SIDE_ANSWERED;
	return accept_start(&in->sip.accept, calls->sip, calls->deps.loop, invite, &reply);
}

/* The caller's ACK, with its answer if the offer was ours. */
void sip_in_acked(struct side *in, const osip_message_t *ack)
{
	enum cause cause = CAUSE_NORMAL;
	struct sdp answer;
	int err = 0;

	in->state = SIDE_UP;
	if (in->sip.bye_owed) {
		sip_side_bye(in);
		return;
	}
	if (in->sip.answer_in_ack) {
		in->sip.answer_in_ack = false;
		err = session_read(&answer, ack);
		if (!err)
			err = session_change(in, &answer, session_accept_answer);
	}
	if (err)
		cause = cause_of_sdp(err);
	else if (in->call->code)
		cause = code_acked(in->call);
	if (cause) {
		side_gone(in, cause);
	} else {
		state_save(in->call);
		modify_pass_on(in);
	}
}

/* RFC 3261, 13.3.1.4: the dialog is confirmed, but the session ends. */
void sip_in_no_ack(void *arg)
{
	struct side *side = arg;

	side->state = SIDE_UP;
	if (side->sip.bye_owed)
		sip_side_bye(side);
	else
		side_gone(side, CAUSE_NO_ACK);
}

void sip_in_refuse(struct side *in, enum cause cause)
{
	struct txn *invite = in->sip.invite;

	in->sip.invite = NULL;
	if (invite) {
		txn_own(invite, NULL, NULL);
		sip_side_reply(in, invite, cause_status(cause), NULL);
	}
	side_down(in);
}
