// SPDX-License-Identifier: GPL-2.0
#include "tx.h"

#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_route.h>

#include "core/g711.h"
#include "leg.h"
#include "netns.h"
#include "path.h"
#include "steps.h"
#include "tdm.h"
#include "xmit.h"

/* The device, or the stack for one that cannot, fills in the checksum. */
static __always_inline void write_udp(struct sk_buff *skb, struct udphdr *uh,
				      const struct phn_path *path, __be16 len)
{
	*uh = path->udp;
	uh->len = len;
	uh->check = csum16_add(path->udp_sum, len);
	skb->transport_header = (u8 *)uh - skb->head;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct udphdr, check);
}

static __always_inline void write_ip4(struct sk_buff *skb, struct iphdr *iph,
				      const struct phn_path *path, __be16 len)
{
	*iph = path->ip4;
	iph->tot_len = len;
	iph->check = ~csum16_add(path->ip4_sum, len);
	skb->protocol = htons(ETH_P_IP);
}

static __always_inline void write_ip6(struct sk_buff *skb, struct ipv6hdr *ip6h,
				      const struct phn_path *path, __be16 len)
{
	*ip6h = path->ip6;
	ip6h->payload_len = len;
	skb->protocol = htons(ETH_P_IPV6);
}

/* IP, UDP and RTP headers before the payload, of @len octets; there is room for them. */
static __always_inline void write_headers(struct sk_buff *skb, const struct phn_path *path,
					  const struct phn_rtp *rtp, unsigned int len)
{
	u8 *udp = skb->data - PHN_RTP_HLEN - sizeof(struct udphdr);
	unsigned int udplen = len + PHN_RTP_HLEN + sizeof(struct udphdr);
	unsigned int iplen;

	phn_rtp_write(udp + sizeof(struct udphdr), rtp);
	write_udp(skb, (struct udphdr *)udp, path, htons(udplen));
	if (path->family == AF_INET) {
		iplen = sizeof(struct iphdr);
		write_ip4(skb, (struct iphdr *)(udp - iplen), path, htons(udplen + iplen));
	} else {
		iplen = sizeof(struct ipv6hdr);
		write_ip6(skb, (struct ipv6hdr *)(udp - iplen), path, htons(udplen));
	}
	skb->network_header = skb->transport_header - iplen;
	__skb_push(skb, iplen + udplen - len);
}

/* Nothing that the packet met on its way here may show on its way on. */
static __always_inline void scrub(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb_clear_hash(skb);
	skb->priority = TC_PRIO_INTERACTIVE;
	skb->encapsulation = 0;
}

static int send_slow(struct net *net, const struct phn_path *path, struct sk_buff *skb)
{
	skb_dst_set(skb, dst_clone(path->dst));
	if (path->family == AF_INET) {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		return ip_local_out(net, NULL, skb);
	}
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return ip6_local_out(net, NULL, skb);
}

/* @len: octets of payload */
static __always_inline int transmit(struct phn_leg *leg, const struct phn_path *path,
				    struct sk_buff *skb, unsigned int len)
{
	if (unlikely(path->state != PHONION_PATH_STATE_FAST)) {
		send_slow(leg->pn->net, path, skb);
		phn_leg_count(leg->stats, PHN_TX_SLOW);
	} else {
		if (unlikely(!netif_carrier_ok(path->dst->dev)))
			return PHN_DROP_NO_ROUTE;
		phn_xmit(path, skb);
	}
	phn_leg_count_packet(leg->stats, PHN_TX_PACKETS, len);
	return 0;
}

static __always_inline bool fits(const struct phn_path *path, unsigned int len)
{
	return likely(len <= path->sure_mtu) || len <= dst_mtu(path->dst);
}

/* Whether a payload may leave, and how. Return: 0, or the counter of the reason why not. */
static __always_inline int admit(struct phn_leg *leg, unsigned int len, u64 now,
				 const struct phn_path **path)
{
	const struct phn_leg_conf *conf = rcu_dereference(leg->conf);

	if (now < READ_ONCE(leg->open_ns) || now >= READ_ONCE(leg->close_ns))
		return PHN_DROP_WINDOW;
	if (!conf->remote.port)
		return PHN_DROP_NO_BRIDGE;
	if (conf->hold)
		return PHN_DROP_HOLD;
	*path = phn_path_get(leg);
	if (unlikely(!*path))
		return PHN_DROP_NO_ROUTE;
	if (!fits(*path, len + PHN_RTP_HLEN + (*path)->hlen))
		return PHN_DROP_TOO_BIG;
	return 0;
}

/**
 * phn_tx - send a payload by a leg
 * @leg: the leg
 * @skb: the payload alone; consumed on success
 * @rtp: header it came with, its payload type already the one to send
 * @table: conversion of each octet, or NULL
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Every header before the payload is made anew, so that none of the arriving
 * packet's can leak through.
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not.
 */
int phn_tx(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, const u8 *table,
	   u64 now)
{
	unsigned int len = skb->len;
	const struct phn_path *path;
	int drop;

	/* Pairs with finish() in dtmf.c and its like: the stream is seen as it was left. */
	if (unlikely(smp_load_acquire(&leg->sending)))
		return leg->tdm ? phn_tdm_tx(leg, skb, rtp, table, now) : PHN_DROP_DTMF;
	drop = admit(leg, len, now, &path);
	if (drop)
		return drop;

	if (table) {
		if (skb_ensure_writable(skb, len))
			return PHN_DROP_NO_MEMORY;
		phn_g711_convert(table, skb->data, len);
	}
	if (skb_cow_head(skb, path->headroom + PHN_RTP_HLEN))
		return PHN_DROP_NO_MEMORY;

	phn_renumber(leg, rtp, now);
	write_headers(skb, path, rtp, len);
	scrub(skb);
	return transmit(leg, path, skb, len);
}

static const struct phn_pt *event_pt(const struct phn_leg_conf *conf)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == PHONION_CODEC_TELEPHONE_EVENT)
			return &conf->pt[i];
	return NULL;
}

/**
 * phn_tx_speech_pt - the payload type of speech of our own
 * @conf: what a leg is set to
 *
 * Return: the first one of G.711, NULL when there is none.
 */
const struct phn_pt *phn_tx_speech_pt(const struct phn_leg_conf *conf)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == PHONION_CODEC_PCMU ||
		    conf->pt[i].codec == PHONION_CODEC_PCMA)
			return &conf->pt[i];
	return NULL;
}

/* With room for the headers, and a payload to be written. */
static struct sk_buff *own_skb(const struct phn_path *path, unsigned int len)
{
	unsigned int headroom = path->headroom + PHN_RTP_HLEN;
	struct sk_buff *skb = alloc_skb(headroom + len, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put(skb, len);
	return skb;
}

static int send_own(struct phn_leg *leg, const struct phn_path *path, struct sk_buff *skb,
		    const struct phn_rtp *rtp)
{
	unsigned int len = skb->len;
	int drop;

	write_headers(skb, path, rtp, len);
	scrub(skb);
	drop = transmit(leg, path, skb, len);
	if (drop)
		kfree_skb(skb);
	return drop;
}

/**
 * phn_tx_event - send a packet of a telephone event by a leg
 * @leg: the leg; leg->sending keeps others from its stream
 * @event: the event
 * @first: it is the event's first packet
 * @start: when the event began, CLOCK_MONOTONIC in nanoseconds
 * @now: the same clock
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not; nothing is numbered then.
 */
int phn_tx_event(struct phn_leg *leg, const struct phn_event *event, bool first, u64 start,
		 u64 now)
{
	const struct phn_pt *pt = event_pt(rcu_dereference(leg->conf));
	struct phn_rtp rtp = { .marker = first };
	const struct phn_path *path;
	struct sk_buff *skb;
	int drop;

	if (leg->tdm)
		return phn_tdm_tx_event(leg, event, first, now);
	if (!pt)
		return PHN_DROP_PAYLOAD_TYPE;
	drop = admit(leg, PHN_EVENT_LEN, now, &path);
	if (drop)
		return drop;
	skb = own_skb(path, PHN_EVENT_LEN);
	if (!skb)
		return PHN_DROP_NO_MEMORY;
	phn_event_write(skb->data, event);

	rtp.pt = pt->number;
	spin_lock(&leg->tx_lock);
	write_seqcount_begin(&leg->tx_seq);
	phn_stream_own(&leg->tx, &rtp, start);
	write_seqcount_end(&leg->tx_seq);
	spin_unlock(&leg->tx_lock);

	return send_own(leg, path, skb, &rtp);
}

static void number_speech(struct phn_leg *leg, struct phn_rtp *rtp, u32 units, u64 at)
{
	spin_lock(&leg->tx_lock);
	write_seqcount_begin(&leg->tx_seq);
	if (units)
		phn_stream_own_later(&leg->tx, rtp, units, at);
	else
		phn_stream_own(&leg->tx, rtp, at);
	write_seqcount_end(&leg->tx_seq);
	spin_unlock(&leg->tx_lock);
}

/**
 * phn_tx_speech - send speech of our own by a leg
 * @leg: the leg; leg->sending keeps others from its stream
 * @ulaw: G.711 u-law, whatever the leg's payload type
 * @len: octets
 * @units: of the RTP clock since the speech before it; 0: it begins
 * @at: when it begins, CLOCK_MONOTONIC in nanoseconds
 * @now: the same clock
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not; nothing is numbered then.
 */
int phn_tx_speech(struct phn_leg *leg, const u8 *ulaw, unsigned int len, u32 units, u64 at,
		  u64 now)
{
	const struct phn_pt *pt = phn_tx_speech_pt(rcu_dereference(leg->conf));
	struct phn_rtp rtp = { .marker = !units };
	const struct phn_path *path;
	struct sk_buff *skb;
	int drop;

	if (!pt)
		return PHN_DROP_PAYLOAD_TYPE;
	if (leg->tdm) {
		number_speech(leg, &rtp, units, at);
		return phn_tdm_tx_speech(leg, &rtp, ulaw, len, now);
	}
	drop = admit(leg, len, now, &path);
	if (drop)
		return drop;
	skb = own_skb(path, len);
	if (!skb)
		return PHN_DROP_NO_MEMORY;
	memcpy(skb->data, ulaw, len);
	if (pt->codec == PHONION_CODEC_PCMA)
		phn_g711_convert(phn_ulaw_to_alaw, skb->data, len);

	rtp.pt = pt->number;
	number_speech(leg, &rtp, units, at);
	return send_own(leg, path, skb, &rtp);
}
