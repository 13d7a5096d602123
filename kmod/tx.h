/* SPDX-License-Identifier: GPL-2.0 */
/* What leaves by a leg. */
#ifndef PHN_TX_H
#define PHN_TX_H

#include <linux/types.h>

struct phn_event;
struct phn_leg;
struct phn_leg_conf;
struct phn_pt;
struct phn_rtp;
struct sk_buff;

int phn_tx(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, const u8 *table,
	   u64 now);

int phn_tx_event(struct phn_leg *leg, const struct phn_event *event, bool first, u64 start,
		 u64 now);
int phn_tx_speech(struct phn_leg *leg, const u8 *ulaw, unsigned int len, u32 units, u64 at,
		  u64 now);
const struct phn_pt *phn_tx_speech_pt(const struct phn_leg_conf *conf);

#endif
