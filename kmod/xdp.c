// SPDX-License-Identifier: GPL-2.0
/*
 * The same table and the same checks for drivers that can ask before they make an
 * skb: an XDP program (bpf/xdp.bpf.c) calls phn_xdp_forward(). It takes what is
 * ordinary and can go on at once. Whatever is not, or needs more than forwarding
 * (RTCP, events, a port to latch, a peer on hold), it leaves as it came, and the
 * ingress hook has the whole of it. Nothing is counted, and no budget used, for
 * what is left.
 */
#include "xdp.h"

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/neighbour.h>
#include <net/xdp.h>

#include "compat.h"
#include "core/g711.h"
#include "csum.h"
#include "leg_table.h"
#include "netns.h"
#include "path.h"
#include "port.h"
#include "steps.h"

/* Answers to the program, beside the index of the device to send by. */
#define LEAVE 0
#define DROP  -1

/**
 * struct phn_frame - what was found out about a frame
 * @leg: the leg that it is for
 * @to: the leg that it leaves by
 * @path: from there
 * @x: what becomes of its payload type
 * @src: source address
 * @iph: start of its IP header
 * @uh: its UDP header
 * @udplen: octets of UDP header and payload
 * @payload: octets after the RTP header
 * @len: octets of @payload
 * @rtp: its RTP header
 * @eth: Ethernet header to leave with
 */
struct phn_frame {
	struct phn_leg *leg;
	struct phn_leg *to;
	const struct phn_path *path;
	const struct phn_xlate *x;
	struct phn_addr src;
	u8 *iph;
	struct udphdr *uh;
	unsigned int udplen;
	u8 *payload;
	unsigned int len;
	struct phn_rtp rtp;
	u8 eth[HH_DATA_MOD];
};

/*
 * Rules that a bridge, bond or VRF has for what it takes are the stack's to apply. Of what
 * a VLAN of the device takes, nothing is known here: the tag may not be in the frame any more.
 */
static bool is_ordinary(const struct xdp_buff *xdp)
{
	const struct net_device *dev = xdp->rxq->dev;
	const struct ethhdr *eth = xdp->data;

	return !xdp_buff_has_frags((struct xdp_buff *)xdp) &&
	       xdp->data + sizeof(*eth) + sizeof(struct iphdr) <= xdp->data_end &&
	       ether_addr_equal(eth->h_dest, dev->dev_addr) &&
	       !rcu_access_pointer(dev->rx_handler) && !netif_is_l3_slave(dev) &&
	       list_empty(&dev->adj_list.upper);
}

static bool parse4(struct phn_net *pn, struct phn_frame *f, const u8 *end)
{
	struct iphdr *iph = (struct iphdr *)f->iph;

	f->uh = (struct udphdr *)(iph + 1);
	if (iph->version != 4 || iph->ihl != 5 || iph->protocol != IPPROTO_UDP ||
	    ip_is_fragment(iph) || (u8 *)(f->uh + 1) > end || phn_port_is_rtcp(f->uh->dest))
		return false;
	f->leg = phn_leg_find4(pn, iph->daddr, f->uh->dest);
	phn_addr_set4(&f->src, iph->saddr, f->uh->source);
	f->udplen = ntohs(f->uh->len);
	return f->leg && ntohs(iph->tot_len) <= end - f->iph &&
	       sizeof(*iph) + f->udplen <= ntohs(iph->tot_len) && phn_csum_ip4_ok(iph);
}

static bool parse6(struct phn_net *pn, struct phn_frame *f, const u8 *end)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)f->iph;

	f->uh = (struct udphdr *)(ip6h + 1);
	if ((u8 *)(f->uh + 1) > end || ip6h->version != 6 || ip6h->nexthdr != IPPROTO_UDP ||
	    phn_port_is_rtcp(f->uh->dest))
		return false;
	f->leg = phn_leg_find6(pn, &ip6h->daddr, f->uh->dest);
	phn_addr_set6(&f->src, &ip6h->saddr, f->uh->source);
	f->udplen = ntohs(f->uh->len);
	/* RFC 8200, section 8.1: there is always a checksum. */
	return f->leg && f->uh->check &&
	       ntohs(ip6h->payload_len) <= end - (u8 *)f->uh &&
	       f->udplen <= ntohs(ip6h->payload_len);
}

/* Addresses lie one behind the other in either header. */
static u64 pseudo_header_sum(const struct phn_frame *f)
{
	u64 sum = (__force u16)f->uh->len + (__force u16)htons(IPPROTO_UDP);

	if (f->src.family == AF_INET)
		return sum + phn_csum_words(f->iph + offsetof(struct iphdr, saddr), 2);
	return sum + phn_csum_words(f->iph + offsetof(struct ipv6hdr, saddr), 8);
}

/* Of the datagram as it came; its payload's is used again for what leaves. */
static bool checksum_ok(const struct phn_frame *f, __wsum payload)
{
	return !f->uh->check ||
	       phn_csum_ok((__force u32)payload + phn_csum_udp_rtp(f->uh) + pseudo_header_sum(f));
}

/* A bare RTP header: padding, CSRCs and extensions are taken off by the hook. */
static bool parse_rtp(struct phn_frame *f)
{
	const struct phn_bridge_dir *dir = rcu_dereference(f->leg->bridge);
	unsigned int len = f->udplen - sizeof(*f->uh);
	const u8 *data = (u8 *)(f->uh + 1);

	if (f->udplen < sizeof(*f->uh) + PHN_RTP_HLEN || !dir)
		return false;
	f->payload = (u8 *)data + PHN_RTP_HLEN;
	f->len = len - PHN_RTP_HLEN;
	f->x = phn_find_bare(dir, data, &f->rtp);
	f->to = dir->to;
	return f->x;
}

/* One of a pair of veth polls, and can so be given frames, for either reason. */
static bool polls(const struct net_device *veth)
{
	return veth->features & NETIF_F_GRO || phn_dev_has_xdp(veth);
}

/* Whatever somebody may have asked for of what leaves is left to phn_xmit(). */
static bool takes_frames(const struct net_device *dev)
{
	const struct net_device *peer;

	if (!phn_dev_takes_frames(dev) || !(dev->flags & IFF_UP) || !netif_carrier_ok(dev) ||
	    phn_dev_has_egress_hook(dev) || dev_nit_active((struct net_device *)dev))
		return false;
	if (!dev->netdev_ops->ndo_get_peer_dev)
		return true;
	peer = dev->netdev_ops->ndo_get_peer_dev((struct net_device *)dev);
	return peer && polls(peer);
}

/* To the next hop; a header of another length than Ethernet's is not for XDP. */
static bool read_eth(struct phn_frame *f, struct hh_cache *hh)
{
	unsigned int seq, len;

	BUILD_BUG_ON(HH_DATA_MOD < ETH_HLEN);
	do {
		seq = read_seqbegin(&hh->hh_lock);
		len = READ_ONCE(hh->hh_len);
		memcpy(f->eth, hh->hh_data, HH_DATA_MOD);
	} while (read_seqretry(&hh->hh_lock, seq));
	return len == ETH_HLEN;
}

static bool has_way(struct phn_frame *f, u64 now)
{
	struct phn_leg *to = f->to;
	const struct phn_path *path;

	/* Pairs with phn_leg_end_sending(). */
	if (smp_load_acquire(&to->sending) || phn_check_window(to, now))
		return false;
	path = phn_path_get(to);
	f->path = path;
	return path && !path->hold && path->state == PHONION_PATH_STATE_FAST &&
	       path->hlen + PHN_RTP_HLEN + f->len <= path->sure_mtu &&
	       READ_ONCE(path->neigh->nud_state) & NUD_CONNECTED &&
	       takes_frames(path->dst->dev) && read_eth(f, &path->neigh->hh);
}

static u8 *new_start(const struct phn_frame *f)
{
	return f->payload - PHN_RTP_HLEN - f->path->hlen - ETH_HLEN;
}

static void write_ip(u8 *to, const struct phn_path *path, unsigned int len)
{
	if (path->family == AF_INET) {
		struct iphdr *iph = (struct iphdr *)to;

		*iph = path->ip4;
		iph->tot_len = htons(len);
		iph->check = ~csum16_add(path->ip4.check, iph->tot_len);
	} else {
		struct ipv6hdr *ip6h = (struct ipv6hdr *)to;

		phn_path_put_ip6(path, ip6h);
		ip6h->payload_len = htons(len - sizeof(*ip6h));
	}
}

/* There is always a checksum, and nobody else to make it. */
static void write_udp(u8 *to, const struct phn_frame *f, __wsum payload)
{
	struct udphdr *uh = (struct udphdr *)to;
	u64 sum = (__force u32)payload;

	*uh = f->path->udp;
	uh->len = htons(sizeof(*uh) + PHN_RTP_HLEN + f->len);
	phn_rtp_write(to + sizeof(*uh), &f->rtp);
	/* The path's checksum, which is the pseudo-header's, is still in it. */
	sum += phn_csum_udp_rtp(uh) + (__force u16)uh->len;
	uh->check = phn_csum_make(sum);
}

static int send(struct xdp_buff *xdp, struct phn_frame *f, u8 *eth, __wsum payload)
{
	u8 *ip = eth + ETH_HLEN;

	write_udp(f->payload - PHN_RTP_HLEN - sizeof(struct udphdr), f, payload);
	write_ip(ip, f->path, f->path->hlen + PHN_RTP_HLEN + f->len);
	/* What follows the datagram, and what others said of the frame, stays here. */
	xdp->data_meta = xdp_data_meta_unsupported(xdp) ? eth + 1 : eth;
	xdp->data = eth;
	xdp->data_end = f->payload + f->len;
	phn_leg_count_packet(f->to->tx_stats, PHN_TX_PACKETS, f->len);
	return f->path->dst->dev->ifindex;
}

/* From here on the frame is ours. */
static int take(struct xdp_buff *xdp, struct phn_frame *f, u64 now, __wsum payload)
{
	u8 *eth = new_start(f);

	phn_account(f->leg, &f->rtp, f->len, now);
	if (f->x->table) {
		phn_g711_convert(f->x->table, f->payload, f->len);
		payload = csum_partial(f->payload, f->len, 0);
	}
	f->rtp.pt = f->x->out;
	phn_renumber(f->to, &f->rtp, now);
	memcpy(eth, f->eth + HH_DATA_OFF(ETH_HLEN), ETH_HLEN);
	((struct ethhdr *)eth)->h_proto =
		f->path->family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	return send(xdp, f, eth, payload);
}

static int drop(const struct phn_frame *f, enum phn_leg_counter why)
{
	phn_leg_count(f->leg->stats, why);
	return DROP;
}

static bool parse(struct phn_net *pn, struct phn_frame *f, const struct xdp_buff *xdp)
{
	const struct ethhdr *eth = xdp->data;

	f->iph = (u8 *)(eth + 1);
	if (likely(eth->h_proto == htons(ETH_P_IP)))
		return parse4(pn, f, xdp->data_end);
	return eth->h_proto == htons(ETH_P_IPV6) && parse6(pn, f, xdp->data_end);
}

/* The order of checks is that of phn_rx(), so that what is dropped counts the same. */
static __always_inline int forward(struct phn_net *pn, struct xdp_buff *xdp)
{
	const struct phn_leg_conf *conf;
	struct phn_frame f PHN_UNINITIALIZED;
	__wsum payload;
	u64 now;
	int why;

	if (!is_ordinary(xdp) || !parse(pn, &f, xdp))
		return LEAVE;
	phn_fetch_ahead(f.leg);
	conf = rcu_dereference(f.leg->conf);
	if (conf->hold || conf->latch || !parse_rtp(&f))
		return LEAVE;
	now = ktime_get_ns();
	if (!has_way(&f, now) ||
	    new_start(&f) < (u8 *)xdp->data_hard_start + sizeof(struct xdp_frame))
		return LEAVE;
	payload = csum_partial(f.payload, f.len, 0);
	if (!checksum_ok(&f, payload))
		return LEAVE;
	why = phn_check_window(f.leg, now);
	if (!why)
		why = phn_check_source(conf, &f.src, false);
	if (!why)
		why = phn_check_rate(f.leg, conf, now);
	return unlikely(why) ? drop(&f, why) : take(xdp, &f, now, payload);
}

/**
 * phn_xdp_forward - forward a frame for a leg; for XDP programs
 * @ctx: the frame; what a program knew of its data does not hold any more
 *
 * Context: as XDP programs run: bottom halves off, RCU read-side section.
 * Return: index of the device to redirect the frame to, 0 when it is as it came and is
 * to be passed to the stack, or a negative number when it is to be dropped.
 */
noinline int phn_xdp_forward(struct xdp_md *ctx)
{
	struct xdp_buff *xdp = (struct xdp_buff *)ctx;

	return forward(phn_net(dev_net(xdp->rxq->dev)), xdp);
}

PHN_KFUNCS_START(kfuncs)
BTF_ID_FLAGS(func, phn_xdp_forward)
PHN_KFUNCS_END(kfuncs)

#ifdef CONFIG_DEBUG_INFO_BTF_MODULES
static const struct btf_kfunc_id_set kfunc_set = {
	.owner = THIS_MODULE,
	.set = &kfuncs,
};

/* Without type information no program can call us, and nothing else is amiss. */
void __init phn_xdp_init(void)
{
	if (THIS_MODULE->btf_data_size &&
	    register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &kfunc_set))
		pr_info("phonion: XDP is not available\n");
}
#else
void __init phn_xdp_init(void)
{
}
#endif
