// SPDX-License-Identifier: GPL-2.0
/*
 * While digits are sent, gaps and pauses included, nothing else is sent to the
 * leg's peer: it would be cut up into the gaps. So there is one writer of the
 * outgoing stream at a time, and what comes after is anchored anew to it.
 */
#include "dtmf.h"

#include <linux/hrtimer.h>
#include <net/netlink.h>

#include "compat.h"
#include "leg.h"
#include "notify.h"
#include "tx.h"

#define INTERVAL_NS (PHN_DTMF_INTERVAL_MS * NSEC_PER_MSEC)

/**
 * struct phn_dtmf - what a leg sends
 * @timer: steps @script; it runs while phn_leg.sending
 * @leg: the leg
 * @script: what is left to send
 * @start_ns: CLOCK_MONOTONIC at which the present event began
 * @fresh: no packet of it has left yet
 * @ended: one has that tells its end
 *
 * Made when a leg is first asked to send, and kept until the leg ends.
 */
struct phn_dtmf {
	struct hrtimer timer;
	struct phn_leg *leg;
	struct phn_dtmf_script script;
	u64 start_ns;
	bool fresh;
	bool ended;
};

/* A packet that cannot leave is counted; the next may. */
static void send_packet(struct phn_dtmf *dtmf, const struct phn_event *event, bool first)
{
	struct phn_leg *leg = dtmf->leg;
	int drop;

	if (first) {
		/* By the timer's grid: how late it runs is not for the peer to see. */
		dtmf->start_ns = hrtimer_get_expires_ns(&dtmf->timer) - INTERVAL_NS;
		dtmf->fresh = true;
		dtmf->ended = false;
	}
	drop = phn_tx_event(leg, event, dtmf->fresh, dtmf->start_ns, ktime_get_ns());
	if (drop) {
		phn_leg_count(leg->stats, drop);
		return;
	}
	dtmf->fresh = false;
	if (event->end && !dtmf->ended) {
		dtmf->ended = true;
		phn_leg_count(leg->stats, PHN_TX_EVENTS);
	}
}

static void finish(struct phn_leg *leg)
{
	phn_leg_end_sending(leg);
	phn_notify_dtmf_sent(leg);
}

/*
 * A timer that is late makes an event last longer, not its packets come in a
 * burst: the durations that it tells are of intervals, not of the clock.
 */
static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct phn_dtmf *dtmf = container_of(timer, struct phn_dtmf, timer);
	struct phn_leg *leg = dtmf->leg;
	enum phn_dtmf_step step;
	struct phn_event event;
	bool first;

	step = phn_dtmf_step(&dtmf->script, &event, &first);
	if (step == PHN_DTMF_DONE) {
		finish(leg);
		return HRTIMER_NORESTART;
	}
	if (step == PHN_DTMF_PACKET) {
		rcu_read_lock();
		send_packet(dtmf, &event, first);
		rcu_read_unlock();
	}
	hrtimer_forward_now(timer, INTERVAL_NS);
	return HRTIMER_RESTART;
}

static bool has_events(const struct phn_leg_conf *conf)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == PHONION_CODEC_TELEPHONE_EVENT)
			return true;
	return false;
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
	int err;

	phn_leg_conf_get(leg, &conf);
	if (!leg->tdm && !has_events(&conf))
		return refuse(extack, -EOPNOTSUPP, "the leg has no telephone-event payload type");
	err = phn_leg_may_send(leg, &conf, extack);
	if (err)
		return err;
	if (conf.hold)
		return refuse(extack, -EAGAIN, "the leg is on hold");
	if (phn_leg_is_sending(leg))
		return refuse(extack, -EBUSY, "the leg is sending already");
	return 0;
}

static struct phn_dtmf *dtmf_alloc(struct phn_leg *leg)
{
	struct phn_dtmf *dtmf = kzalloc(sizeof(*dtmf), GFP_KERNEL_ACCOUNT);

	if (!dtmf)
		return NULL;
	dtmf->leg = leg;
	phn_timer_init(&dtmf->timer, tick);
	return dtmf;
}

/**
 * phn_dtmf_begin - let a leg send digits
 * @leg: the leg
 * @script: the digits; copied
 * @extack: told why not
 *
 * Context: process, under legs_lock.
 * Return: 0, -EOPNOTSUPP without a payload type for it, -EDESTADDRREQ without a
 * peer, -EAGAIN on hold, -ETIME outside the window, -EBUSY when it is
 * sending, -ENOMEM.
 */
int phn_dtmf_begin(struct phn_leg *leg, const struct phn_dtmf_script *script,
		   struct netlink_ext_ack *extack)
{
	int err = check(leg, extack);

	if (err)
		return err;
	if (!leg->dtmf)
		leg->dtmf = dtmf_alloc(leg);
	if (!leg->dtmf)
		return -ENOMEM;

	/* The timer's function may be on its way out still, after finish(). */
	hrtimer_cancel(&leg->dtmf->timer);
	leg->dtmf->script = *script;
	/* Whoever forwards and has not seen this has an interval to be done. */
	phn_leg_begin_sending(leg);
	hrtimer_start(&leg->dtmf->timer, INTERVAL_NS, HRTIMER_MODE_REL_SOFT);
	return 0;
}

/**
 * phn_dtmf_end - send no more, tell nobody
 * @leg: a leg that ends
 *
 * Context: process, under legs_lock.
 */
void phn_dtmf_end(struct phn_leg *leg)
{
	if (!leg->dtmf)
		return;
	hrtimer_cancel(&leg->dtmf->timer);
	kfree_sensitive(leg->dtmf);
	leg->dtmf = NULL;
}
