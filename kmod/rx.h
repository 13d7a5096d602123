/* SPDX-License-Identifier: GPL-2.0 */
/* What arrives for a leg: checked, counted, and passed on to its bridge. */
#ifndef PHN_RX_H
#define PHN_RX_H

#include <linux/types.h>

struct phn_addr;
struct phn_leg;
struct phn_rtp;
struct sk_buff;
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

void phn_rx(const struct phn_rx *rx, struct sk_buff *skb);
bool phn_rx_tdm(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, u8 codec);
int phn_rx_encap(struct sock *sk, struct sk_buff *skb);

#endif
