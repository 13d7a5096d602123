/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernel versions differ: here and nowhere else. */
#ifndef PHN_COMPAT_H
#define PHN_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <net/genetlink.h>

/* All of it is written before it is read, though the compiler zeroes what it cannot follow. */
#if __has_attribute(__uninitialized__)
#define PHN_UNINITIALIZED __attribute__((__uninitialized__))
#else
#define PHN_UNINITIALIZED
#endif

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

/* Does anybody have rules for what leaves by the device? */
static inline bool phn_dev_has_egress_hook(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
	return phn_dev_has_egress_tc(dev);
}

static inline bool phn_dev_has_xdp(const struct net_device *dev)
{
	return READ_ONCE(dev->xdp_state[XDP_MODE_DRV].prog) ||
	       READ_ONCE(dev->xdp_state[XDP_MODE_DRV].link);
}

/*
 * Is the device one that XDP can send by? Before 6.3 none said so: most drivers that could
 * do so once they have a program themselves, veth as its peer is, and a bond asks the
 * functions of its ports that need not have any.
 */
static inline bool phn_dev_takes_frames(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return READ_ONCE(dev->xdp_features) & NETDEV_XDP_ACT_NDO_XMIT;
#else
	const struct net_device_ops *ops = dev->netdev_ops;

	return ops->ndo_xdp_xmit && !ops->ndo_xdp_get_xmit_slave &&
	       (ops->ndo_get_peer_dev || phn_dev_has_xdp(dev));
#endif
}

/* 6.8 and later keep no other sets of functions for BPF programs than marked ones. */
#ifdef BTF_KFUNCS_START
#define PHN_KFUNCS_START BTF_KFUNCS_START
#define PHN_KFUNCS_END	 BTF_KFUNCS_END
#else
#define PHN_KFUNCS_START BTF_SET8_START
#define PHN_KFUNCS_END	 BTF_SET8_END
#endif

/* Attributes of the request for a dump. */
static inline struct nlattr **phn_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
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
