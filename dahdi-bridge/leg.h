/* SPDX-License-Identifier: GPL-2.0 */
/* A channel that is a leg: octets between DAHDI's ticks and phonion.ko's packets. */
#ifndef PHD_LEG_H
#define PHD_LEG_H

#include <linux/spinlock.h>
#include <phonion/tdm.h>

#include "core/jitter.h"

struct phd_chan;

/* Octets that wait to be sent: 256 ms. */
#define PHD_BACKLOG 2048

/**
 * struct phd_leg - a leg
 * @rcu: freed after a grace period
 * @leg: what phonion.ko knows it by
 * @chan: its channel
 * @frame: octets of a packet
 * @source: tells its packets from those of another leg
 * @lock: guards @jitter; taken in DAHDI's tick, so with interrupts off
 * @jitter: what is to be played to the channel
 * @head: octets that the channel has brought; written in the tick
 * @tail: of them, those that were sent or given up; by the tasklet
 * @seq: packets sent; by the tasklet
 * @overruns: octets given up; by the tasklet
 * @backlog: what it has brought, by @head and @tail; no lock: whoever reads looks at
 *	@head again to see that it was not overtaken
 */
struct phd_leg {
	struct rcu_head rcu;
	struct phn_leg *leg;
	struct phd_chan *chan;
	u16 frame;
	u32 source;

	spinlock_t lock;
	struct phd_jitter jitter;

	u32 head ____cacheline_aligned;
	u32 tail ____cacheline_aligned;
	u16 seq;
	u64 overruns;
	u8 backlog[PHD_BACKLOG];
};

extern const struct phn_tdm_ops phd_leg_ops;

bool phd_leg_tick(struct phd_leg *l, const u8 *in, u8 *out);
void phd_leg_send(struct phd_leg *l);

#endif
