// SPDX-License-Identifier: GPL-2.0
/*
 * What a leg plays is sent by a timer of its own, a packet every 20 ms on the
 * timer's grid. As with digits there is one writer of the outgoing stream at a
 * time: phn_leg.sending keeps what is forwarded away from it.
 */
#include "play.h"

#include <linux/hrtimer.h>
#include <linux/random.h>
#include <net/netlink.h>

#include "compat.h"
#include "leg.h"
#include "tx.h"

#define INTERVAL_NS (PHN_PLAY_PACKET_MS * NSEC_PER_MSEC)

/**
 * struct phn_play - what a leg plays
 * @timer: a packet at each of its ticks; it runs while @on
 * @leg: the leg
 * @script: what comes next
 * @units: of the RTP clock since the last packet that left
 * @fresh: none has left yet
 * @on: it plays; under legs_lock
 *
 * Made when a leg is first asked to play, and kept until the leg ends.
 */
struct phn_play {
	struct hrtimer timer;
	struct phn_leg *leg;
	struct phn_play_script script;
	u32 units;
	bool fresh;
	bool on;
};

/* A packet that cannot leave is counted, and leaves a gap in time. */
static void send_packet(struct phn_play *play)
{
	u8 random[PHN_PLAY_SAMPLES], samples[PHN_PLAY_SAMPLES];
	u64 at = hrtimer_get_expires_ns(&play->timer);
	struct phn_leg *leg = play->leg;
	int drop;

	get_random_bytes(random, sizeof(random));
	phn_play_next(&play->script, random, samples);
	drop = phn_tx_speech(leg, samples, sizeof(samples), play->fresh ? 0 : play->units, at,
			     ktime_get_ns());
	if (drop) {
		phn_leg_count(leg->stats, drop);
		return;
	}
	play->units = 0;
	play->fresh = false;
	phn_leg_count(leg->stats, PHN_TX_PLAYED);
}

/* A tick that came too late for its turn is left out, and time goes on by it. */
static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct phn_play *play = container_of(timer, struct phn_play, timer);

	rcu_read_lock();
	send_packet(play);
	rcu_read_unlock();
	play->units += PHN_PLAY_SAMPLES * hrtimer_forward_now(timer, INTERVAL_NS);
	return HRTIMER_RESTART;
}

static int refuse(struct netlink_ext_ack *extack, int err, const char *why)
{
	if (extack)
		extack->_msg = why;
	return err;
}

static int check(const struct phn_leg *leg, struct netlink_ext_ack *extack)
{
	struct phn_leg_conf conf;

	phn_leg_conf_get(leg, &conf);
	if (!phn_tx_speech_pt(&conf))
		return refuse(extack, -EOPNOTSUPP, "the leg has no G.711 payload type");
	return phn_leg_may_send(leg, &conf, extack);
}

static struct phn_play *play_alloc(struct phn_leg *leg)
{
	struct phn_play *play = kzalloc(sizeof(*play), GFP_KERNEL_ACCOUNT);

	if (!play)
		return NULL;
	play->leg = leg;
	phn_timer_init(&play->timer, tick);
	return play;
}

/**
 * phn_play_begin - let a leg play
 * @leg: the leg
 * @script: what; copied. What the leg plays is replaced by it.
 * @extack: told why not
 *
 * Context: process, under legs_lock.
 * Return: 0, -EOPNOTSUPP without a payload type for it, -EDESTADDRREQ without a
 * peer, -ETIME outside the window, -EBUSY when it is sending digits, -ENOMEM.
 */
int phn_play_begin(struct phn_leg *leg, const struct phn_play_script *script,
		   struct netlink_ext_ack *extack)
{
	bool on = leg->play && leg->play->on;
	int err = check(leg, extack);

	if (err)
		return err;
	if (phn_leg_is_sending(leg) && !on)
		return refuse(extack, -EBUSY, "the leg is sending digits");
	if (!leg->play)
		leg->play = play_alloc(leg);
	if (!leg->play)
		return -ENOMEM;

	hrtimer_cancel(&leg->play->timer);
	leg->play->script = *script;
	if (on) { /* in the time of what it replaces */
		hrtimer_start_expires(&leg->play->timer, HRTIMER_MODE_ABS_SOFT);
		return 0;
	}
	leg->play->fresh = true;
	leg->play->on = true;
	/* Whoever forwards and has not seen this has an interval to be done. */
	phn_leg_begin_sending(leg);
	hrtimer_start(&leg->play->timer, INTERVAL_NS, HRTIMER_MODE_REL_SOFT);
	return 0;
}

/**
 * phn_play_stop - play no more
 * @leg: the leg; it may play nothing
 *
 * Context: process, under legs_lock.
 */
void phn_play_stop(struct phn_leg *leg)
{
	if (!leg->play || !leg->play->on)
		return;
	hrtimer_cancel(&leg->play->timer);
	leg->play->on = false;
	phn_leg_end_sending(leg);
}

/**
 * phn_play_end - play no more, ever
 * @leg: a leg that ends
 *
 * Context: process, under legs_lock.
 */
void phn_play_end(struct phn_leg *leg)
{
	phn_play_stop(leg);
	kfree(leg->play);
	leg->play = NULL;
}
