// SPDX-License-Identifier: GPL-2.0
/* What is done to one side's dialog. */
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
	if (err)
		return err;
	if (dialog == side->dialog) {
		free(side->ack);
		side->ack = malloc(text.len);
		side->ack_len = side->ack ? text.len : 0;
		side->ack_cseq = cseq;
		if (side->ack)
			memcpy(side->ack, text.buf, text.len);
	}
	return sip_send(side->call->calls->sip, &dialog->path, text.buf, text.len);
}

/* ACK to a 2xx is ours to make and to repeat (RFC 3261, 13.2.2.4). */
int side_ack(struct side *side, uint32_t cseq)
{
	return send_ack(side, side->dialog, cseq);
}

void side_down(struct side *side)
{
	side->state = SIDE_DOWN;
	call_reap(side->call);
}

static void on_bye(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg)
{
	struct side *side = arg;

	if (event == TXN_RESPONSE && msg->status_code < 200)
		return;
	txn_own(txn, NULL, NULL);
	side_down(side);
}

void side_bye(struct side *side)
{
	struct txn *txn;

	accept_stop(&side->accept);
	side->state = SIDE_LEAVING;
	if (sip_request(side->call->calls->sip, side->dialog, "BYE", NULL, on_bye, side, &txn))
		side_down(side);
}

void side_dismiss(struct side *side, const osip_message_t *response)
{
	struct dialog *fork = dialog_fork(side->dialog, response);
	struct txn *txn;

	if (!fork)
		return;
	send_ack(side, fork, strtoul(response->cseq->number, NULL, 10));
	sip_request(side->call->calls->sip, fork, "BYE", NULL, NULL, NULL, &txn);
	dialog_free(fork);
}

/* Repeated by a peer that lost our ACK, or a second phone that answered. */
void side_answered_again(struct side *side, const osip_message_t *response)
{
	const char *tag = message_tag(response->to);
	uint32_t cseq = strtoul(response->cseq->number, NULL, 10);

	if (!tag || !side->dialog->remote_tag)
		return;
	if (strcmp(tag, side->dialog->remote_tag)) {
		side_dismiss(side, response);
		return;
	}
	if (side->ack && cseq == side->ack_cseq)
		sip_send(side->call->calls->sip, &side->dialog->path, side->ack, side->ack_len);
}

static void on_cancel_wait(void *arg)
{
	struct side *side = arg;

	if (side->invite)
		txn_abandon(side->invite); /* its TXN_ENDED takes the side down */
	else
		side_down(side);
}

/* Before a provisional response CANCEL could overtake INVITE (9.1). */
static void cancel(struct side *side)
{
	struct call *call = side->call;

	side->state = SIDE_CANCELLED;
	loop_timer_set(call->calls->deps.loop, &call->timer, CANCEL_WAIT_MS, on_cancel_wait, side);
	if (side->provisional)
		sip_cancel(call->calls->sip, side->invite);
}

static void refuse(struct side *side, enum cause cause)
{
	struct txn *invite = side->invite;

	side->invite = NULL;
	if (invite) {
		txn_own(invite, NULL, NULL);
		side_reply(side, invite, cause_status(cause), NULL);
	}
	side_down(side);
}

void side_end(struct side *side, enum cause cause)
{
	loop_timer_del(&side->retry);
	switch (side->state) {
	case SIDE_NONE:
		side_down(side);
		break;
	case SIDE_INVITING:
		if (side->id == SIDE_IN)
			refuse(side, cause);
		else
			cancel(side);
		break;
	case SIDE_ANSWERED:
		side->bye_owed = true; /* the callee must wait for ACK (15) */
		break;
	case SIDE_UP:
		if (accept_pending(&side->accept))
			side->bye_owed = true;
		else
			side_bye(side);
		break;
	case SIDE_CANCELLED:
	case SIDE_LEAVING:
	case SIDE_DOWN:
		break;
	}
}

int side_reply(struct side *side, struct txn *txn, int status, const struct text *sdp)
{
	struct message_reply reply = { .status = status, .sdp = sdp };

	reply.tag = side->dialog->local_tag;
	if (status > 100 && status < 300)
		reply.dialog = side->dialog;
	if (status == 500) /* of a request that came too early (14.2) */
		reply.retry_after_s = 1 + token_u32() % 10;
	return sip_reply(txn, &reply);
}
