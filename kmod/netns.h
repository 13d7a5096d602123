/* SPDX-License-Identifier: GPL-2.0 */
/* What the module keeps for each network namespace. */
#ifndef PHN_NETNS_H
#define PHN_NETNS_H

#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

struct phn_net_stats;

/**
 * struct phn_net - a network namespace
 * @net: the namespace; it outlives this
 * @table: struct phn_leg by local address; read under RCU, changed under
 *	@legs_lock
 * @ids: struct phn_leg by identity; under @legs_lock
 * @legs_lock: guards which legs and bridges exist and what they are set to;
 *	taken inside RTNL, never the other way round
 * @devices: struct phn_device that the fast path is attached to; under RTNL
 * @attached: devices are attached, and new ones will be; set once, under RTNL
 * @n_devices: entries of @devices
 * @n_legs: legs that exist; under @legs_lock
 * @n_bridges: bridges that exist; under @legs_lock
 * @n_ended: legs that a lease or window ended; under @legs_lock
 * @generation: changes when the set of legs does, to mark dumps that it
 *	changed under; under @legs_lock
 * @sweep: ends what has run out; armed while there are legs
 * @stats: per-CPU counters
 */
struct phn_net {
	struct net *net;
	struct rhashtable table;
	struct xarray ids;
	struct mutex legs_lock;
	struct list_head devices;
	bool attached;
	unsigned int n_devices;
	unsigned int n_legs;
	unsigned int n_bridges;
	u64 n_ended;
	u32 generation;
	struct delayed_work sweep;
	struct phn_net_stats __percpu *stats;
};

extern unsigned int phn_net_id;

/* In line, for every frame that XDP asks about is somewhere. */
static inline struct phn_net *phn_net(const struct net *net)
{
	return net_generic(net, phn_net_id);
}

int phn_netns_init(void);
void phn_netns_uninit(void);

#endif
