// SPDX-License-Identifier: GPL-2.0
#include "jitter.h"

#include "linear.h"
#include "stretch.h"

#define MASK	   (PHD_RING - 1)
#define NEVER	   0x7fffffff

/* The least slack that is aimed at, and below which more delay is wanted. */
#define MARGIN	   (2 * PHD_MS)
#define LOW	   PHD_MS
/* Beyond what is aimed at, before less delay is wanted; and what may be added at
 * once, which must not be too much then.
 */
#define EXCESS	   (15 * PHD_MS)
#define ADD	   (EXCESS - LOW)
/* A timestamp so far off is no jitter: the source's clock has jumped. */
#define JUMP	   (250 * PHD_MS)
/* Packets late in a row after which it has jumped back, or the way has grown. */
#define LATE_ROW   8
/* Samples over which the way back from concealment is. */
#define BACK	   32
/* Samples of a window; slack counts for one to two of them. */
#define WINDOW	   (2000 * PHD_MS)
/* Samples after the last packet when the source is taken to be gone. */
#define GONE	   (2000 * PHD_MS)
/* Packets for which a change of the delay waits for a place where it is not heard. */
#define TRIES	   25

static s32 least(const struct phd_jitter *j)
{
	return j->least[0] < j->least[1] ? j->least[0] : j->least[1];
}

static s32 most(const struct phd_jitter *j)
{
	return j->most[0] > j->most[1] ? j->most[0] : j->most[1];
}

static s32 aim(const struct phd_jitter *j)
{
	return j->min > MARGIN ? j->min : MARGIN;
}

static void forget_slack(struct phd_jitter *j)
{
	j->least[0] = j->least[1] = NEVER;
	j->most[0] = j->most[1] = -NEVER;
	j->windows = 0;
	j->turn = j->clock + WINDOW;
}

/* Every packet will have so much more of it. */
static void shift_slack(struct phd_jitter *j, s32 by)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (j->least[i] != NEVER)
			j->least[i] += by;
		if (j->most[i] != -NEVER)
			j->most[i] += by;
	}
}

static void note_slack(struct phd_jitter *j, s32 slack)
{
	if (slack < j->least[0])
		j->least[0] = slack;
	if (slack > j->most[0])
		j->most[0] = slack;
}

static void turn_window(struct phd_jitter *j)
{
	j->least[1] = j->least[0];
	j->most[1] = j->most[0];
	j->least[0] = NEVER;
	j->most[0] = -NEVER;
	if (j->windows < 2)
		j->windows++;
	j->turn = j->clock + WINDOW;
}

/**
 * phd_jitter_init - begin
 * @j: the buffer
 * @alaw: the law
 * @min_ms: least delay, 0 to 200
 * @max_ms: most, @min_ms to 200
 */
void phd_jitter_init(struct phd_jitter *j, bool alaw, unsigned int min_ms, unsigned int max_ms)
{
	memset(j, 0, sizeof(*j));
	j->alaw = alaw;
	j->min = min_ms * PHD_MS;
	j->max = max_ms * PHD_MS;
	memset(j->ring, phd_silence(alaw), sizeof(j->ring));
	phd_conceal_end(&j->conceal);
	forget_slack(j);
}

/* What was played last is before what is played next, for concealment to find it. */
static void move_play(struct phd_jitter *j, u32 to)
{
	u8 history[PHD_CONCEAL_HISTORY];
	u32 i;

	for (i = 0; i < sizeof(history); i++)
		history[i] = j->ring[(j->play - sizeof(history) + i) & MASK];
	for (i = 0; i < sizeof(history); i++)
		j->ring[(to - sizeof(history) + i) & MASK] = history[i];
	j->play = to;
}

static void restart(struct phd_jitter *j, u32 source, u32 timestamp)
{
	memset(j->there, 0, sizeof(j->there));
	move_play(j, timestamp - aim(j));
	j->running = true;
	j->source = source;
	j->late_row = 0;
	j->tries = 0;
	j->count.restarts++;
	forget_slack(j);
}

/*
 * While its place is being concealed, a late packet can still be played: what was
 * made up is then more than it stands for, and the delay has grown by that.
 * Return: the packet's slack then.
 */
static s32 wait_for(struct phd_jitter *j, s32 slack)
{
	s32 by = MARGIN - slack, room = j->max - (most(j) == -NEVER ? aim(j) : most(j));

	if (j->state != PHD_JITTER_CONCEALING)
		return slack;
	if (by > room)
		by = room;
	if (by <= 0)
		return slack;
	move_play(j, j->play - by);
	shift_slack(j, by);
	j->count.added += by;
	return slack + by;
}

static void store(struct phd_jitter *j, u32 timestamp, const u8 *data, s32 from, s32 len)
{
	u32 at;

	for (; from < len; from++) {
		at = (timestamp + from) & MASK;
		j->ring[at] = data[from];
		j->there[at >> 6] |= 1ull << (at & 63);
	}
}

static bool is_there(const struct phd_jitter *j, u32 timestamp)
{
	u32 at = timestamp & MASK;

	return j->there[at >> 6] >> (at & 63) & 1;
}

static void take(struct phd_jitter *j, u32 timestamp)
{
	u32 at = timestamp & MASK;

	j->there[at >> 6] &= ~(1ull << (at & 63));
}

enum way { SHORTER = -1, STAY, LONGER };

static enum way wanted(const struct phd_jitter *j, unsigned int *max_lag)
{
	s32 spare = least(j) - aim(j);

	*max_lag = ADD;
	if (least(j) < LOW)
		return most(j) + PHD_LAG_MIN <= j->max ? LONGER : STAY;
	*max_lag = PHD_LAG_MAX;
	if (!j->windows)
		return STAY;
	if (most(j) > j->max + EXCESS)
		return SHORTER;
	if (spare < EXCESS)
		return STAY;
	if (spare < PHD_LAG_MAX)
		*max_lag = spare;
	return SHORTER;
}

/* Return: how many of the samples to be played next are there. */
static unsigned int look_ahead(const struct phd_jitter *j, s16 x[PHD_STRETCH_NEEDS])
{
	unsigned int i;

	for (i = 0; i < PHD_STRETCH_NEEDS && is_there(j, j->play + i); i++)
		x[i] = phd_decode(j->alaw, j->ring[(j->play + i) & MASK]);
	return i;
}

static void apply(struct phd_jitter *j, const struct phd_stretch *s, bool longer)
{
	u32 to = longer ? j->play - s->lag : j->play + s->lag;
	u8 octet;
	u32 i;

	for (i = 0; !longer && i < s->lag; i++)
		take(j, j->play + i);
	move_play(j, to);
	for (i = 0; i < s->n; i++) {
		octet = phd_encode(j->alaw, s->out[i]);
		store(j, to + i, &octet, 0, 1);
	}
	shift_slack(j, longer ? (s32)s->lag : -(s32)s->lag);
	if (longer)
		j->count.added += s->lag;
	else
		j->count.removed += s->lag;
}

/* By a pitch period at a time, and if it would be heard, rather a little later. */
static void adapt(struct phd_jitter *j)
{
	s16 x[PHD_STRETCH_NEEDS];
	struct phd_stretch s;
	unsigned int max_lag, have;
	enum way way = wanted(j, &max_lag);

	if (way == STAY) {
		j->tries = 0;
		return;
	}
	have = look_ahead(j, x);
	if (have < PHD_LAG_MIN + PHD_STRETCH_BLEND)
		return;
	if (max_lag > have - PHD_STRETCH_BLEND)
		max_lag = have - PHD_STRETCH_BLEND;
	if (!phd_stretch(&s, x, way == LONGER, max_lag, ++j->tries >= TRIES))
		return;
	j->tries = 0;
	apply(j, &s, way == LONGER);
}

/* Return: whether the packet is of any use. */
static bool place(struct phd_jitter *j, s32 *slack, size_t len)
{
	bool hopeless = *slack < 0 && most(j) - *slack > j->max;

	if (*slack < 0)
		*slack = wait_for(j, *slack);
	/* One that no delay within bounds could have waited for says nothing. */
	if (!hopeless)
		note_slack(j, *slack);
	if (*slack > -(s32)len) {
		j->late_row = 0;
		return true;
	}
	j->count.late++;
	return false;
}

/**
 * phd_jitter_touch - a source sends, though nothing to be put in
 * @j: the buffer, which begins with the source if it was not with it
 * @source: the source
 * @timestamp: in its time, for what is next to be heard of it
 */
void phd_jitter_touch(struct phd_jitter *j, u32 source, u32 timestamp)
{
	if (!j->running || j->source != source)
		restart(j, source, timestamp);
	j->last = j->clock;
}

/**
 * phd_jitter_put - a packet has come
 * @j: the buffer
 * @source: whatever tells its source from others
 * @timestamp: of its first sample
 * @data: its octets
 * @len: how many; of more than PHD_PACKET the rest is left out
 */
void phd_jitter_put(struct phd_jitter *j, u32 source, u32 timestamp, const u8 *data, size_t len)
{
	s32 slack;

	if (len > PHD_PACKET)
		len = PHD_PACKET;
	if ((s32)(timestamp - j->play) > j->max + JUMP || j->late_row >= LATE_ROW)
		j->running = false;
	phd_jitter_touch(j, source, timestamp);
	slack = timestamp - j->play;
	if (!place(j, &slack, len)) {
		j->late_row++;
		return;
	}
	store(j, timestamp, data, slack < 0 ? -slack : 0, len);
	adapt(j);
}

static int decode_at(const struct phd_jitter *j, u32 timestamp)
{
	return phd_decode(j->alaw, j->ring[timestamp & MASK]);
}

static void begin_gap(struct phd_jitter *j, u32 at)
{
	s16 history[PHD_CONCEAL_HISTORY];
	unsigned int i;

	for (i = 0; i < PHD_CONCEAL_HISTORY; i++)
		history[i] = decode_at(j, at - PHD_CONCEAL_HISTORY + i);
	phd_conceal_begin(&j->conceal, history);
	j->state = PHD_JITTER_CONCEALING;
	j->count.gaps++;
}

static u8 gap_sample(struct phd_jitter *j, u32 at)
{
	if (j->state == PHD_JITTER_EMPTY)
		return phd_silence(j->alaw);
	if (j->state == PHD_JITTER_PLAYING)
		begin_gap(j, at);
	j->state = PHD_JITTER_CONCEALING;
	if (phd_conceal_over(&j->conceal))
		return phd_silence(j->alaw);
	j->count.concealed++;
	return phd_encode(j->alaw, phd_conceal_next(&j->conceal));
}

/* From what was made up to what came, over some samples. */
static u8 return_sample(struct phd_jitter *j, u32 at)
{
	int made, came;

	if (j->state != PHD_JITTER_RETURNING) {
		j->state = PHD_JITTER_RETURNING;
		j->back = 0;
	}
	made = phd_conceal_next(&j->conceal);
	came = decode_at(j, at);
	j->back++;
	if (j->back == BACK)
		j->state = PHD_JITTER_PLAYING;
	return phd_encode(j->alaw, (made * (BACK + 1 - j->back) + came * j->back) / (BACK + 1));
}

static u8 sample(struct phd_jitter *j, u32 at)
{
	if (!is_there(j, at))
		return gap_sample(j, at);
	take(j, at);
	j->count.played++;
	if (j->state == PHD_JITTER_CONCEALING || j->state == PHD_JITTER_RETURNING)
		return return_sample(j, at);
	j->state = PHD_JITTER_PLAYING;
	return j->ring[at & MASK];
}

/* The bits of the next PHD_TICK octets, which may be of two words. */
static bool all_there(const struct phd_jitter *j)
{
	unsigned int at = j->play & MASK, word = at >> 6, bit = at & 63;
	u64 bits = j->there[word] >> bit;

	if (bit > 64 - PHD_TICK)
		bits |= j->there[(word + 1) % (PHD_RING / 64)] << (64 - bit);
	return (bits & 0xff) == 0xff;
}

static void play_all(struct phd_jitter *j, u8 out[PHD_TICK])
{
	unsigned int at = j->play & MASK, i;

	for (i = 0; i < PHD_TICK; i++) {
		out[i] = j->ring[(at + i) & MASK];
		take(j, at + i);
	}
	j->count.played += PHD_TICK;
	j->state = PHD_JITTER_PLAYING;
}

static void advance(struct phd_jitter *j)
{
	j->play += PHD_TICK;
	j->clock += PHD_TICK;
	if ((s32)(j->clock - j->turn) >= 0)
		turn_window(j);
	if (j->clock - j->last > GONE) {
		j->running = false;
		j->state = PHD_JITTER_EMPTY;
	}
}

/**
 * phd_jitter_get - what is to be played in a tick
 * @j: the buffer
 * @out: filled in
 */
void phd_jitter_get(struct phd_jitter *j, u8 out[PHD_TICK])
{
	unsigned int i;

	if (!j->running) {
		memset(out, phd_silence(j->alaw), PHD_TICK);
		return;
	}
	if (j->state <= PHD_JITTER_PLAYING && all_there(j)) {
		play_all(j, out);
	} else {
		for (i = 0; i < PHD_TICK; i++) {
			out[i] = sample(j, j->play + i);
			j->ring[(j->play + i) & MASK] = out[i];
		}
	}
	advance(j);
}

/**
 * phd_jitter_skip - a tick in which something else is played
 * @j: the buffer
 *
 * What was to be played is not, and nothing is made up for it afterwards. Time goes on
 * even if the source is gone, or what is played by it would never end.
 */
void phd_jitter_skip(struct phd_jitter *j)
{
	unsigned int i;

	if (!j->running) {
		j->play += PHD_TICK;
		return;
	}
	for (i = 0; i < PHD_TICK; i++) {
		take(j, j->play + i);
		j->ring[(j->play + i) & MASK] = phd_silence(j->alaw);
	}
	phd_conceal_end(&j->conceal);
	j->state = PHD_JITTER_CONCEALING;
	advance(j);
}

/**
 * phd_jitter_delay - by how much it delays, in samples
 * @j: the buffer
 *
 * Return: the least slack of late; 0 while nothing is known.
 */
u32 phd_jitter_delay(const struct phd_jitter *j)
{
	s32 now = least(j);

	return now == NEVER || now < 0 ? 0 : now;
}
