// SPDX-License-Identifier: GPL-2.0
/*
 * What a leg sends of its own, by a timer on a grid of 20 ms: digits (kmod/dtmf.c), tones
 * and noise (kmod/play.c). While it does, uring_leg.sending keeps what is forwarded away
 * from its stream. The grid is what is numbered by; how late a timer runs is not told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dataplane/uring.h"
#include "log/log.h"

#define DTMF_NS (PHN_DTMF_INTERVAL_MS * NS_PER_MSEC)
#define PLAY_NS (PHN_PLAY_PACKET_MS * NS_PER_MSEC)

static int at_next(struct uring_leg *leg, struct loop_timer *timer, uint64_t next_ns, loop_fn fn)
{
	uint64_t at = (next_ns + NS_PER_MSEC - 1) / NS_PER_MSEC, now = loop_now(leg->uring->loop);

	return loop_timer_set(leg->uring->loop, timer, at > now ? at - now : 0, fn, leg);
}

/* The next instant of the grid that is still to come. Return: intervals until it. */
static uint64_t forward(uint64_t *next_ns, uint64_t interval_ns)
{
	uint64_t now = uring_clock(), n = 1;

	if (now > *next_ns)
		n += (now - *next_ns) / interval_ns;
	*next_ns += n * interval_ns;
	return n;
}

/* Digits */

/* A packet that cannot leave is counted; the next may. */
static void send_event(struct uring_leg *leg, const struct phn_event *event, bool first)
{
	struct uring_dtmf *dtmf = leg->dtmf;
	int drop;

	if (first) {
		dtmf->start_ns = dtmf->next_ns - DTMF_NS;
		dtmf->fresh = true;
		dtmf->ended = false;
	}
	drop = uring_tx_event(leg, event, dtmf->fresh, dtmf->start_ns);
	if (drop) {
		uring_count(leg, drop);
		return;
	}
	dtmf->fresh = false;
	if (event->end && !dtmf->ended) {
		dtmf->ended = true;
		uring_count(leg, PHONION_A_LEG_STATS_TX_EVENTS);
	}
}

static void finish(struct uring_leg *leg)
{
	const struct dp_event event = { .type = DP_DTMF_SENT };
	struct uring *uring = leg->uring;

	leg->sending = false;
	uring_event(leg, &event);
	uring_deliver(uring);
}

/* Late, it makes an event last longer and not its packets come in a burst. */
static void dtmf_tick(void *arg)
{
	struct uring_leg *leg = arg;
	struct uring_dtmf *dtmf = leg->dtmf;
	enum phn_dtmf_step step;
	struct phn_event event;
	bool first;

	step = phn_dtmf_step(&dtmf->script, &event, &first);
	if (step == PHN_DTMF_PACKET)
		send_event(leg, &event, first);
	forward(&dtmf->next_ns, DTMF_NS);
	if (step == PHN_DTMF_DONE || at_next(leg, &dtmf->timer, dtmf->next_ns, dtmf_tick))
		finish(leg);
}

static int check_dtmf(struct uring_leg *leg)
{
	int err;

	if (!phn_pt_of_codec(leg->conf.pt, leg->conf.n_pt, PHONION_CODEC_TELEPHONE_EVENT))
		return uring_refuse(leg->uring, -EOPNOTSUPP,
				    "the leg has no telephone-event payload type");
	err = uring_leg_may_send(leg);
	if (err)
		return err;
	if (leg->conf.hold)
		return uring_refuse(leg->uring, -EAGAIN, "the leg is on hold");
	if (leg->sending)
		return uring_refuse(leg->uring, -EBUSY, "the leg is sending already");
	return 0;
}

int uring_dtmf_begin(struct uring_leg *leg, const struct phn_dtmf_script *script)
{
	int err = check_dtmf(leg);

	if (err)
		return err;
	if (!leg->dtmf)
		leg->dtmf = calloc(1, sizeof(*leg->dtmf));
	if (!leg->dtmf)
		return uring_refuse(leg->uring, -ENOMEM, "no memory for the digits");
	leg->dtmf->script = *script;
	leg->dtmf->next_ns = uring_clock() + DTMF_NS;
	err = at_next(leg, &leg->dtmf->timer, leg->dtmf->next_ns, dtmf_tick);
	if (err)
		return uring_refuse(leg->uring, err, "no memory for the digits");
	leg->sending = true;
	return 0;
}

/* Tones and noise */

/* A packet that cannot leave is counted, and leaves a gap in time. */
static void send_speech(struct uring_leg *leg)
{
	uint8_t random[PHN_PLAY_SAMPLES], samples[PHN_PLAY_SAMPLES];
	struct uring_play *play = leg->play;
	int drop;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		memset(random, 0, sizeof(random));
	phn_play_next(&play->script, random, samples);
	drop = uring_tx_speech(leg, samples, sizeof(samples), play->fresh ? 0 : play->units,
			       play->next_ns);
	if (drop) {
		uring_count(leg, drop);
		return;
	}
	play->units = 0;
	play->fresh = false;
	uring_count(leg, PHONION_A_LEG_STATS_TX_PLAYED);
}

/* A tick that came too late for its turn is left out, and time goes on by it. */
static void play_tick(void *arg)
{
	struct uring_leg *leg = arg;
	struct uring_play *play = leg->play;

	send_speech(leg);
	play->units += PHN_PLAY_SAMPLES * forward(&play->next_ns, PLAY_NS);
	if (at_next(leg, &play->timer, play->next_ns, play_tick)) {
		log_error("no memory for what a leg plays");
		uring_play_stop(leg);
	}
}

static int check_play(struct uring_leg *leg)
{
	if (!uring_tx_speech_pt(&leg->conf))
		return uring_refuse(leg->uring, -EOPNOTSUPP, "the leg has no G.711 payload type");
	return uring_leg_may_send(leg);
}

int uring_play_begin(struct uring_leg *leg, const struct phn_play_script *script)
{
	bool on = leg->play && leg->play->on;
	int err = check_play(leg);

	if (err)
		return err;
	if (leg->sending && !on)
		return uring_refuse(leg->uring, -EBUSY, "the leg is sending digits");
	if (!leg->play)
		leg->play = calloc(1, sizeof(*leg->play));
	if (!leg->play)
		return uring_refuse(leg->uring, -ENOMEM, "no memory for the sound");
	leg->play->script = *script;
	if (on) /* in the time of what it replaces */
		return 0;
	leg->play->next_ns = uring_clock() + PLAY_NS;
	err = at_next(leg, &leg->play->timer, leg->play->next_ns, play_tick);
	if (err)
		return uring_refuse(leg->uring, err, "no memory for the sound");
	leg->play->fresh = leg->play->on = leg->sending = true;
	return 0;
}

void uring_play_stop(struct uring_leg *leg)
{
	if (!leg->play || !leg->play->on)
		return;
	loop_timer_del(&leg->play->timer);
	leg->play->on = false;
	leg->sending = false;
}

/* Of a leg that ends: nobody is told. The digits may be an access code. */
void uring_own_end(struct uring_leg *leg)
{
	uring_play_stop(leg);
	free(leg->play);
	leg->play = NULL;
	if (!leg->dtmf)
		return;
	loop_timer_del(&leg->dtmf->timer);
	explicit_bzero(leg->dtmf, sizeof(*leg->dtmf));
	free(leg->dtmf);
	leg->dtmf = NULL;
}
