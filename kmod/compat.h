/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernel versions differ: here and nowhere else. */
#ifndef PHN_COMPAT_H
#define PHN_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/version.h>

/* Does somebody classify what leaves by the device? */
static inline bool phn_dev_has_egress_tc(const struct net_device *dev)
{
#if !defined(CONFIG_NET_EGRESS)
	return false;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return rcu_access_pointer(dev->tcx_egress);
#else
	return rcu_access_pointer(dev->miniq_egress);
#endif
}

/* A monotonic timer whose function runs in softirq. */
static inline void phn_timer_init(struct hrtimer *timer,
				  enum hrtimer_restart (*fn)(struct hrtimer *))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	timer->function = fn;
#endif
}

#endif
