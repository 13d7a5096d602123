// SPDX-License-Identifier: GPL-2.0
#include "player.h"

/* An event whose end was lost goes on for so long after what is known of it: 60 ms. */
#define HANG 480
/*
 * No event is so far ahead of its time: 500 ms, which is more than the jitter buffer delays
 * and takes for a jump. One that is has its time from another clock.
 */
#define AHEAD 4000

static struct phd_played *find(struct phd_player *p, u32 id)
{
	int i;

	for (i = 0; i < p->n; i++)
		if (p->queue[i].id == id)
			return &p->queue[i];
	return NULL;
}

/**
 * phd_player_put - a packet of an event has come
 * @p: zero-filled before the first
 * @id: tells the event from others: all of its packets have the same
 * @from: when it is to begin, by the clock of @now
 * @now: the time
 * @event: what the packet says
 *
 * One that comes too late to begin in time, or whose time is of another clock, begins
 * now, and lasts as long.
 */
void phd_player_put(struct phd_player *p, u32 id, u32 from, u32 now,
		    const struct phn_event *event)
{
	struct phd_played *e = find(p, id);

	if (event->code >= PHD_TONES || (p->past && p->last == id))
		return;
	if (!e) {
		if (p->n == PHD_PLAYER_QUEUE)
			return;
		e = &p->queue[p->n++];
		*e = (struct phd_played){ .id = id, .code = event->code };
		e->from = from - now > AHEAD ? now : from;
	}
	if (event->duration > e->length)
		e->length = event->duration;
	e->ended |= event->end;
}

static void drop_first(struct phd_player *p)
{
	int i;

	p->past = true;
	p->last = p->queue[0].id;
	p->on = false;
	p->n--;
	for (i = 0; i < p->n; i++)
		p->queue[i] = p->queue[i + 1];
}

/* Return: whether the first event is to be heard at @now. */
static bool is_on(const struct phd_player *p, u32 now)
{
	const struct phd_played *e = &p->queue[0];
	s32 since = now - e->from;

	return since >= 0 && since < e->length + (e->ended ? 0 : HANG);
}

/*
 * When @now has jumped back, what was heard of the first event is all of it; if nothing
 * was, it begins now. Waiting for its time, it would keep all others from being heard.
 */
static bool is_over(struct phd_player *p, u32 now)
{
	struct phd_played *e = &p->queue[0];

	if ((s32)(e->from - now) > AHEAD) {
		if (p->on)
			return true;
		e->from = now;
	}
	return !is_on(p, now) && (s32)(now - e->from) >= 0;
}

/**
 * phd_player_get - what is to be heard
 * @p: the player
 * @now: the time
 * @n: samples
 * @out: filled in when there is a tone, to its end and then silence
 *
 * Return: whether there is.
 */
bool phd_player_get(struct phd_player *p, u32 now, unsigned int n, s16 *out)
{
	unsigned int i;

	while (p->n && is_over(p, now))
		drop_first(p);
	if (!p->n || !is_on(p, now))
		return false;
	if (!p->on)
		phd_tone_begin(&p->tone, p->queue[0].code);
	p->on = true;
	for (i = 0; i < n; i++)
		out[i] = is_on(p, now + i) ? phd_tone_next(&p->tone) : 0;
	return true;
}
