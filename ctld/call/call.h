/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call: what came in by one trunk, joined with what went out by another.
 * Of one side the other learns only that there is a call, whether it rings,
 * is answered or refused, and whether it is on hold.
 */
#ifndef PHONION_CALL_H
#define PHONION_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "call/accept.h"
#include "call/cause.h"
#include "call/code_delay.h"
#include "call/recent.h"
#include "call/sound.h"
#include "conf/conf.h"
#include "dataplane/dataplane.h"
#include "loop/loop.h"
#include "protocol/hop.h"
#include "sip/sdp.h"
#include "sip/sip.h"

#define CALL_UID_SIZE	   16
#define CALL_INSTANCE_SIZE 8

struct book;
struct call;
struct code;
struct control;
struct firewall;
struct ports;
struct standing;

/* A configuration that lives as long as the last call that was made by it. */
struct conf_ref {
	struct conf *conf;
	unsigned int refs;
};

enum side_id { SIDE_IN, SIDE_OUT };

enum side_state {
	SIDE_NONE,
	SIDE_INVITING, /* the first INVITE has no final answer yet */
	SIDE_ANSWERED, /* SIDE_IN: 2xx is sent, ACK is awaited */
	SIDE_UP,
	SIDE_CANCELLED, /* SIDE_OUT: CANCEL is sent or owed, the answer awaited */
	SIDE_LEAVING,	/* BYE is sent */
	SIDE_DOWN,
};

/* One side's leg in the data plane. */
struct media_leg {
	uint32_t id;		    /* 0: none */
	uint8_t uid[CALL_UID_SIZE]; /* in its cookie: it may go from call to call */
	struct sockaddr_storage local;
	bool port_taken, firewall_open;
	enum sound sound; /* that it plays */
};

struct side {
	struct call *call;
	struct side *next_leg; /* legs.h */
	enum side_id id;
	enum side_state state;
	const struct conf_trunk *trunk;
	struct conf_ref *conf; /* that TRUNK is in: a side may outlive its call */
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
	enum sdp_direction wish; /* the peer's own, of its last offer */
	enum sdp_direction said; /* the other side's wish, as we passed it on */
	struct sdp_format agreed[PHONION_MAX_PAYLOAD_TYPES];
	size_t n_agreed;
	struct media_leg leg;
	uint8_t signal_owed;	 /* RFC 4733 event, when what is being sent is sent; 0: none */
	struct loop_timer retry; /* of a re-INVITE after 491 */
};

enum call_state {
	CALL_SETUP,
	CALL_CODE,
	CALL_RINGING,
	CALL_STANDING, /* one side is missing, or waits for the other to be joined with it */
	CALL_ANSWERED,
	CALL_ENDED
};

struct call {
	struct call *next, **at; /* in calls.list; what points to it there */
	struct calls *calls;
	uint32_t id; /* for people, in logs and events */
	enum call_state state;
	struct conf_ref *conf;
	char *circuit;		    /* its name; "-" while an access code is awaited */
	struct code *code;	    /* NULL: none is awaited */
	char postd[HOP_POSTD_SIZE]; /* still to be sent after the answer */
	uint64_t not_before_ns, not_after_ns;
	struct hop_timing timing;
	unsigned int told; /* how often the callee's relay was told that a caller is here */
	struct side sides[2];
	bool bridged;
	enum cause cause;
	uint64_t answered_s;	 /* CLOCK_REALTIME */
	struct loop_timer timer; /* ring time-out, then the wait after CANCEL */
	struct loop_timer reaper;
	char state_file[64]; /* "" when there is none */
};

struct calls_deps {
	struct loop *loop;
	struct dataplane *dp;
	struct firewall *firewall; /* NULL: none is kept; calls_free() closes it */
	struct control *control;
	struct ports *ports;
	struct book *book; /* NULL: static circuits only */
};

#define CALLS_BUCKETS 4096

struct calls {
	struct calls_deps deps;
	struct sip *sip;
	struct conf_ref *conf;
	struct call *list;
	struct side *legs[CALLS_BUCKETS];
	size_t n;
	uint32_t last_id;
	uint8_t instance[CALL_INSTANCE_SIZE];
	uint64_t started_ms, total, answered, ended[CAUSE_COUNT];
	struct recent recent;
	struct code_delay code_delay;
	struct standing *standing;
	struct loop_timer lease;
	bool stopping;
	loop_fn on_idle; /* when stopping and the last call is gone */
	void *idle_arg;
};

/* calls.c: all of them */
int calls_new(struct calls **calls, const struct calls_deps *deps, struct conf *conf);
void calls_free(struct calls *calls);
/* Takes CONF over when it can be applied. */
int calls_reconfigure(struct calls *calls, struct conf *conf);
/* Ends every call; ON_IDLE is called when that is done. */
void calls_stop(struct calls *calls, loop_fn on_idle, void *arg);
void calls_on_dp_event(const struct dp_event *event, void *arg);
struct call *calls_find(struct calls *calls, uint32_t id);
void conf_ref_put(struct conf_ref *conf);

/* call.c: the life of one */
struct call *call_new(struct calls *calls, struct conf_ref *conf, const char *circuit);
/* Leaves legs and state as they are: those are call_end()'s. */
void call_free(struct call *call);
void call_end(struct call *call, enum cause cause);
/* Frees it from the loop once both sides are down. */
void call_reap(struct call *call);
void call_event(const struct call *call, const char *name);
void call_log(const struct call *call, const char *what);
struct side *side_other(struct side *side);
void side_down(struct side *side);
void side_init(struct call *call, enum side_id id);
/* TRUNK is of the configuration that is in force now. */
void side_set_trunk(struct side *side, const struct conf_trunk *trunk);
/*
 * What is at SIDE's other end has gone, or cannot be had: the call ends, of which the
 * other side may stay (timing.c).
 */
void side_gone(struct side *side, enum cause cause);
const struct dataplane_ops *calls_ops(const struct calls *calls);

/* setup.c: the near side, from INVITE to ACK */
void setup_invite(struct calls *calls, const struct conf_trunk *trunk, struct txn *txn);
/* 180, or 183 with MEDIA, unless the caller has its answer. */
void setup_ringing(struct side *in, int status, bool media);
/* 200 with the session as it is. */
int setup_answer(struct side *in);
void setup_acked(struct side *side, const osip_message_t *ack);
void setup_no_ack(void *arg);

/* side.c: what is done to one side's dialog */
int side_ack(struct side *side, uint32_t cseq);
/* BYE within the side's dialog: SIDE_LEAVING until it is answered. */
void side_bye(struct side *side);
/* ACK and BYE to an answer that is too late or one too many. */
void side_dismiss(struct side *side, const osip_message_t *response);
void side_end(struct side *side, enum cause cause);
void side_answered_again(struct side *side, const osip_message_t *response);
int side_reply(struct side *side, struct txn *txn, int status, const struct text *sdp);

/* session.c: offer and answer of one side */
int session_read(struct sdp *sdp, const osip_message_t *msg); /* -ENOENT: no SDP */
int session_accept_offer(struct side *side, const struct sdp *offer);
int session_accept_answer(struct side *side, const struct sdp *answer);
void session_prepare_offer(struct side *side);
int session_write(struct side *side, struct text *text);

/* modify.c: re-INVITE, both ways */
void modify_invited(struct side *side, struct txn *txn);
void modify_acked(struct side *side, const osip_message_t *ack);
void modify_follow(struct side *side);

#endif
