// SPDX-License-Identifier: GPL-2.0
/* What is done to a side that is a call of a line, and its way out. */
#include <errno.h>
#include <string.h>

#include "call/call.h"
#include "call/cas_internal.h"
#include "call/dial.h"
#include "call/media.h"
#include "cas/cas.h"
#include "cas/lines.h"
#include "isdn/q850.h"
#include "log/log.h"

static void end(struct side *side, enum cause cause)
{
	if (side->cas.call)
		cas_hangup(side->cas.call, tdm_cause_for_peer(side, cause));
	side->cas.call = NULL;
	side_down(side);
}

enum cause cas_side_open_leg(struct side *side)
{
	struct dahdi_channel card;
	int err;

	if (side->leg.id)
		return CAUSE_NORMAL;
	err = dahdi_channel_dup(&card, cas_line_fd(cas_call_line(side->cas.call)));
	if (err)
		log_warn("trunk %s: no channel: %s", side->trunk->name, strerror(-err));
	else
		err = tdm_open(side, &card);
	return err ? media_cause(err) : CAUSE_NORMAL;
}

static enum cause dial_out(struct side *out, const char *number)
{
	struct cas_line *line = lines_hunt(out->call->calls->deps.lines, out->trunk->name);
	int err = line ? cas_call_new(line, number, out, &out->cas.call) : -EBUSY;

	if (err) {
		out->cas.call = NULL;
		log_warn("trunk %s: no line is seized: %s", out->trunk->name,
			 err == -ENODATA ? "DAHDI has no tone zone" : strerror(-err));
		return tdm_dial_cause(err);
	}
	out->state = SIDE_INVITING;
	return CAUSE_NORMAL;
}

/* Nobody else makes a tone for who has a line of ours at his ear. */
static void ring(struct side *in, bool alerting, bool media)
{
	if (media)
		media_play(in, SOUND_NONE);
	else if (alerting)
		media_play(in, SOUND_RING);
}

static int answer(struct side *in)
{
	int err = cas_answer(in->cas.call);

	if (!err)
		in->state = SIDE_UP;
	return err;
}

static void heard(struct side *in, uint8_t event)
{
	static const char digits[] = "0123456789*#"; /* RFC 4733, table 3 */

	if (event < sizeof(digits) - 1)
		cas_call_digit(in->cas.call, digits[event]);
}

static void init(struct side *side)
{
	side->cas.call = NULL;
}

static bool is_idle(const struct side *side)
{
	return side->cas.call;
}

static void moved(struct side *side, struct side *from)
{
	from->cas.call = NULL;
	cas_call_set_owner(side->cas.call, side);
}

static json_t *encode(const struct side *side)
{
	if (!side->cas.call)
		return json_object();
	return json_pack("{s:i}", "channel", (int)side->leg.tdm.card.number);
}

/* The leg has the channel, where nobody gets at it; the line has what was held. */
static int adopt(struct side *side, unsigned int channel)
{
	struct dahdi_channel card;
	int err = lines_adopt(side->call->calls->deps.lines, side->trunk->name, channel, side,
			      &side->cas.call);

	if (err)
		return err;
	err = dahdi_channel_dup(&card, cas_line_fd(cas_call_line(side->cas.call)));
	if (err) {
		cas_hangup(side->cas.call, Q850_TEMPORARY_FAILURE);
		side->cas.call = NULL;
		return err;
	}
	tdm_adopt(&side->leg.tdm, &card);
	return 0;
}

/*
 * SIDE_DOWN of what cannot be taken up: the leg that is left has the channel then, which
 * nobody else can open until it goes.
 */
static bool decode(struct side *side, const json_t *state)
{
	int channel, err;

	side->state = SIDE_DOWN;
	if (json_unpack((json_t *)state, "{s:i}", "channel", &channel))
		return true;
	err = adopt(side, channel);
	if (!err)
		side->state = SIDE_UP;
	else
		log_warn("trunk %s: channel %d: its call cannot be taken up: %s", side->trunk->name,
			 channel, err == -ENODATA ? "nobody has held the channel" : strerror(-err));
	return true;
}

static void release(struct side *side)
{
	if (side->cas.call)
		cas_hangup(side->cas.call, Q850_NORMAL_CLEARING);
	tdm_close(&side->leg.tdm);
}

const struct side_ops cas_side_ops = {
	.init = init,
	.dial = dial_out,
	.ring = ring,
	.answer = answer,
	.end = end,
	.follow = tdm_follow,
	.heard = heard,
	.hears_digits = tdm_hears_digits,
	.is_idle = is_idle,
	.moved = moved,
	.describe = tdm_describe,
	.encode = encode,
	.decode = decode,
	.release = release,
};
