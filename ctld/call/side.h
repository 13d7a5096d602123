/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One side of a call, by whatever its trunk is: a SIP dialog, a call of a PRI span, a
 * line. What they have in common is here and in setup.c and dial.c, what they do is
 * behind struct side_ops. Each has one leg in the data plane.
 */
#ifndef PHONION_SIDE_H
#define PHONION_SIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "call/cas_side.h"
#include "call/cause.h"
#include "call/pri_side.h"
#include "call/sip_side.h"
#include "call/sound.h"
#include "call/tdm.h"
#include "dataplane/dataplane.h"

#define CALL_UID_SIZE 16

struct call;
struct conf_ref;
struct conf_trunk;

enum side_id { SIDE_IN, SIDE_OUT };

enum side_state {
	SIDE_NONE,
	SIDE_INVITING, /* it is asked for, and there is no final answer yet */
	SIDE_ANSWERED, /* SIDE_IN: the answer is sent, and to be confirmed */
	SIDE_UP,
	SIDE_CANCELLED, /* SIDE_OUT: it is taken back, and not confirmed yet */
	SIDE_LEAVING,	/* it is hung up, and not confirmed yet */
	SIDE_DOWN,
};

/* One side's leg in the data plane. */
struct media_leg {
	uint32_t id;		    /* 0: none */
	uint8_t uid[CALL_UID_SIZE]; /* in its cookie: it may go from call to call */
	struct tdm_leg tdm;
	struct sockaddr_storage local; /* of an RTP leg */
	bool port_taken, firewall_open;
	enum sound sound; /* that it plays */
};

struct side {
	struct call *call;
	struct side *next_leg; /* legs.h */
	enum side_id id;
	enum side_state state;
	const struct side_ops *ops;	/* NULL: there is no such side */
	const struct conf_trunk *trunk; /* NULL then too */
	struct conf_ref *conf;		/* that TRUNK is in: a side may outlive its call */
	enum sdp_direction wish;	/* the peer's own, which the other side follows */
	struct media_leg leg;
	uint8_t signal_owed; /* RFC 4733 event, when what is being sent is sent; 0: none */
	struct sip_side sip;
	struct pri_side pri;
	struct cas_side cas;
};

/*
 * What a kind of trunk does for its sides. It reports with dial_progress(),
 * dial_answered() and dial_failed() of what it was asked to dial, with setup_*() of who
 * calls, and with side_gone() of a peer that hangs up. Once end() was called it is to
 * make SIDE_DOWN of the side, by side_down(), sooner or later.
 */
struct side_ops {
	/* The side has a trunk now. */
	void (*init)(struct side *side);
	/* Opens the leg and asks the trunk for NUMBER; SIDE_INVITING, or why not. */
	enum cause (*dial)(struct side *out, const char *number);
	/* Tells who calls that it rings, or that MEDIA comes before the answer. */
	void (*ring)(struct side *in, bool alerting, bool media);
	/* Answers him, who has no answer yet. -errno. */
	int (*answer)(struct side *in);
	/* Refuses, takes back or hangs up, by the side's state. */
	void (*end)(struct side *side, enum cause cause);
	/* The other side wishes another direction of media than this one's peer was told. */
	void (*follow)(struct side *side);
	/* CALL_DIALLING: EVENT of RFC 4733 was heard. NULL: no call of this kind begins so. */
	void (*heard)(struct side *in, uint8_t event);
	/* Digits that who calls dials in the media would be heard of. */
	bool (*hears_digits)(const struct side *in);
	/* It waits for nothing, and may be moved to another call. */
	bool (*is_idle)(const struct side *side);
	/* It was moved here, as it is, from FROM, which is to be forgotten. */
	void (*moved)(struct side *side, struct side *from);
	/* Fills in what the leg is to be: payload types, remote, hold. */
	void (*describe)(const struct side *side, struct dp_leg *leg);
	/*
	 * What a restarted daemon needs to go on with a side that is up, and back. SIDE_DOWN:
	 * it cannot go on with that.
	 */
	json_t *(*encode)(const struct side *side);
	bool (*decode)(struct side *side, const json_t *state);
	/* Frees what it holds. */
	void (*release)(struct side *side);
};

/* Has the call this side, or had it one? */
static inline bool side_present(const struct side *side)
{
	return side->ops;
}

/* call.c */
struct side *side_other(const struct side *side);
void side_init(struct call *call, enum side_id id);
/* TRUNK is of the configuration that is in force now. */
void side_set_trunk(struct side *side, const struct conf_trunk *trunk);
void side_down(struct side *side);
void side_end(struct side *side, enum cause cause);

/*
 * timing.c: what is at SIDE's other end has gone, or cannot be had. The call ends, of
 * which the other side may stay.
 */
void side_gone(struct side *side, enum cause cause);

#endif
