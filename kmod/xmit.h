/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets with all their headers but the link's, on their way out. In line, for every
 * packet goes there.
 *
 * Most devices that do not queue (veth, VLAN, bond, bridge, and any that the
 * administrator sets so) are given the packet without a detour by way of the
 * queueing discipline that they do not have. Whatever somebody may have asked
 * for of what leaves, a capture, a filter, a class, is the detour's business,
 * and so is what the device cannot do by itself.
 */
#ifndef PHN_XMIT_H
#define PHN_XMIT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/neighbour.h>
#include <net/sch_generic.h>

#include "compat.h"
#include "path.h"

static __always_inline bool phn_xmit_is_direct(struct net_device *dev,
					       const struct netdev_queue *txq,
					       const struct sk_buff *skb)
{
	return !rcu_dereference_bh(txq->qdisc)->enqueue && dev->features & NETIF_F_HW_CSUM &&
	       !skb_is_nonlinear(skb) && !phn_dev_has_egress_hook(dev) &&
	       !dev_nit_active(dev) && dev->flags & IFF_UP && !dev_xmit_recursion();
}

static __always_inline struct netdev_queue *phn_xmit_queue(struct net_device *dev,
							    struct sk_buff *skb)
{
	unsigned int n = dev->real_num_tx_queues, queue;

	if (n <= 1) {
		skb_set_queue_mapping(skb, 0);
		return netdev_get_tx_queue(dev, 0);
	}
	queue = smp_processor_id() % n;
	skb_set_queue_mapping(skb, queue);
	return netdev_get_tx_queue(dev, queue);
}

/* What a stopped device does not take is lost, as it is by way of dev_queue_xmit(). */
static __always_inline void phn_xmit_direct(struct net_device *dev, struct netdev_queue *txq,
					    struct sk_buff *skb)
{
	int ret = NETDEV_TX_BUSY;

	skb_reset_mac_header(skb);
	dev_xmit_recursion_inc();
	HARD_TX_LOCK(dev, txq, smp_processor_id());
	if (!netif_xmit_frozen_or_stopped(txq))
		ret = netdev_start_xmit(skb, dev, txq, false);
	HARD_TX_UNLOCK(dev, txq);
	dev_xmit_recursion_dec();
	if (!dev_xmit_complete(ret)) {
		dev_core_stats_tx_dropped_inc(dev);
		kfree_skb(skb);
	}
}

/*
 * As neigh_hh_output() does; false when there is no header or it is a long one. There is
 * room for HH_DATA_MOD: phn_path.headroom has it.
 */
static __always_inline bool phn_xmit_push(struct hh_cache *hh, struct sk_buff *skb)
{
	u8 *data = skb->data;
	unsigned int seq, len;

	do {
		seq = read_seqbegin(&hh->hh_lock);
		len = READ_ONCE(hh->hh_len);
		if (!len || len > HH_DATA_MOD)
			return false;
		memcpy(data - HH_DATA_MOD, hh->hh_data, HH_DATA_MOD);
	} while (read_seqretry(&hh->hh_lock, seq));
	__skb_push(skb, len);
	return true;
}

/**
 * phn_xmit - send a packet by a path's device to its next hop
 * @path: the path, on the fast path
 * @skb: consumed; its data at the IP header
 *
 * Context: bottom halves off, RCU read-side section.
 */
static __always_inline void phn_xmit(const struct phn_path *path, struct sk_buff *skb)
{
	struct net_device *dev = path->dst->dev;
	struct neighbour *neigh = path->neigh;
	struct netdev_queue *txq;

	skb->dev = dev;
	txq = phn_xmit_queue(dev, skb);
	if (likely(READ_ONCE(neigh->nud_state) & NUD_CONNECTED &&
		   phn_xmit_is_direct(dev, txq, skb) && phn_xmit_push(&neigh->hh, skb))) {
		phn_xmit_direct(dev, txq, skb);
		return;
	}
	/* neigh_output() resolves a neighbour that is not, holding the packet. */
	phn_path_make_header(neigh);
	skb_dst_set_noref(skb, path->dst);
	neigh_output(neigh, skb, false);
}

#endif
