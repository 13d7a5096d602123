/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The leg of a side that is a telephone channel: the channel of a card, connected in
 * DAHDI with one of phonion_dahdi.ko's, which is a leg like any other.
 */
#ifndef PHONION_CALL_TDM_H
#define PHONION_CALL_TDM_H

#include "call/cause.h"
#include "dahdi/channel.h"
#include "dataplane/dataplane.h"

struct call;
struct side;

struct tdm_leg {
	struct dahdi_channel card, ours; /* card.number 0: the leg is RTP */
};

/* Takes CARD over, also on error, and makes the leg. */
int tdm_open(struct side *side, const struct dahdi_channel *card);
/* Its leg is one, or is to be. */
bool tdm_has_channel(const struct side *side);
/* The leg is gone; a second call does nothing. */
void tdm_close(struct tdm_leg *tdm);
/*
 * CARD's leg, made by a daemon before; takes CARD over. Its channels stay connected as they
 * are, by the descriptors that the data plane has, and ours is free when the leg goes.
 */
void tdm_adopt(struct tdm_leg *tdm, const struct dahdi_channel *card);
/* Fills in what the leg is to be. */
void tdm_describe(const struct side *side, struct dp_leg *leg);
/*
 * Both legs of an answered call are channels of one law, and nothing is to be heard or
 * said between them: DAHDI connects the two cards' channels, without packets. The legs
 * stay, for the call's window and lease, and hold the channels. What cannot be connected
 * so is left bridged.
 */
void tdm_cross_connect(struct call *call);
/* So of such legs of an answered call that are not bridged the channels are connected. */
bool tdm_may_cross_connect(const struct call *call);

/* What sides of both kinds of telephone trunk do, by struct side_ops. */
void tdm_follow(struct side *side);
bool tdm_hears_digits(const struct side *in);

/* Of what a trunk was asked to dial: -errno. */
enum cause tdm_dial_cause(int err);
/* Q.850's, for who is at SIDE's other end. */
int tdm_cause_for_peer(const struct side *side, enum cause cause);
/* OUT, which is SIDE_UP, was answered; its leg was opened, or CAUSE says why not. */
void tdm_answered(struct side *out, enum cause cause);
/* The trunk's call of SIDE is gone, for Q.850's CAUSE: SIDE_DOWN. */
void tdm_ended(struct side *side, int cause);

#endif
