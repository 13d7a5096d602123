// SPDX-License-Identifier: GPL-2.0
/* Timing policies: what goes up and down when. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "call/circuit.h"
#include "call/dial.h"
#include "call/half.h"
#include "call/media.h"
#include "call/setup.h"
#include "call/standing.h"
#include "call/state.h"
#include "call/timing.h"
#include "log/log.h"

#define EVENT_HERE     12 /* A; RFC 4733, table 3 */
#define EVENT_ANSWERED 13 /* B */
#define EVENT_GONE     15 /* D */
#define HERE_EVERY_MS  4000
#define RING_MIN_MS    2000 /* people take so long to answer, and up to so much longer */
#define RING_MORE_MS   6000

static void arm(struct call *call, uint64_t ms, loop_fn fn)
{
	loop_timer_set(call->calls->deps.loop, &call->timer, ms, fn, call);
}

/* What a side plays would be in its way. Lost signals are made good: HERE is repeated. */
static void signal_peer(struct side *side, uint8_t event)
{
	struct calls *calls = side->call->calls;
	const char digits[] = { 'A' + event - EVENT_HERE, '\0' };
	int err;

	media_play(side, SOUND_NONE);
	err = calls_ops(calls)->leg_dtmf(calls->deps.dp, side->leg.id, digits);
	side->signal_owed = err == -EBUSY ? event : 0;
	if (err && err != -EBUSY)
		log_debug("call %u: no signal: %s", side->call->id,
			  dataplane_error(calls->deps.dp));
}

/* As side_gone(); TELL: the other end does not know. */
static void let_go(struct side *side, enum cause cause, bool tell);

static bool by_signals(const struct call *call)
{
	return call->timing.raise == HOP_RAISE_WINDOW && call->timing.near == HOP_NEAR_FOLLOW;
}

static void on_wait_over(void *arg)
{
	struct call *call = arg;

	side_gone(&call->sides[SIDE_IN], CAUSE_RING_TIMEOUT);
}

/* The way is open from end to end of this relay. */
static void go_through(struct call *call)
{
	struct side *in = &call->sides[SIDE_IN];

	media_play(&call->sides[SIDE_OUT], SOUND_NONE);
	media_play(in, SOUND_NONE);
	if (setup_answer(in))
		side_gone(in, CAUSE_INTERNAL);
	else if (media_join(call))
		call_end(call, CAUSE_DATA_PLANE);
	else
		call_up(call);
}

static void on_rung(void *arg)
{
	go_through(arg);
}

static void tell_here(void *arg)
{
	struct call *call = arg;

	if (call->told++ * HERE_EVERY_MS >= call->conf->conf->ring_timeout_ms) {
		on_wait_over(call);
		return;
	}
	signal_peer(&call->sides[SIDE_OUT], EVENT_HERE);
	arm(call, HERE_EVERY_MS, tell_here);
}

/* Of a far side that stayed from a call before, nothing but the media tells that another is there. */
static enum hop_near near_of(const struct hop_timing *timing)
{
	return timing->raise == HOP_RAISE_CALL ? HOP_NEAR_RING : timing->near;
}

/* A caller and a far side that stands have met. */
static void joined(struct call *call)
{
	switch (near_of(&call->timing)) {
	case HOP_NEAR_RELAY:
		go_through(call);
		break;
	case HOP_NEAR_RING: /* the callee, who has the line at his ear, hears a bell */
		media_play(&call->sides[SIDE_OUT], SOUND_RING);
		arm(call, RING_MIN_MS + token_u32() % RING_MORE_MS, on_rung);
		break;
	case HOP_NEAR_FOLLOW:
		call->told = 0;
		tell_here(call);
		break;
	}
}

static struct call *find_waiting(const struct calls *calls, const char *circuit)
{
	struct call *call;

	for (call = calls->list; call; call = call->next)
		if (call->state == CALL_STANDING && side_present(&call->sides[SIDE_IN]) &&
		    !side_present(&call->sides[SIDE_OUT]) && !strcmp(call->circuit, circuit))
			return call;
	return NULL;
}

void timing_meet(struct calls *calls, const char *circuit)
{
	struct call *far = half_find_far(calls, circuit);
	struct call *near = far ? find_waiting(calls, circuit) : NULL;

	if (!near)
		return;
	half_join(near, far);
	joined(near);
}

void timing_far_up(struct call *far)
{
	far->state = CALL_STANDING;
	loop_timer_del(&far->timer);
	call_log(far, "the far side stands");
	standing_up(far->calls, far->circuit);
	media_play(&far->sides[SIDE_OUT], SOUND_NOISE);
	state_save(far);
	timing_meet(far->calls, far->circuit);
}

/* A relay is answered at once; a caller hears that it rings. */
static enum cause receive(struct call *call)
{
	struct side *in = &call->sides[SIDE_IN];

	if (call->timing.near != HOP_NEAR_RELAY) {
		setup_ring(in, true, false);
		arm(call, call->conf->conf->ring_timeout_ms, on_wait_over);
		return CAUSE_NORMAL;
	}
	if (setup_answer(in))
		return CAUSE_INTERNAL;
	media_play(in, SOUND_NOISE);
	return CAUSE_NORMAL;
}

enum cause timing_place(struct call *call, const struct circuit *circuit)
{
	enum cause cause;

	call->timing = circuit->timing;
	if (circuit->timing.raise == HOP_RAISE_CALL && !half_find_far(call->calls, call->circuit))
		return dial(call, circuit);
	call->state = CALL_STANDING;
	cause = receive(call);
	if (cause || circuit->timing.raise == HOP_RAISE_TOLD)
		return cause;
	timing_meet(call->calls, call->circuit);
	if (!side_present(&call->sides[SIDE_OUT]))
		standing_hurry(call->calls, call->circuit);
	return CAUSE_NORMAL;
}

/* The relay before says that a caller is there, perhaps again. */
static void told(struct call *call)
{
	struct side *out = &call->sides[SIDE_OUT];
	enum cause cause = CAUSE_NORMAL;
	struct circuit circuit;

	if (call->state == CALL_ANSWERED)
		signal_peer(&call->sides[SIDE_IN], EVENT_ANSWERED);
	if (call->state != CALL_STANDING || side_present(out))
		return;
	cause = circuit_by_name(call->calls, call->circuit, &circuit);
	if (!cause)
		cause = dial(call, &circuit);
	explicit_bzero(&circuit, sizeof(circuit));
	if (cause)
		side_gone(out, cause);
}

static void from_far(struct call *call, uint8_t event)
{
	if (call->timing.raise != HOP_RAISE_WINDOW || call->timing.near == HOP_NEAR_RELAY ||
	    !side_present(&call->sides[SIDE_IN]))
		return;
	if (event == EVENT_ANSWERED && call->state == CALL_STANDING && by_signals(call))
		go_through(call);
	if (event == EVENT_GONE)
		let_go(&call->sides[SIDE_IN],
		       call->state == CALL_ANSWERED ? CAUSE_NORMAL : CAUSE_FAR_NO_ANSWER, false);
}

static void from_near(struct call *call, uint8_t event)
{
	if (call->timing.raise != HOP_RAISE_TOLD)
		return;
	if (event == EVENT_HERE)
		told(call);
	if (event == EVENT_GONE && side_present(&call->sides[SIDE_OUT]))
		let_go(&call->sides[SIDE_OUT], CAUSE_NORMAL, false);
}

void timing_event(struct side *side, uint8_t event)
{
	if (side->call->state == CALL_ENDED)
		return;
	if (side->id == SIDE_OUT)
		from_far(side->call, event);
	else
		from_near(side->call, event);
}

bool timing_sent(struct side *side)
{
	struct call *call = side->call;

	if (side->signal_owed && call->state != CALL_ENDED) {
		signal_peer(side, side->signal_owed);
		return true;
	}
	if (call->state != CALL_STANDING)
		return false;
	if (!side_present(side_other(side)))
		media_play(side, SOUND_NOISE);
	return true;
}

void timing_answered(struct call *call)
{
	if (call->timing.raise == HOP_RAISE_TOLD)
		signal_peer(&call->sides[SIDE_IN], EVENT_ANSWERED);
}

/* Has the other side to stay when SIDE goes, by its timing? */
static bool may_keep_other(const struct side *side)
{
	const struct hop_timing *timing = &side->call->timing;

	if (side->id == SIDE_OUT)
		return timing->near == HOP_NEAR_RELAY;
	if (timing->keep == HOP_KEEP_LINGER)
		return timing->near != HOP_NEAR_RELAY;
	return timing->keep == HOP_KEEP_WINDOW;
}

/* The book is asked last: most calls have no timing, and end without it. */
static bool keeps_other(const struct side *side)
{
	const struct call *call = side->call;

	return call->state != CALL_ENDED && may_keep_other(side) &&
	       circuit_open(call->calls, call->circuit);
}

static void on_lingered(void *arg)
{
	call_end(arg, CAUSE_NORMAL);
}

/* Exponential, so that how long it has lasted tells nothing of how long it will. */
static uint64_t linger_ms(const struct hop_timing *timing)
{
	return -log((token_u32() + 1.0) / 4294967297.0) * timing->spread_s * 1000;
}

/* The side that is left, in a call of its own. */
static void stay(struct call *half, bool tell)
{
	struct side *side = &half->sides[half_is(half, SIDE_OUT) ? SIDE_OUT : SIDE_IN];

	call_log(half, "stands on, with one side");
	if (side->id == SIDE_OUT && half->timing.keep == HOP_KEEP_LINGER) {
		standing_done(half->calls, half->circuit);
		arm(half, linger_ms(&half->timing), on_lingered);
	}
	/* Who waits for a telephone call to end waits for this too. */
	if (tell && (side->id == SIDE_IN || by_signals(half)))
		signal_peer(side, EVENT_GONE);
	else
		media_play(side, SOUND_NOISE);
	state_save(half);
}

static void let_go(struct side *side, enum cause cause, bool tell)
{
	struct call *call = side->call;
	struct call *half = keeps_other(side) ? half_split(side_other(side)) : NULL;

	if (side->id == SIDE_OUT && call->timing.raise == HOP_RAISE_WINDOW &&
	    call->state != CALL_ENDED)
		standing_lost(call->calls, call->circuit);
	call_end(call, cause);
	if (half)
		stay(half, tell);
}

void side_gone(struct side *side, enum cause cause)
{
	let_go(side, cause, true);
}
