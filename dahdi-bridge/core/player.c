// SPDX-License-Identifier: GPL-2.0
#include "player.h"

/* An event whose end was lost goes on for so long after what is known of it: 60 ms. */
#define HANG 480
/*
 * No event is so far ahead of its time: 500 ms, which is more than the jitter buffer delays
 * and takes for a jump. One that is has its time from another clock.
 */
#define AHEAD 4000
/* Between two digits, or they are heard as one: 40 ms (ITU-T Q.24, annex A). */
#define PAUSE 320

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
		if (!p->n)
			p->rest = p->past && now - p->end < PAUSE ? PAUSE - (now - p->end) : 0;
		e = &p->queue[p->n++];
		*e = (struct phd_played){ .id = id, .code = event->code };
		e->from = from - now > AHEAD ? now : from;
	}
	if (event->duration > e->length)
		e->length = event->duration;
	e->ended |= event->end;
}

static void drop_first(struct phd_player *p, u32 now)
{
	int i;

	p->past = true;
	p->last = p->queue[0].id;
	p->end = now;
	p->rest = PAUSE;
	p->on = false;
	p->n--;
	for (i = 0; i < p->n; i++)
		p->queue[i] = p->queue[i + 1];
}

/* Samples that the first event lasts, as far as is known. */
static u32 length(const struct phd_player *p)
{
	return p->queue[0].length + (p->queue[0].ended ? 0 : HANG);
}

/*
 * What is on lasts by what was heard of it: @now goes back when the jitter buffer waits, and
 * a digit in two parts would be two. When it has jumped, what was heard is all of it.
 */
static bool is_over(const struct phd_player *p, u32 now)
{
	return p->heard >= length(p) || now - p->queue[0].from + AHEAD > length(p) + 2 * AHEAD;
}

/*
 * In its time, if that is to come, but never without a pause after the one before. One whose
 * time has passed unheard, or is of another clock since @now has jumped, begins now:
 * waiting for it would keep all others from being heard.
 */
static bool begins(struct phd_player *p, u32 now, unsigned int n)
{
	struct phd_played *e = &p->queue[0];

	if (p->rest) {
		p->rest -= p->rest < n ? p->rest : n;
		return false;
	}
	if (e->from != now && e->from - now <= AHEAD)
		return false;
	e->from = now;
	p->on = true;
	p->heard = 0;
	phd_tone_begin(&p->tone, e->code);
	return true;
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

	if (p->on && is_over(p, now))
		drop_first(p, now);
	if (!p->n || (!p->on && !begins(p, now, n)))
		return false;
	for (i = 0; i < n; i++, p->heard++)
		out[i] = p->heard < length(p) ? phd_tone_next(&p->tone) : 0;
	return true;
}
