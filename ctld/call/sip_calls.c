// SPDX-License-Identifier: GPL-2.0
/* What comes from SIP finds its side. */
#include "call/call.h"
#include "call/state.h"

static void on_invite(const struct conf_trunk *trunk, struct txn *txn, void *arg)
{
	sip_in_invited(arg, trunk, txn);
}

static void on_bye(struct side *side, struct txn *txn)
{
	struct call *call = side->call;

	sip_side_reply(side, txn, 200, NULL);
	if (side->state == SIDE_LEAVING || side->state == SIDE_DOWN)
		return;			    /* it crosses ours, which is being answered */
	if (side->state == SIDE_INVITING) { /* RFC 3261, 15.1.2 */
		call_end(call, CAUSE_CANCELLED);
		return;
	}
	accept_stop(&side->sip.accept);
	side->state = SIDE_DOWN;
	side_gone(side, call->state == CALL_ANSWERED ? CAUSE_NORMAL : CAUSE_CANCELLED);
	call_reap(call);
}

static void on_request(struct dialog *dialog, struct txn *txn, void *arg)
{
	const osip_message_t *msg = txn_message(txn);
	struct side *side = dialog->owner;

	(void)arg;
	if (MSG_IS_BYE(msg))
		on_bye(side, txn);
	else if (MSG_IS_INVITE(msg))
		modify_invited(side, txn);
	else
		sip_side_reply(side, txn, 200, NULL); /* OPTIONS (RFC 3261, 11.2) */
	if (side->call->state == CALL_ANSWERED)
		state_save(side->call); /* the peer's CSeq went up */
}

/* The peer lost our 2xx, and repeats its re-INVITE, whose transaction is over. */
static bool on_repeated(struct dialog *dialog, struct txn *txn, void *arg)
{
	const osip_message_t *msg = txn_message(txn);
	struct side *side = dialog->owner;

	if (accept_answers(&side->sip.accept, msg))
		accept_resend(&side->sip.accept);
	else if (!sip_in_repeated(arg, msg))
		return false;
	txn_abandon(txn);
	return true;
}

static void on_ack(struct dialog *dialog, const osip_message_t *ack, void *arg)
{
	struct side *side = dialog->owner;

	(void)arg;
	if (!accept_acked(&side->sip.accept, ack))
		return;
	if (side->state == SIDE_ANSWERED)
		sip_in_acked(side, ack);
	else
		modify_acked(side, ack);
}

static void on_answer(struct dialog *dialog, const osip_message_t *response, void *arg)
{
	(void)arg;
	sip_side_answered_again(dialog->owner, response);
}

static const struct sip_ops sip_ops = {
	.invite = on_invite,
	.request = on_request,
	.repeated = on_repeated,
	.ack = on_ack,
	.answer = on_answer,
};

int sip_calls_new(struct calls *calls)
{
	return sip_new(&calls->sip, calls->deps.loop, &sip_ops, calls);
}
