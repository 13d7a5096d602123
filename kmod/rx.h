/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What arrives for a leg: checked, counted, and passed on to its bridge. In line for
 * what nearly every packet is.
 */
#ifndef PHN_RX_H
#define PHN_RX_H

#include <linux/skbuff.h>

#include "compat.h"
#include "steps.h"
#include "tx.h"

struct sock;

/**
 * struct phn_rx - a packet for a leg
 * @leg: the leg
 * @src: where it comes from
 * @rtcp: it came to the RTCP port
 * @slow: it came by the stack
 */
struct phn_rx {
	struct phn_leg *leg;
	const struct phn_addr *src;
	bool rtcp;
	bool slow;
};

void phn_rx_drop(struct phn_leg *leg, struct sk_buff *skb, enum phn_leg_counter why);
void phn_rx(const struct phn_rx *rx, struct sk_buff *skb);
bool phn_rx_tdm(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, u8 codec);
int phn_rx_encap(struct sock *sk, struct sk_buff *skb);

/**
 * phn_rx_bare - receive a packet of speech that needs nothing but forwarding
 * @leg: the leg
 * @src: where it comes from; not for the RTCP port
 * @skb: consumed if so; not shared, ends with the UDP payload
 * @off: octets before that
 *
 * The checks and their order are those of phn_rx(), which is for all others.
 *
 * Context: softirq, RCU read-side section.
 * Return: false for another, of which nothing was changed or counted.
 */
static __always_inline bool phn_rx_bare(struct phn_leg *leg, const struct phn_addr *src,
					struct sk_buff *skb, unsigned int off)
{
	const struct phn_leg_conf *conf = rcu_dereference(leg->conf);
	const struct phn_bridge_dir *dir = rcu_dereference(leg->bridge);
	struct phn_rtp rtp PHN_UNINITIALIZED;
	const struct phn_xlate *x;
	u64 now;
	int why;

	phn_fetch_ahead(leg);
	if (unlikely(skb_headlen(skb) < off + PHN_RTP_HLEN || !dir || conf->hold || conf->latch))
		return false;
	x = phn_find_bare(dir, skb->data + off, &rtp);
	if (unlikely(!x))
		return false;

	now = ktime_get_ns();
	why = phn_check_window(leg, now);
	if (!why)
		why = phn_check_source(conf, src, false);
	if (!why)
		why = phn_check_rate(leg, conf, now);
	if (likely(!why)) {
		__skb_pull(skb, off + PHN_RTP_HLEN);
		phn_account(leg, &rtp, skb->len, now);
		rtp.pt = x->out;
		why = phn_tx(dir->to, skb, &rtp, x->table, now);
	}
	if (unlikely(why))
		phn_rx_drop(leg, skb, why);
	return true;
}

#endif
