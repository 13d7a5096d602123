// SPDX-License-Identifier: GPL-2.0
/* Legs that are telephone channels. */
#include <errno.h>
#include <string.h>

#include "call/call.h"
#include "call/media.h"
#include "call/tdm.h"
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

void tdm_close(struct tdm_leg *tdm)
{
	dahdi_channel_close(&tdm->card);
	dahdi_channel_close(&tdm->ours);
}

void tdm_adopt(struct tdm_leg *tdm, unsigned int number, bool alaw)
{
	tdm->card = (struct dahdi_channel){ .number = number, .fd = -1, .alaw = alaw };
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
