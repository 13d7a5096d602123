// SPDX-License-Identifier: GPL-2.0
/* DTMF both ways: events become tones in the channel, and tones in it become events. */
#include "core/linear.h"
#include "leg.h"

/* That an event has ended is sent three times (RFC 4733, section 2.5.1.4). */
#define ENDS 3

/**
 * phd_digits_receive - an event's packet for the channel
 * @l: its leg, locked
 * @packet: the packet
 */
void phd_digits_receive(struct phd_leg *l, const struct phn_tdm_packet *packet)
{
	u32 now = l->head;
	struct phn_event event;

	if (phn_event_parse(&event, packet->data, packet->len))
		return;
	if (packet->own) {
		l->own_id += packet->marker;
		phd_player_put(&l->own, l->own_id, now, now, &event);
		return;
	}
	phd_jitter_touch(&l->jitter, packet->source, packet->timestamp);
	phd_player_put(&l->events, packet->timestamp, packet->timestamp, l->jitter.play, &event);
}

/**
 * phd_digits_play - what of events is to be heard in the channel
 * @l: its leg, locked
 * @out: filled in if there is any
 *
 * What else would be heard is skipped meanwhile.
 * Return: whether there is.
 */
bool phd_digits_play(struct phd_leg *l, u8 out[PHD_TICK])
{
	s16 x[PHD_TICK];
	int i;

	if (!phd_player_get(&l->own, l->head, PHD_TICK, x) &&
	    !phd_player_get(&l->events, l->jitter.play, PHD_TICK, x))
		return false;
	for (i = 0; i < PHD_TICK; i++)
		out[i] = phd_encode(l->jitter.alaw, x[i]);
	phd_jitter_skip(&l->jitter);
	return true;
}

static bool send_event(struct phd_leg *l, bool end)
{
	u32 length = l->event_to - l->event_from;
	struct phn_event event = {
		.code = l->event,
		.end = end,
		.duration = length < 0xffff ? length : 0xffff,
	};
	u8 data[PHN_EVENT_LEN];
	const struct phn_tdm_packet packet = {
		.source = l->source,
		.timestamp = l->event_from,
		.seq = l->seq,
		.marker = !l->event_sent,
		.event = true,
		.len = sizeof(data),
		.data = data,
	};

	phn_event_write(data, &event);
	if (!phn_tdm_send(l->leg, &packet))
		return false; /* the audio goes on, with no packet missing */
	l->seq++;
	l->event_sent++;
	l->paused = true;
	return true;
}

static void begin_event(struct phd_leg *l, u32 now)
{
	l->event = l->detect.tone;
	l->event_from = now - l->detect.hits * PHD_DETECT_BLOCK;
	l->event_to = now;
	l->event_sent = 0;
	WRITE_ONCE(l->tones, l->tones + 1);
}

static void end_event(struct phd_leg *l)
{
	int i;

	for (i = 0; i < ENDS; i++)
		send_event(l, true);
	l->event = PHD_NO_TONE;
}

/* A block has ended. */
static void look(struct phd_leg *l, u32 now)
{
	if (l->event != PHD_NO_TONE && l->detect.tone == PHD_NO_TONE)
		end_event(l);
	else if (l->event == PHD_NO_TONE && l->detect.tone != PHD_NO_TONE)
		begin_event(l, now);
	else if (l->event != PHD_NO_TONE && !l->detect.misses)
		l->event_to = now;
}

/**
 * phd_digits_hear - a packet's worth of what the channel brings
 * @l: its leg
 * @frame: l->frame octets from l->tail on
 *
 * Context: the span's tasklet.
 * Return: whether there is a tone in it, and an event has gone for it.
 */
bool phd_digits_hear(struct phd_leg *l, const u8 *frame)
{
	unsigned int i;

	for (i = 0; i < l->frame; i++)
		if (phd_detect_sample(&l->detect, phd_decode(l->jitter.alaw, frame[i])))
			look(l, l->tail + i + 1);
	return l->event != PHD_NO_TONE && send_event(l, false);
}
