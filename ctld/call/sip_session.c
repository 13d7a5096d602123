// SPDX-License-Identifier: GPL-2.0
/*
 * Offer and answer of one side (RFC 3264). Each side has a session of its
 * own; what the two agree with their peers may differ, and the data plane
 * converts between them.
 */
#include <errno.h>
#include <string.h>

#include "call/call.h"
#include "call/media.h"

#define TELEPHONE_EVENT_NUMBER 101

int session_read(struct sdp *sdp, const osip_message_t *msg)
{
	osip_body_t *body = osip_list_get(&msg->bodies, 0);

	if (!body || !body->length)
		return -ENOENT;
	return sdp_parse(sdp, body->body, body->length);
}

static bool family_fits(const struct side *side, const struct sdp *sdp)
{
	return !sdp->remote.ss_family || sdp->remote.ss_family == side->trunk->media.ss_family;
}

/* An address is kept when the peer, to be on hold, takes it back. */
static void remember(struct side *side, const struct sdp *sdp)
{
	struct sockaddr_storage last = side->sip.remote.remote;

	side->sip.remote = *sdp;
	if (!sdp->remote.ss_family)
		side->sip.remote.remote = last;
	side->sip.remote_known = true;
}

static void agree(struct side *side, const struct sdp_format *format)
{
	if (format && side->sip.n_agreed < PHONION_MAX_PAYLOAD_TYPES)
		side->sip.agreed[side->sip.n_agreed++] = *format;
}

/*
 * What the peer leaves out itself: who was told that nothing is sent to it, or taken
 * from it, can only repeat that.
 */
static enum sdp_direction own_wish(enum sdp_direction says, enum sdp_direction told)
{
	return says & ~sdp_reverse(told);
}

/* One speech codec, the first of ours, so that the peer cannot switch. */
int session_accept_offer(struct side *side, const struct sdp *offer)
{
	const struct sdp_format *speech = NULL;
	size_t i;

	for (i = 0; i < side->trunk->n_codecs && !speech; i++)
		speech = sdp_find(offer->formats, offer->n_formats, side->trunk->codecs[i]);
	if (!speech || !family_fits(side, offer))
		return -EPROTONOSUPPORT;
	remember(side, offer);
	side->wish = own_wish(offer->direction, side->sip.said);
	side->sip.said = side_other(side)->wish;
	side->sip.n_agreed = 0;
	agree(side, speech);
	agree(side, sdp_find(offer->formats, offer->n_formats, PHONION_CODEC_TELEPHONE_EVENT));
	memcpy(side->sip.local.formats, side->sip.agreed, sizeof(side->sip.agreed));
	side->sip.local.n_formats = side->sip.n_agreed;
	/*
	 * The answer says anew what the other side wishes. If an offer of ours had to, a
	 * relay as peer would answer so too, and the two would go on for ever.
	 */
	side->sip.local.direction = sdp_reverse(offer->direction) | side->sip.said;
	return 0;
}

/*
 * The peer may use whatever both name. What it leaves out before the call is answered is
 * of the moment, as with early media, and does not go on to the other side.
 */
int session_accept_answer(struct side *side, const struct sdp *answer)
{
	struct sdp_format agreed[PHONION_MAX_PAYLOAD_TYPES];
	size_t i, n = 0;
	bool speech = false;

	for (i = 0; i < answer->n_formats; i++) {
		enum phonion_codec codec = answer->formats[i].codec;

		if (!sdp_find(side->sip.local.formats, side->sip.local.n_formats, codec))
			continue;
		speech |= codec == PHONION_CODEC_PCMU || codec == PHONION_CODEC_PCMA;
		agreed[n++] = answer->formats[i];
	}
	if (!speech || !family_fits(side, answer))
		return -EPROTONOSUPPORT;
	remember(side, answer);
	if (side->call->state == CALL_ANSWERED)
		side->wish = own_wish(answer->direction, side->sip.local.direction);
	memcpy(side->sip.agreed, agreed, n * sizeof(agreed[0]));
	side->sip.n_agreed = n;
	return 0;
}

/* All that accepting changes. */
static void restore(struct side *side, const struct side *before)
{
	side->wish = before->wish;
	side->sip.said = before->sip.said;
	side->sip.local = before->sip.local;
	side->sip.remote = before->sip.remote;
	side->sip.remote_known = before->sip.remote_known;
	memcpy(side->sip.agreed, before->sip.agreed, sizeof(side->sip.agreed));
	side->sip.n_agreed = before->sip.n_agreed;
}

int session_change(struct side *side, const struct sdp *sdp,
		   int (*accept)(struct side *side, const struct sdp *sdp))
{
	const struct side before = *side;
	int err = accept(side, sdp);

	if (!err && media_apply(side))
		err = -EIO;
	if (err)
		restore(side, &before);
	return err;
}

static void add_format(struct sdp_local *local, uint8_t number, enum phonion_codec codec)
{
	local->formats[local->n_formats++] = (struct sdp_format){ number, codec };
}

void session_prepare_offer(struct side *side)
{
	struct sdp_local *local = &side->sip.local;
	size_t i;

	if (side->sip.n_agreed) { /* once numbers mean something they keep it (8.3.2) */
		memcpy(local->formats, side->sip.agreed, sizeof(side->sip.agreed));
		local->n_formats = side->sip.n_agreed;
		return;
	}
	local->n_formats = 0;
	for (i = 0; i < side->trunk->n_codecs; i++)
		add_format(local, side->trunk->codecs[i] == PHONION_CODEC_PCMA ? 8 : 0,
			   side->trunk->codecs[i]);
	add_format(local, TELEPHONE_EVENT_NUMBER, PHONION_CODEC_TELEPHONE_EVENT);
}

static bool same_description(const struct sdp_local *a, const struct sdp_local *b)
{
	size_t i;

	if (a->n_formats != b->n_formats || a->direction != b->direction ||
	    memcmp(&a->addr, &b->addr, sizeof(a->addr)))
		return false;
	for (i = 0; i < a->n_formats; i++)
		if (a->formats[i].number != b->formats[i].number ||
		    a->formats[i].codec != b->formats[i].codec)
			return false;
	return true;
}

/*
 * As many media lines as the peer's last description has: a stream that was
 * refused stays refused in later offers too (RFC 3264, 8).
 */
int session_write(struct side *side, struct text *text)
{
	if (side->sip.told.session && !same_description(&side->sip.local, &side->sip.told))
		side->sip.local.version = side->sip.told.version + 1;
	side->sip.told = side->sip.local;
	return sdp_write(text, &side->sip.local, side->sip.remote_known ? &side->sip.remote : NULL);
}

static void fill_formats(const struct side *side, struct dp_leg *leg)
{
	const struct sdp_format *formats = side->sip.n_agreed ? side->sip.agreed
							      : side->sip.local.formats;
	size_t i, n = side->sip.n_agreed ? side->sip.n_agreed : side->sip.local.n_formats;

	for (i = 0; i < n; i++)
		leg->pt[i] = (struct dp_payload_type){ formats[i].number, formats[i].codec };
	leg->n_pt = n;
}

/*
 * Hold is the data plane's only when nothing may flow; one-way media is left
 * to the peers, which were told the direction.
 */
void session_describe(const struct side *side, struct dp_leg *leg)
{
	fill_formats(side, leg);
	leg->source_policy = side->trunk->source_policy;
	if (!side->sip.remote_known)
		return;
	leg->remote = side->sip.remote.remote;
	leg->hold = side->sip.remote.direction == SDP_INACTIVE;
}
