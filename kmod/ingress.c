// SPDX-License-Identifier: GPL-2.0
/*
 * The hook looks at every packet that a device receives, before the stack
 * does, and takes those that are for a leg and ordinary in every way. All
 * others go on to the stack untouched. What of them is for a leg reaches it
 * there, by its sockets.
 */
#include "ingress.h"

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "compat.h"
#include "csum.h"
#include "leg_table.h"
#include "netns.h"
#include "path.h"
#include "port.h"
#include "rx.h"

static unsigned int punt(struct phn_net *pn, enum phn_net_counter why)
{
	phn_net_count(pn->stats, why);
	return NF_ACCEPT;
}

static unsigned int drop(struct phn_leg *leg, struct sk_buff *skb, enum phn_leg_counter why)
{
	phn_rx_drop(leg, skb, why);
	return NF_STOLEN;
}

static inline __be16 rtp_port(const struct udphdr *uh)
{
	return uh->dest & htons(0xfffe);
}

/* What may be wrong with any packet, whatever its headers say. */
static inline bool is_plain(const struct sk_buff *skb)
{
	return !skb_is_gso(skb) && !skb_vlan_tag_present(skb) && !netif_is_l3_slave(skb->dev);
}

static unsigned int punt_unplain(struct phn_net *pn, const struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		return punt(pn, PHN_PUNT_GSO);
	return punt(pn, skb_vlan_tag_present(skb) ? PHN_PUNT_VLAN : PHN_PUNT_OTHER);
}

static bool checksum_ok(struct sk_buff *skb)
{
	const struct udphdr *uh = udp_hdr(skb);

	if (skb->protocol == htons(ETH_P_IP))
		return !skb_checksum_validate_zero_check(skb, IPPROTO_UDP, uh->check,
							 inet_compute_pseudo);
	/* RFC 8200, section 8.1: there is always one. */
	return uh->check && !skb_checksum_validate(skb, IPPROTO_UDP, ip6_compute_pseudo);
}

/*
 * From here on the packet is ours: it is forwarded, or dropped and counted. Nobody else
 * has what is returned, nothing follows the datagram, and it is as it was sent.
 */
static noinline struct sk_buff *settle(struct phn_leg *leg, struct sk_buff *skb,
				       unsigned int nhlen, unsigned int udplen)
{
	enum phn_leg_counter why = PHN_DROP_NO_MEMORY;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		phn_leg_count(leg->stats, why);
		return NULL;
	}
	if (unlikely(!pskb_may_pull(skb, nhlen + sizeof(struct udphdr)) ||
		     pskb_trim_rcsum(skb, nhlen + udplen)))
		goto drop;
	skb_set_transport_header(skb, nhlen);
	skb_postpull_rcsum(skb, skb->data, nhlen);
	__skb_pull(skb, nhlen);
	if (unlikely(!checksum_ok(skb))) {
		why = PHN_DROP_CHECKSUM;
		goto drop;
	}
	__skb_push(skb, nhlen);
	return skb;

drop:
	phn_rx_drop(leg, skb, why);
	return NULL;
}

/* A settled one. */
static noinline unsigned int take_unusual(struct phn_leg *leg, struct sk_buff *skb,
					  unsigned int nhlen)
{
	const struct udphdr *uh = (const struct udphdr *)(skb->data + nhlen);
	struct phn_addr src;
	struct phn_rx rx = { .leg = leg, .src = &src, .rtcp = phn_port_is_rtcp(uh->dest) };

	if (skb->protocol == htons(ETH_P_IP))
		phn_addr_set4(&src, ((struct iphdr *)skb->data)->saddr, uh->source);
	else
		phn_addr_set6(&src, &((struct ipv6hdr *)skb->data)->saddr, uh->source);
	__skb_pull(skb, nhlen + sizeof(*uh));
	phn_rx(&rx, skb);
	return NF_STOLEN;
}

static unsigned int settle_unusual(struct phn_leg *leg, struct sk_buff *skb, unsigned int nhlen,
				   unsigned int udplen)
{
	skb = settle(leg, skb, nhlen, udplen);
	return skb ? take_unusual(leg, skb, nhlen) : NF_STOLEN;
}

/* Whatever its header may look like. */
static noinline unsigned int ingress4_unusual(struct phn_net *pn, struct sk_buff *skb)
{
	struct udphdr uh_buf, *uh;
	struct iphdr ip_buf, *iph;
	unsigned int nhlen, udplen;
	struct phn_leg *leg;

	iph = skb_header_pointer(skb, 0, sizeof(ip_buf), &ip_buf);
	if (!iph || iph->protocol != IPPROTO_UDP || iph->version != 4 || iph->ihl < 5 ||
	    iph->frag_off & htons(IP_OFFSET))
		return NF_ACCEPT;
	nhlen = iph->ihl * 4;
	uh = skb_header_pointer(skb, nhlen, sizeof(uh_buf), &uh_buf);
	leg = uh ? phn_leg_find4(pn, iph->daddr, rtp_port(uh)) : NULL;
	if (!leg)
		return NF_ACCEPT;
	if (!is_plain(skb))
		return punt_unplain(pn, skb);
	if (ip_is_fragment(iph))
		return punt(pn, PHN_PUNT_FRAGMENT);
	if (iph->ihl != 5)
		return punt(pn, PHN_PUNT_OPTIONS);

	udplen = ntohs(uh->len);
	if (ntohs(iph->tot_len) > skb->len || udplen < sizeof(*uh) ||
	    nhlen + udplen > ntohs(iph->tot_len))
		return drop(leg, skb, PHN_DROP_MALFORMED);
	if (ip_fast_csum(iph, 5))
		return drop(leg, skb, PHN_DROP_CHECKSUM);
	return settle_unusual(leg, skb, nhlen, udplen);
}

/* What needs no more than forwarding goes on from here. */
static __always_inline unsigned int take(struct phn_leg *leg, const struct phn_addr *src,
					 struct sk_buff *skb, unsigned int nhlen)
{
	if (likely(phn_rx_bare(leg, src, skb, nhlen + sizeof(struct udphdr))))
		return NF_STOLEN;
	return take_unusual(leg, skb, nhlen);
}

/* Headers that are there, bare and whole, and nothing after the datagram: nearly all are. */
static __always_inline unsigned int ingress4(struct phn_net *pn, struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct udphdr *uh = (const struct udphdr *)(iph + 1);
	struct phn_addr src PHN_UNINITIALIZED;
	unsigned int udplen;
	struct phn_leg *leg;

	if (unlikely(skb_headlen(skb) < sizeof(*iph) + sizeof(*uh) || iph->version != 4 ||
		     iph->ihl != 5 || ip_is_fragment(iph)))
		return ingress4_unusual(pn, skb);
	if (iph->protocol != IPPROTO_UDP)
		return NF_ACCEPT;
	leg = phn_leg_find4(pn, iph->daddr, rtp_port(uh));
	if (!leg)
		return NF_ACCEPT;

	udplen = skb->len - sizeof(*iph);
	if (unlikely(!is_plain(skb) || phn_port_is_rtcp(uh->dest) || ntohs(iph->tot_len) != skb->len ||
		     ntohs(uh->len) != udplen || !phn_csum_ip4_ok(iph)))
		return ingress4_unusual(pn, skb);
	phn_addr_set4(&src, iph->saddr, uh->source);
	if (unlikely(skb_shared(skb) || (uh->check && skb->ip_summed != CHECKSUM_UNNECESSARY))) {
		skb = settle(leg, skb, sizeof(*iph), udplen);
		if (!skb)
			return NF_STOLEN;
	}
	return take(leg, &src, skb, sizeof(*iph));
}

/* UDP behind extension headers is for the stack; only whose it was is counted. */
static unsigned int ingress6_extended(struct phn_net *pn, struct sk_buff *skb,
				      const struct ipv6hdr *ip6h)
{
	u8 nexthdr = ip6h->nexthdr;
	struct udphdr uh_buf, *uh;
	__be16 frag_off;
	int off;

	off = ipv6_skip_exthdr(skb, sizeof(*ip6h), &nexthdr, &frag_off);
	if (off < 0 || nexthdr != IPPROTO_UDP || frag_off & htons(IP6_OFFSET))
		return NF_ACCEPT;
	uh = skb_header_pointer(skb, off, sizeof(uh_buf), &uh_buf);
	if (!uh)
		return NF_ACCEPT;
	if (phn_leg_find6(pn, &ip6h->daddr, rtp_port(uh)))
		punt(pn, frag_off ? PHN_PUNT_FRAGMENT : PHN_PUNT_OPTIONS);
	return NF_ACCEPT;
}

static noinline unsigned int ingress6_unusual(struct phn_net *pn, struct sk_buff *skb)
{
	struct ipv6hdr ip6_buf, *ip6h;
	struct udphdr uh_buf, *uh;
	unsigned int udplen;
	struct phn_leg *leg;

	ip6h = skb_header_pointer(skb, 0, sizeof(ip6_buf), &ip6_buf);
	if (!ip6h || ip6h->version != 6)
		return NF_ACCEPT;
	if (ip6h->nexthdr != IPPROTO_UDP)
		return ipv6_ext_hdr(ip6h->nexthdr) ? ingress6_extended(pn, skb, ip6h) : NF_ACCEPT;
	uh = skb_header_pointer(skb, sizeof(*ip6h), sizeof(uh_buf), &uh_buf);
	leg = uh ? phn_leg_find6(pn, &ip6h->daddr, rtp_port(uh)) : NULL;
	if (!leg)
		return NF_ACCEPT;
	if (!is_plain(skb))
		return punt_unplain(pn, skb);

	udplen = ntohs(uh->len);
	if (sizeof(*ip6h) + ntohs(ip6h->payload_len) > skb->len || udplen < sizeof(*uh) ||
	    udplen > ntohs(ip6h->payload_len))
		return drop(leg, skb, PHN_DROP_MALFORMED);
	return settle_unusual(leg, skb, sizeof(*ip6h), udplen);
}

/* As ingress4(). */
static __always_inline unsigned int ingress6(struct phn_net *pn, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	const struct udphdr *uh = (const struct udphdr *)(ip6h + 1);
	struct phn_addr src PHN_UNINITIALIZED;
	unsigned int udplen;
	struct phn_leg *leg;

	if (unlikely(skb_headlen(skb) < sizeof(*ip6h) + sizeof(*uh) || ip6h->version != 6 ||
		     ip6h->nexthdr != IPPROTO_UDP))
		return ingress6_unusual(pn, skb);
	leg = phn_leg_find6(pn, &ip6h->daddr, rtp_port(uh));
	if (!leg)
		return NF_ACCEPT;

	udplen = skb->len - sizeof(*ip6h);
	if (unlikely(!is_plain(skb) || phn_port_is_rtcp(uh->dest) || ip6h->payload_len != uh->len ||
		     ntohs(uh->len) != udplen || !uh->check))
		return ingress6_unusual(pn, skb);
	phn_addr_set6(&src, &ip6h->saddr, uh->source);
	if (unlikely(skb_shared(skb) || skb->ip_summed != CHECKSUM_UNNECESSARY)) {
		skb = settle(leg, skb, sizeof(*ip6h), udplen);
		if (!skb)
			return NF_STOLEN;
	}
	return take(leg, &src, skb, sizeof(*ip6h));
}

/*
 * Packets that a bridge, bond or the like will take come again from that
 * device, with its rules applied.
 */
static unsigned int ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct phn_net *pn = priv;

	if (skb->pkt_type != PACKET_HOST || rcu_access_pointer(skb->dev->rx_handler))
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP))
		return ingress4(pn, skb);
	if (skb->protocol == htons(ETH_P_IPV6))
		return ingress6(pn, skb);
	return NF_ACCEPT;
}

/**
 * struct phn_device - a device that the fast path is attached to
 * @list: in phn_net.devices
 * @ops: its hook
 * @rcu: freed after a grace period: who lists hooks looks at @ops without a lock
 */
struct phn_device {
	struct list_head list;
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

/* Under RTNL. Loopback is left out: what comes by it has been through the stack. */
static int attach(struct phn_net *pn, struct net_device *dev)
{
	struct phn_device *pd;
	int err;

	if (dev->flags & IFF_LOOPBACK)
		return 0;
	pd = kzalloc(sizeof(*pd), GFP_KERNEL);
	if (!pd)
		return -ENOMEM;
	pd->ops = (struct nf_hook_ops){
		.hook = ingress,
		.dev = dev,
		.priv = pn,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
	err = nf_register_net_hook(pn->net, &pd->ops);
	if (err) {
		kfree(pd);
		return err;
	}
	list_add(&pd->list, &pn->devices);
	WRITE_ONCE(pn->n_devices, pn->n_devices + 1);
	return 0;
}

/* Under RTNL. */
static void detach(struct phn_net *pn, struct phn_device *pd)
{
	nf_unregister_net_hook(pn->net, &pd->ops);
	list_del(&pd->list);
	WRITE_ONCE(pn->n_devices, pn->n_devices - 1);
	kfree_rcu(pd, rcu);
}

/* Under RTNL. */
static void detach_all(struct phn_net *pn)
{
	struct phn_device *pd, *tmp;

	list_for_each_entry_safe(pd, tmp, &pn->devices, list)
		detach(pn, pd);
	WRITE_ONCE(pn->attached, false);
}

/**
 * phn_ingress_attach - attach to a namespace's devices, present and future
 * @pn: the namespace; once is enough, it stays until the namespace goes
 *
 * A namespace that has never had a leg pays nothing.
 *
 * Context: process, without legs_lock.
 * Return: 0 or a negative errno.
 */
int phn_ingress_attach(struct phn_net *pn)
{
	struct net_device *dev;
	int err = 0;

	if (READ_ONCE(pn->attached))
		return 0;

	rtnl_lock();
	if (!pn->attached) {
		for_each_netdev(pn->net, dev) {
			err = attach(pn, dev);
			if (err)
				break;
		}
		if (err)
			detach_all(pn);
		else
			WRITE_ONCE(pn->attached, true);
	}
	rtnl_unlock();
	return err;
}

/**
 * phn_ingress_detach_all - detach from a namespace's devices
 * @pn: the namespace
 *
 * After a grace period no packet of theirs is in our hands.
 */
void phn_ingress_detach_all(struct phn_net *pn)
{
	rtnl_lock();
	detach_all(pn);
	rtnl_unlock();
}

static void device_gone(struct phn_net *pn, const struct net_device *dev)
{
	struct phn_device *pd, *tmp;

	list_for_each_entry_safe(pd, tmp, &pn->devices, list)
		if (pd->ops.dev == dev)
			detach(pn, pd);
	phn_path_flush(pn, dev);
}

/* A device that cannot be attached to is served by the stack. */
static int device_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct phn_net *pn = phn_net(dev_net(dev));

	/* While the module is loaded, devices come and go before their namespace has ours. */
	if (!pn)
		return NOTIFY_DONE;
	if (event == NETDEV_REGISTER && pn->attached) {
		if (attach(pn, dev))
			netdev_warn(dev, "phonion: no memory for the fast path\n");
	} else if (event == NETDEV_UNREGISTER) {
		device_gone(pn, dev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

int __init phn_ingress_init(void)
{
	return register_netdevice_notifier(&device_notifier);
}

void phn_ingress_uninit(void)
{
	unregister_netdevice_notifier(&device_notifier);
}
