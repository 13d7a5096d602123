// SPDX-License-Identifier: GPL-2.0
/* A far side by SIP: from our INVITE to its answer. */
#include <errno.h>

#include "call/call.h"
#include "call/dial.h"
#include "call/media.h"
#include "sip/addr.h"

/* Our number or nobody's, the number to dial, and our peer's address. */
static struct dialog *make_out_dialog(const struct conf_trunk *trunk, const char *number)
{
	struct sip_path path = sip_trunk_path(trunk);
	char local[256], remote[256], host[ADDR_TEXT_SIZE];
	struct dialog *dialog;
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
	dialog = dialog_new_uac(&path, local, remote);
	text_wipe(&text);
	return dialog;
}

/* Media from the far side, before or with its answer. */
static int take_out_sdp(struct side *out, const osip_message_t *msg)
{
	struct sdp answer;
	int err = session_read(&answer, msg);

	if (!err)
		err = session_change(out, &answer, session_accept_answer);
	return err || !side_present(side_other(out)) ? err : media_join(out->call);
}

/* 180 is told as 180, early media as 183; other progress is the far side's own. */
static void on_provisional(struct side *out, const osip_message_t *msg)
{
	if (!out->sip.provisional && out->state == SIDE_CANCELLED)
		sip_cancel(out->call->calls->sip, out->sip.invite);
	out->sip.provisional = true;
	if (out->state == SIDE_CANCELLED || msg->status_code == 100)
		return;
	dialog_learn(out->sip.dialog, msg);
	dial_progress(out, msg->status_code == 180, !take_out_sdp(out, msg));
}

/*
 * First the legs, then the caller is told, then the callee: whoever waits to be
 * told finds the way open, here and at the relays towards the caller.
 */
static enum cause take_answer(struct side *out, const osip_message_t *msg)
{
	int err = take_out_sdp(out, msg);

	if (err == -ENOENT && out->call->bridged)
		err = 0; /* it came with a provisional response */
	if (!err)
		err = dial_tell(out->call);
	sip_side_ack(out, out->sip.invite_cseq);
	return err ? CAUSE_FAR_MEDIA : CAUSE_NORMAL;
}

static void on_answer(struct side *out, const osip_message_t *msg)
{
	enum cause cause;

	if (out->state == SIDE_CANCELLED) { /* CANCEL crossed the answer (9.1) */
		sip_side_dismiss(out, msg);
		side_down(out);
		return;
	}
	/* A Contact that is missing or unusable leaves us where INVITE went. */
	dialog_learn(out->sip.dialog, msg);
	out->state = SIDE_UP;
	cause = take_answer(out, msg);
	if (cause)
		side_gone(out, cause);
	else
		dial_answered(out);
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
			dial_failed(out, cause_of_status(msg->status_code));
		break;
	case TXN_TIMEOUT:
	case TXN_FAILED:
		dial_failed(out, CAUSE_FAR_UNREACHABLE);
		break;
	case TXN_ENDED:
		if (out->sip.invite == txn)
			out->sip.invite = NULL;
		if (pending)
			dial_failed(out, CAUSE_FAR_UNREACHABLE);
		break;
	case TXN_CANCELLED:
		break;
	}
}

enum cause sip_out_dial(struct side *out, const char *number)
{
	struct calls *calls = out->call->calls;
	char buf[SDP_TEXT_SIZE];
	struct text sdp;
	int err;

	out->sip.dialog = make_out_dialog(out->trunk, number);
	if (!out->sip.dialog)
		return CAUSE_INTERNAL;
	out->sip.dialog->owner = out;
	sip_add_dialog(calls->sip, out->sip.dialog);
	session_prepare_offer(out);
	out->sip.said = out->sip.local.direction = side_other(out)->wish;
	err = media_open(out);
	if (err)
		return media_cause(err);
	out->sip.local.addr = out->leg.local;
	text_init(&sdp, buf, sizeof(buf));
	session_write(out, &sdp);
	out->state = SIDE_INVITING;
	err = sip_request(calls->sip, out->sip.dialog, "INVITE", &sdp, on_out, out,
			  &out->sip.invite);
	out->sip.invite_cseq = out->sip.dialog->local_cseq;
	if (!err)
		return CAUSE_NORMAL;
	out->state = SIDE_DOWN;
	return CAUSE_FAR_UNREACHABLE;
}
