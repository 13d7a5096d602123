// SPDX-License-Identifier: GPL-2.0
/* What is done to a side that is a call of a PRI span, and its way out. */
#include <errno.h>
#include <string.h>

#include "call/call.h"
#include "call/dial.h"
#include "call/media.h"
#include "call/pri_internal.h"
#include "conf/pri.h"
#include "isdn/isdn.h"
#include "isdn/q850.h"
#include "isdn/spans.h"
#include "log/log.h"

static void end(struct side *side, enum cause cause)
{
	if (side->pri.call)
		isdn_hangup(side->pri.call, tdm_cause_for_peer(side, cause));
	side->pri.call = NULL;
	side_down(side);
}

enum cause pri_side_open_leg(struct side *side)
{
	unsigned int slot = isdn_call_channel(side->pri.call), number;
	struct dahdi_channel card;
	int err;

	if (!slot)
		return CAUSE_FAR_MEDIA;
	number = conf_pri_channel(&side->trunk->pri, slot);
	if (side->leg.id && side->leg.tdm.card.number == number)
		return CAUSE_NORMAL;
	media_close_leg(side); /* the peer has named another channel since */
	err = dahdi_channel_open(&card, number);
	if (err)
		log_warn("trunk %s: channel %u: %s", side->trunk->name, number, strerror(-err));
	else
		err = tdm_open(side, &card);
	return err ? media_cause(err) : CAUSE_NORMAL;
}

static enum cause dial_out(struct side *out, const char *number)
{
	const struct conf_trunk *trunk = out->trunk;
	struct isdn_span *span = spans_find(out->call->calls->deps.spans, trunk->name);
	struct isdn_dial dial = { .number = number,
				  .caller = trunk->number,
				  .restricted = !trunk->pri.show_number,
				  .owner = out };
	int err = span ? isdn_call_new(span, &dial, &out->pri.call) : -ENETDOWN;

	if (err) {
		out->pri.call = NULL;
		return tdm_dial_cause(err);
	}
	out->state = SIDE_INVITING;
	return CAUSE_NORMAL;
}

/* Whose telephone is to make the tone, the caller's exchange knows by itself. */
static void ring(struct side *in, bool alerting, bool media)
{
	if (alerting && !isdn_alerting(in->pri.call, media))
		return;
	if (media)
		isdn_progress(in->pri.call);
}

static int answer(struct side *in)
{
	int err = isdn_answer(in->pri.call);

	if (!err)
		in->state = SIDE_UP;
	return err;
}

static void init(struct side *side)
{
	side->pri.call = NULL;
}

static bool is_idle(const struct side *side)
{
	return side->pri.call;
}

static void moved(struct side *side, struct side *from)
{
	from->pri.call = NULL;
	isdn_call_set_owner(side->pri.call, side);
}

static json_t *encode(const struct side *side)
{
	struct isdn_saved saved;

	if (!side->pri.call || isdn_call_save(side->pri.call, &saved))
		return json_object();
	return json_pack("{s:i, s:b, s:i, s:b}", "reference", (int)saved.reference, "incoming",
			 saved.incoming, "slot", (int)saved.channel, "alaw",
			 side->leg.tdm.card.alaw);
}

/* The peer goes on with it once it has said by STATUS that it does; or tells that it is over. */
static int adopt(struct side *side, const struct isdn_saved *saved)
{
	struct isdn_span *span = spans_find(side->call->calls->deps.spans, side->trunk->name);
	int err = span ? isdn_span_adopt(span, saved, side, &side->pri.call) : -ENETDOWN;

	if (err) {
		side->pri.call = NULL;
		log_warn("trunk %s: a call cannot be taken up: %s", side->trunk->name,
			 strerror(-err));
	}
	return err;
}

/* SIDE_DOWN of what cannot be taken up: the other side is to be told. */
static bool decode(struct side *side, const json_t *state)
{
	int reference, slot, incoming, alaw;
	struct dahdi_channel card = { .fd = -1 }; /* the leg alone has it */
	struct isdn_saved saved;

	side->state = SIDE_DOWN;
	if (json_unpack((json_t *)state, "{s:i, s:b, s:i, s:b}", "reference", &reference,
			"incoming", &incoming, "slot", &slot, "alaw", &alaw))
		return true;
	saved = (struct isdn_saved){ reference, incoming, slot };
	if (adopt(side, &saved))
		return true;
	side->state = SIDE_UP;
	card.number = conf_pri_channel(&side->trunk->pri, slot);
	card.alaw = alaw;
	tdm_adopt(&side->leg.tdm, &card);
	return true;
}

static void release(struct side *side)
{
	if (side->pri.call)
		isdn_hangup(side->pri.call, Q850_NORMAL_CLEARING);
}

const struct side_ops pri_side_ops = {
	.init = init,
	.dial = dial_out,
	.ring = ring,
	.answer = answer,
	.end = end,
	.follow = tdm_follow,
	.hears_digits = tdm_hears_digits,
	.is_idle = is_idle,
	.moved = moved,
	.describe = tdm_describe,
	.encode = encode,
	.decode = decode,
	.release = release,
};
