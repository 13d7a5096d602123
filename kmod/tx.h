/* SPDX-License-Identifier: GPL-2.0 */
/* What leaves by a leg. What is forwarded goes in line, for that is every packet. */
#ifndef PHN_TX_H
#define PHN_TX_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "core/g711.h"
#include "headers.h"
#include "leg.h"
#include "netns.h"
#include "path.h"
#include "steps.h"
#include "tdm.h"
#include "xmit.h"

struct phn_event;

int phn_tx_event(struct phn_leg *leg, const struct phn_event *event, bool first, u64 start,
		 u64 now);
int phn_tx_speech(struct phn_leg *leg, const u8 *ulaw, unsigned int len, u32 units, u64 at,
		  u64 now);
const struct phn_pt *phn_tx_speech_pt(const struct phn_leg_conf *conf);
int phn_tx_no_path(const struct phn_leg *leg);
void phn_tx_slow(struct net *net, const struct phn_path *path, struct sk_buff *skb);

/* @len: octets of payload */
static __always_inline void phn_transmit(struct phn_leg *leg, const struct phn_path *path,
					 struct sk_buff *skb, unsigned int len)
{
	if (unlikely(path->state != PHONION_PATH_STATE_FAST)) {
		phn_tx_slow(leg->pn->net, path, skb);
		phn_leg_count(leg->stats, PHN_TX_SLOW);
	} else {
		phn_xmit(path, skb);
	}
	phn_leg_count_packet(leg->tx_stats, PHN_TX_PACKETS, len);
}

static __always_inline bool phn_tx_fits(const struct phn_path *path, unsigned int len)
{
	return likely(len <= path->sure_mtu) || len <= dst_mtu(path->dst);
}

/* By the stack a packet may leave through another device than the route's. */
static __always_inline bool phn_tx_is_cut(const struct phn_path *path)
{
	return unlikely(!netif_carrier_ok(path->dst->dev)) &&
	       path->state == PHONION_PATH_STATE_FAST;
}

/*
 * Whether a payload may leave, and how. Return: 0, or the counter of the reason why not.
 * The path says of the leg's configuration what is to be known, so that is not read.
 * All of it is asked before the packet is numbered, so that what is dropped never is.
 */
static __always_inline int phn_tx_admit(struct phn_leg *leg, unsigned int len, u64 now,
					const struct phn_path **path)
{
	if (phn_check_window(leg, now))
		return PHN_DROP_WINDOW;
	*path = phn_path_get(leg);
	if (unlikely(!*path))
		return phn_tx_no_path(leg);
	if (unlikely((*path)->hold))
		return PHN_DROP_HOLD;
	if (!phn_tx_fits(*path, len + PHN_RTP_HLEN + (*path)->hlen))
		return PHN_DROP_TOO_BIG;
	return phn_tx_is_cut(*path) ? PHN_DROP_NO_ROUTE : 0;
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
static __always_inline int phn_tx(struct phn_leg *leg, struct sk_buff *skb,
				  struct phn_rtp *rtp, const u8 *table, u64 now)
{
	unsigned int len = skb->len;
	const struct phn_path *path;
	int drop;

	/* Pairs with finish() in dtmf.c and its like: the stream is seen as it was left. */
	if (unlikely(smp_load_acquire(&leg->sending)))
		return leg->tdm ? phn_tdm_tx(leg, skb, phn_rtp_fields(rtp), table, now) : PHN_DROP_DTMF;
	drop = phn_tx_admit(leg, len, now, &path);
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
	phn_write_headers(skb, path, rtp, len);
	phn_scrub(skb);
	phn_transmit(leg, path, skb, len);
	return 0;
}

#endif
