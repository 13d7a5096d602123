// SPDX-License-Identifier: GPL-2.0
/* Legs that are telephone channels. */
#include <errno.h>
#include <string.h>

#include "call/call.h"
#include "call/dial.h"
#include "call/media.h"
#include "call/tdm.h"
#include "isdn/q850.h"
#include "log/log.h"

#define TELEPHONE_EVENT 101 /* no packet shows it */

static int connect_ours(struct tdm_leg *tdm)
{
	int err = dahdi_channel_ours(&tdm->ours);

	if (!err)
		err = dahdi_channel_connect(&tdm->card, &tdm->ours);
	if (err)
		log_warn("no channel of phonion_dahdi.ko: %s", strerror(-err));
	return err;
}

int tdm_open(struct side *side, const struct dahdi_channel *card)
{
	struct tdm_leg *tdm = &side->leg.tdm;
	int err;

	tdm->card = *card;
	err = connect_ours(tdm);
	if (!err)
		err = media_open(side);
	if (err)
		tdm_close(tdm);
	return err;
}

bool tdm_has_channel(const struct side *side)
{
	return side->leg.tdm.card.number;
}

/* A line has its channel open still, which is not to stay connected. */
void tdm_close(struct tdm_leg *tdm)
{
	if (tdm->card.number && tdm->card.fd >= 0)
		dahdi_channel_part(&tdm->card);
	dahdi_channel_close(&tdm->card);
	dahdi_channel_close(&tdm->ours);
}

void tdm_adopt(struct tdm_leg *tdm, const struct dahdi_channel *card)
{
	tdm->card = *card;
}

void tdm_describe(const struct side *side, struct dp_leg *leg)
{
	const struct tdm_leg *tdm = &side->leg.tdm;

	leg->tdm = (struct dp_tdm){ .channel = tdm->ours.number,
				    .hold = { tdm->ours.fd, tdm->card.fd },
				    .delay_min_ms = side->trunk->tdm.delay_min_ms,
				    .delay_max_ms = side->trunk->tdm.delay_max_ms };
	leg->pt[0] = (struct dp_payload_type){ tdm->card.alaw ? 8 : 0,
					       tdm->card.alaw ? PHONION_CODEC_PCMA
							      : PHONION_CODEC_PCMU };
	leg->pt[1] = (struct dp_payload_type){ TELEPHONE_EVENT, PHONION_CODEC_TELEPHONE_EVENT };
	leg->n_pt = 2;
}

/* Who stands, or is told of others, has a leg that sounds and signals go by. */
bool tdm_may_cross_connect(const struct call *call)
{
	const struct dahdi_channel *a = &call->sides[SIDE_IN].leg.tdm.card;
	const struct dahdi_channel *b = &call->sides[SIDE_OUT].leg.tdm.card;

	return a->number && b->number && a->alaw == b->alaw &&
	       call->timing.raise == HOP_RAISE_CALL && call->timing.keep == HOP_KEEP_CALL;
}

void tdm_cross_connect(struct call *call)
{
	struct tdm_leg *in = &call->sides[SIDE_IN].leg.tdm, *out = &call->sides[SIDE_OUT].leg.tdm;

	if (!tdm_may_cross_connect(call))
		return;
	if (dahdi_channel_connect(&in->card, &out->card)) {
		log_warn("call %u: its channels cannot be connected", call->id);
		dahdi_channel_connect(&in->card, &in->ours);
		dahdi_channel_connect(&out->card, &out->ours);
		return;
	}
	/* Nothing is to be made of what these still would hear. */
	dahdi_channel_part(&in->ours);
	dahdi_channel_part(&out->ours);
	calls_ops(call->calls)->bridge_del(call->calls->deps.dp, call->sides[SIDE_IN].leg.id);
	call_log(call, "its channels are connected, without packets");
}

/* Nobody on a telephone line can be told of another direction. */
void tdm_follow(struct side *side)
{
	(void)side;
}

bool tdm_hears_digits(const struct side *in)
{
	(void)in;
	return true;
}

enum cause tdm_dial_cause(int err)
{
	switch (err) {
	case -EBUSY:
		return CAUSE_TRUNK_FULL;
	case -ENOMEM:
	case -EINVAL:
	case -ENODATA:
		return CAUSE_INTERNAL;
	default:
		return CAUSE_FAR_UNREACHABLE;
	}
}

/* The far side's own words stop here, and who talked hears none (RFC 3398, 8.2.6.1). */
int tdm_cause_for_peer(const struct side *side, enum cause cause)
{
	if (side->id == SIDE_OUT || side->state == SIDE_UP)
		return Q850_NORMAL_CLEARING;
	return q850_of_status(cause_status(cause));
}

void tdm_answered(struct side *out, enum cause cause)
{
	if (!cause && dial_join(out))
		cause = CAUSE_DATA_PLANE;
	if (!cause && dial_tell(out->call))
		cause = CAUSE_INTERNAL;
	if (cause)
		side_gone(out, cause);
	else
		dial_answered(out);
}

void tdm_ended(struct side *side, int cause)
{
	bool asked = side->id == SIDE_OUT && side->state == SIDE_INVITING;

	side->state = SIDE_DOWN;
	if (asked) {
		dial_failed(side, cause_of_status(q850_to_status(cause)));
		return;
	}
	side_gone(side, side->call->state == CALL_ANSWERED ? CAUSE_NORMAL : CAUSE_CANCELLED);
	call_reap(side->call);
}
