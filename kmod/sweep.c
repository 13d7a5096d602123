// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path itself stops a leg at the very nanosecond; this only clears
 * away, and tells userspace, within a second.
 */
#include "sweep.h"

#include <linux/ktime.h>

#include "leg.h"
#include "netns.h"
#include "notify.h"

#define SWEEP_PERIOD HZ

static void check_silence(struct phn_leg *leg, u64 now)
{
	struct phn_leg_conf conf;
	u64 since;

	phn_leg_conf_get(leg, &conf);
	/* A peer on hold may well be silent. */
	if (!conf.media_timeout_ms || conf.hold)
		return;
	since = max3(READ_ONCE(leg->last_rx_ns), leg->watch_ns, leg->open_ns);
	if (leg->silent_ns == since || now < since + (u64)conf.media_timeout_ms * NSEC_PER_MSEC)
		return;
	leg->silent_ns = since;
	phn_notify_media_timeout(leg);
}

static void sweep_leg(struct phn_leg *leg, u64 now)
{
	phn_leg_rewindow(leg);
	if (now < leg->close_ns) {
		check_silence(leg, now);
		return;
	}
	phn_notify_leg_end(leg, now < leg->lease_ns ? PHONION_END_CAUSE_WINDOW
						    : PHONION_END_CAUSE_LEASE);
	leg->pn->n_ended++;
	phn_leg_del(leg);
}

static void sweep(struct work_struct *work)
{
	struct phn_net *pn = container_of(to_delayed_work(work), struct phn_net, sweep);
	struct phn_leg *leg;
	unsigned long id;

	mutex_lock(&pn->legs_lock);
	xa_for_each(&pn->ids, id, leg) {
		sweep_leg(leg, ktime_get_ns());
		cond_resched();
	}
	if (pn->n_legs)
		phn_sweep_start(pn);
	mutex_unlock(&pn->legs_lock);
}

void phn_sweep_init(struct phn_net *pn)
{
	INIT_DELAYED_WORK(&pn->sweep, sweep);
}

/* Under legs_lock. */
void phn_sweep_start(struct phn_net *pn)
{
	queue_delayed_work(system_power_efficient_wq, &pn->sweep, SWEEP_PERIOD);
}

/* After phn_leg_del_all(): with no legs, it does not arm itself again. */
void phn_sweep_uninit(struct phn_net *pn)
{
	cancel_delayed_work_sync(&pn->sweep);
}
