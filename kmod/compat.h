/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernel versions differ: here and nowhere else. */
#ifndef PHN_COMPAT_H
#define PHN_COMPAT_H

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

#endif
