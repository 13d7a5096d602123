// SPDX-License-Identifier: GPL-2.0
/*
 * re-INVITE, both ways (RFC 3261, 14): hold and resume, a peer whose media
 * moves, and refreshes. Each is answered at once from this side's own state;
 * of all it says only the direction goes on, as a re-INVITE of ours.
 */
#include <errno.h>
#include <stdlib.h>

#include "call/call.h"
#include "call/state.h"
#include "log/log.h"

#define ANSWER_WAIT_MS (64 * 500) /* RFC 3261, 64 * T1 */

static void on_reinvite(struct txn *txn, enum txn_event event, const osip_message_t *msg,
			void *arg);

/*
 * Once a provisional response came, no timer of the transaction's is set, and the peer
 * may have died. Its TXN_ENDED ends the call.
 */
static void on_wait(void *arg)
{
	struct side *side = arg;

	txn_abandon(side->sip.invite);
}

static void wait_for_answer(struct side *side)
{
	loop_timer_set(side->call->calls->deps.loop, &side->sip.wait, ANSWER_WAIT_MS, on_wait,
		       side);
}

static void answered(struct side *side, struct txn *txn)
{
	txn_own(txn, NULL, NULL);
	side->sip.invite = NULL;
	loop_timer_del(&side->sip.wait);
}

static void reinvite(struct side *side)
{
	struct calls *calls = side->call->calls;
	char buf[SDP_TEXT_SIZE];
	struct text sdp;

	session_prepare_offer(side);
	side->sip.local.direction = side_other(side)->wish;
	text_init(&sdp, buf, sizeof(buf));
	session_write(side, &sdp);
	if (sip_request(calls->sip, side->sip.dialog, "INVITE", &sdp, on_reinvite, side,
			&side->sip.invite))
		side->sip.invite = NULL;
	if (side->sip.invite)
		wait_for_answer(side);
	side->sip.invite_cseq = side->sip.dialog->local_cseq;
	state_save(side->call);
}

static void on_retry(void *arg)
{
	modify_follow(arg);
}

/*
 * After a glare the owner of the Call-ID waits longer, so that the two do not
 * meet again (RFC 3261, 14.1).
 */
static void retry_later(struct side *side)
{
	unsigned int wait_ms = token_u32() % 2000;

	if (side->id == SIDE_OUT)
		wait_ms = 2100 + token_u32() % 1900;
	loop_timer_set(side->call->calls->deps.loop, &side->sip.retry, wait_ms, on_retry, side);
}

void modify_follow(struct side *side)
{
	bool quiet = !side->sip.invite && !accept_pending(&side->sip.accept) &&
		     !side->sip.retry.slot;

	if (side->state != SIDE_UP || side->call->state != CALL_ANSWERED || !quiet ||
	    side->sip.said == side_other(side)->wish)
		return;
	reinvite(side);
}

void modify_pass_on(const struct side *side)
{
	struct side *other = side_other(side);

	if (side_present(other))
		other->ops->follow(other);
}

/* -EIO: it goes by what the peer says, and the leg does not. */
static int take_answer(struct side *side, const osip_message_t *msg)
{
	struct sdp answer;
	int err = session_read(&answer, msg);

	return err ? err : session_change(side, &answer, session_accept_answer);
}

static void on_accepted(struct side *side, const osip_message_t *msg)
{
	int err = 0;

	dialog_refresh(side->sip.dialog, msg);
	if (side->call->state != CALL_ENDED)
		err = take_answer(side, msg);
	sip_side_ack(side, side->sip.invite_cseq);
	if (err == -EIO)
		side_gone(side, CAUSE_DATA_PLANE);
}

/* A refusal leaves the session as it was; to ask again would change nothing. */
static void on_final(struct side *side, const osip_message_t *msg)
{
	int status = msg->status_code;

	if (status < 300)
		on_accepted(side, msg);
	if (side->call->state == CALL_ENDED)
		return;
	if (status == 491) {
		retry_later(side);
		return;
	}
	if (status == 408 || status == 481) { /* RFC 3261, 12.2.1.2 */
		call_end(side->call, CAUSE_LOST);
		return;
	}
	side->sip.said = side->sip.local.direction;
	state_save(side->call);
	modify_follow(side);
	modify_pass_on(side);
}

static void on_reinvite(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg)
{
	struct side *side = arg;

	switch (event) {
	case TXN_RESPONSE:
		if (msg->status_code < 200) {
			wait_for_answer(side);
			return;
		}
		answered(side, txn);
		on_final(side, msg);
		break;
	case TXN_TIMEOUT:
	case TXN_FAILED:
	case TXN_ENDED:
		answered(side, txn);
		call_end(side->call, CAUSE_LOST);
		break;
	case TXN_CANCELLED:
		break;
	}
}

static int take_offer(struct side *side, const osip_message_t *msg)
{
	struct sdp offer;
	int err = session_read(&offer, msg);

	if (err == -ENOENT) {
		side->sip.answer_in_ack = true;
		session_prepare_offer(side);
		side->sip.said = side->sip.local.direction = side_other(side)->wish;
		return 0;
	}
	if (!err)
		err = session_change(side, &offer, session_accept_offer);
	if (err == -EIO)
		return 500;
	return !err ? 0 : err == -EBADMSG ? 400 : 488;
}

/* 0, or why a re-INVITE cannot be taken now (RFC 3261, 14.2). */
static int check_state(const struct side *side)
{
	if (side->state == SIDE_LEAVING || side->state == SIDE_DOWN)
		return 481;
	if (side->sip.invite && side->id == SIDE_IN && side->state == SIDE_INVITING)
		return 500;
	if (side->sip.invite)
		return 491;
	if (side->state != SIDE_UP || accept_pending(&side->sip.accept))
		return 500;
	return 0;
}

void modify_invited(struct side *side, struct txn *txn)
{
	struct calls *calls = side->call->calls;
	const osip_message_t *msg = txn_message(txn);
	char buf[SDP_TEXT_SIZE];
	struct text sdp;
	struct message_reply reply = { .status = 200, .dialog = side->sip.dialog, .sdp = &sdp };
	int status = check_state(side);

	if (!status)
		status = take_offer(side, msg);
	if (status) {
		sip_side_reply(side, txn, status, NULL);
		return;
	}
	dialog_refresh(side->sip.dialog, msg);
	text_init(&sdp, buf, sizeof(buf));
	session_write(side, &sdp);
	sip_in_remember(calls, msg);
	if (accept_start(&side->sip.accept, calls->sip, calls->deps.loop, txn, &reply))
		log_warn("call %u: a re-INVITE was not answered", side->call->id);
	state_save(side->call);
	modify_pass_on(side);
}

void modify_acked(struct side *side, const osip_message_t *ack)
{
	int err = 0;

	if (side->sip.bye_owed) {
		sip_side_bye(side);
		return;
	}
	if (side->sip.answer_in_ack)
		err = take_answer(side, ack);
	side->sip.answer_in_ack = false;
	if (err == -EIO) {
		side_gone(side, CAUSE_DATA_PLANE);
		return;
	}
	modify_pass_on(side);
	state_save(side->call);
	modify_follow(side);
}
