// SPDX-License-Identifier: GPL-2.0
/* What is done to a dialog that is a side of a call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "call/state.h"
#include "log/log.h"

#define CANCEL_WAIT_MS (64 * 500) /* RFC 3261, 9.1 */

static int send_ack(struct side *side, const struct dialog *dialog, uint32_t cseq)
{
	char buf[MESSAGE_SIZE];
	struct text text;
	int err;

	text_init(&text, buf, sizeof(buf));
	err = message_ack(&text, dialog, cseq, NULL);
	if (!err && dialog == side->sip.dialog) {
		free(side->sip.ack);
		side->sip.ack = malloc(text.len);
		side->sip.ack_len = side->sip.ack ? text.len : 0;
		side->sip.ack_cseq = cseq;
		if (side->sip.ack)
			memcpy(side->sip.ack, text.buf, text.len);
	}
	if (!err)
		err = sip_send(side->call->calls->sip, &dialog->path, text.buf, text.len);
	text_wipe(&text);
	return err;
}

/* ACK to a 2xx is ours to make and to repeat (RFC 3261, 13.2.2.4). */
int sip_side_ack(struct side *side, uint32_t cseq)
{
	return send_ack(side, side->sip.dialog, cseq);
}

static void on_bye(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg)
{
	struct side *side = arg;

	if (event == TXN_RESPONSE && msg->status_code < 200)
		return;
	txn_own(txn, NULL, NULL);
	side_down(side);
}

void sip_side_bye(struct side *side)
{
	struct txn *txn;

	accept_stop(&side->sip.accept);
	side->state = SIDE_LEAVING;
	if (sip_request(side->call->calls->sip, side->sip.dialog, "BYE", NULL, on_bye, side, &txn))
		side_down(side);
}

void sip_side_dismiss(struct side *side, const osip_message_t *response)
{
	struct dialog *fork = dialog_fork(side->sip.dialog, response);
	struct txn *txn;

	if (!fork)
		return;
	send_ack(side, fork, strtoul(response->cseq->number, NULL, 10));
	sip_request(side->call->calls->sip, fork, "BYE", NULL, NULL, NULL, &txn);
	dialog_free(fork);
}

/* Repeated by a peer that lost our ACK, or a second phone that answered. */
void sip_side_answered_again(struct side *side, const osip_message_t *response)
{
	const char *tag = message_tag(response->to);
	uint32_t cseq = strtoul(response->cseq->number, NULL, 10);

	if (!tag || !side->sip.dialog->remote_tag)
		return;
	if (strcmp(tag, side->sip.dialog->remote_tag)) {
		sip_side_dismiss(side, response);
		return;
	}
	if (side->sip.ack && cseq == side->sip.ack_cseq)
		sip_send(side->call->calls->sip, &side->sip.dialog->path, side->sip.ack,
			 side->sip.ack_len);
}

static void on_cancel_wait(void *arg)
{
	struct side *side = arg;

	if (side->sip.invite)
		txn_abandon(side->sip.invite); /* its TXN_ENDED takes the side down */
	else
		side_down(side);
}

/* Before a provisional response CANCEL could overtake INVITE (9.1). */
static void cancel(struct side *side)
{
	struct call *call = side->call;

	side->state = SIDE_CANCELLED;
	loop_timer_set(call->calls->deps.loop, &call->timer, CANCEL_WAIT_MS, on_cancel_wait, side);
	if (side->sip.provisional)
		sip_cancel(call->calls->sip, side->sip.invite);
}

static void end(struct side *side, enum cause cause)
{
	loop_timer_del(&side->sip.retry);
	switch (side->state) {
	case SIDE_INVITING:
		if (side->id == SIDE_IN)
			sip_in_refuse(side, cause);
		else
			cancel(side);
		break;
	case SIDE_ANSWERED:
		side->sip.bye_owed = true; /* the callee must wait for ACK (15) */
		break;
	case SIDE_UP:
		if (accept_pending(&side->sip.accept))
			side->sip.bye_owed = true;
		else
			sip_side_bye(side);
		break;
	case SIDE_CANCELLED:
	case SIDE_LEAVING:
	case SIDE_DOWN:
	case SIDE_NONE:
		break;
	}
}

int sip_side_reply(struct side *side, struct txn *txn, int status, const struct text *sdp)
{
	struct message_reply reply = { .status = status, .sdp = sdp };

	reply.tag = side->sip.dialog->local_tag;
	if (status > 100 && status < 300)
		reply.dialog = side->sip.dialog;
	if (status == 500) /* of a request that came too early (14.2) */
		reply.retry_after_s = 1 + token_u32() % 10;
	return sip_reply(txn, &reply);
}

static void init(struct side *side)
{
	side->sip.local.session = token_u32();
	side->sip.local.version = token_u32() >> 1;
	accept_set_no_ack(&side->sip.accept, sip_in_no_ack, side);
}

static bool hears_digits(const struct side *in)
{
	return in->sip.answer_in_ack ||
	       sdp_find(in->sip.agreed, in->sip.n_agreed, PHONION_CODEC_TELEPHONE_EVENT);
}

static bool is_idle(const struct side *side)
{
	return !side->sip.wait.slot && !accept_pending(&side->sip.accept) &&
	       !side->sip.retry.slot && !side->sip.bye_owed;
}

static void moved(struct side *side, struct side *from)
{
	if (from->sip.invite)
		txn_own(from->sip.invite, NULL, NULL);
	side->sip.invite = NULL;
	side->sip.dialog->owner = side;
	accept_set_no_ack(&side->sip.accept, sip_in_no_ack, side);
}

static void release(struct side *side)
{
	if (side->sip.invite)
		txn_own(side->sip.invite, NULL, NULL);
	if (side->sip.wait.slot)
		txn_abandon(side->sip.invite); /* it might never end by itself */
	loop_timer_del(&side->sip.wait);
	accept_stop(&side->sip.accept);
	loop_timer_del(&side->sip.retry);
	free(side->sip.ack);
	if (side->sip.dialog)
		sip_remove_dialog(side->call->calls->sip, side->sip.dialog);
	dialog_free(side->sip.dialog);
}

const struct side_ops sip_side_ops = {
	.init = init,
	.dial = sip_out_dial,
	.ring = sip_in_ring,
	.answer = sip_in_answer,
	.end = end,
	.follow = modify_follow,
	.hears_digits = hears_digits,
	.is_idle = is_idle,
	.moved = moved,
	.describe = session_describe,
	.encode = sip_state_encode,
	.decode = sip_state_decode,
	.release = release,
};
