/* SPDX-License-Identifier: GPL-2.0 */
/* A side of a call that is a SIP dialog. */
#ifndef PHONION_SIP_SIDE_H
#define PHONION_SIP_SIDE_H

#include <jansson.h>

#include "call/cause.h"
#include "call/sip_accept.h"
#include "dataplane/dataplane.h"
#include "sip/sdp.h"
#include "sip/sip.h"

struct calls;
struct side;
struct side_ops;

struct sip_side {
	struct dialog *dialog;
	struct txn *invite;   /* pending: SIDE_INVITING its first, SIDE_UP our re-INVITE */
	uint32_t invite_cseq; /* of the last INVITE that we sent */
	bool provisional;     /* SIDE_OUT: one came, so that CANCEL may be sent */
	struct accept accept;
	bool answer_in_ack; /* our 2xx held the offer */
	bool bye_owed;	    /* as soon as ACK or the last of its wait comes */
	char *ack;	    /* our last, for a repeated 2xx */
	size_t ack_len;
	uint32_t ack_cseq;
	struct sdp_local local, told; /* what we say now, what we said last */
	struct sdp remote;	      /* what the peer said last */
	bool remote_known;
	enum sdp_direction said; /* the other side's wish, as we passed it on */
	struct sdp_format agreed[PHONION_MAX_PAYLOAD_TYPES];
	size_t n_agreed;
	struct loop_timer retry; /* of a re-INVITE after 491 */
	struct loop_timer wait;	 /* for the answer to our re-INVITE; set while one is pending */
};

extern const struct side_ops sip_side_ops;

/* sip_calls.c: what comes from SIP finds its side. */
int sip_calls_new(struct calls *calls);

/* sip_in.c: the near side, from INVITE to ACK */
void sip_in_invited(struct calls *calls, const struct conf_trunk *trunk, struct txn *txn);
/* An INVITE is being answered, and copies of it may come. */
void sip_in_remember(struct calls *calls, const osip_message_t *invite);
bool sip_in_repeated(struct calls *calls, const osip_message_t *invite);
void sip_in_ring(struct side *in, bool alerting, bool media);
int sip_in_answer(struct side *in);
void sip_in_acked(struct side *in, const osip_message_t *ack);
void sip_in_no_ack(void *side);
void sip_in_refuse(struct side *in, enum cause cause);

/* sip_out.c: the far side, from our INVITE to its answer */
enum cause sip_out_dial(struct side *out, const char *number);

/* sip_side.c: what is done to one side's dialog */
int sip_side_ack(struct side *side, uint32_t cseq);
/* BYE within the side's dialog: SIDE_LEAVING until it is answered. */
void sip_side_bye(struct side *side);
/* ACK and BYE to an answer that is too late or one too many. */
void sip_side_dismiss(struct side *side, const osip_message_t *response);
void sip_side_answered_again(struct side *side, const osip_message_t *response);
int sip_side_reply(struct side *side, struct txn *txn, int status, const struct text *sdp);

/* sip_session.c: offer and answer of one side */
int session_read(struct sdp *sdp, const osip_message_t *msg); /* -ENOENT: no SDP */
int session_accept_offer(struct side *side, const struct sdp *offer);
int session_accept_answer(struct side *side, const struct sdp *answer);
/*
 * ACCEPT, one of these two, of SDP, with the leg told of it; -EIO: it did not take that.
 * Failing either the session is as it was (RFC 3261, 14.1; RFC 3264, 8).
 */
int session_change(struct side *side, const struct sdp *sdp,
		   int (*accept)(struct side *side, const struct sdp *sdp));
void session_prepare_offer(struct side *side);
int session_write(struct side *side, struct text *text);
void session_describe(const struct side *side, struct dp_leg *leg);

/* sip_modify.c: re-INVITE, both ways */
void modify_invited(struct side *side, struct txn *txn);
void modify_acked(struct side *side, const osip_message_t *ack);
void modify_follow(struct side *side);
/* To the other side, whatever its trunk is: to follow what this one's peer wishes now. */
void modify_pass_on(const struct side *side);

/* sip_state.c: for a restarted daemon */
json_t *sip_state_encode(const struct side *side);
bool sip_state_decode(struct side *side, const json_t *state);

#endif
