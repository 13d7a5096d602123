/* SPDX-License-Identifier: GPL-2.0 */
/* A channel that is a leg: octets between DAHDI's ticks and phonion.ko's packets. */
#ifndef PHD_LEG_H
#define PHD_LEG_H

#include <linux/spinlock.h>
#include <phonion/tdm.h>

#include "core/detect.h"
#include "core/jitter.h"
#include "core/player.h"

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
 * @detecting: tones are to become events
 * @lock: guards @jitter to @own_id; taken in DAHDI's tick, so with interrupts off
 * @jitter: what is to be played to the channel
 * @events: that come amid it, in its time
 * @own: those of leg-dtmf, in the channel's
 * @own_id: tells the present one of them
 * @head: octets that the channel has brought; written in the tick
 * @tail: of them, those that were sent or given up; by the tasklet
 * @seq: packets sent; by the tasklet
 * @overruns: octets given up; by the tasklet
 * @paused: the last packet was none of audio; by the tasklet, as all that follows
 * @detect: hears the tones
 * @event: the one that is on, or PHD_NO_TONE
 * @event_from: when it began, by @tail
 * @event_to: to when it has lasted
 * @event_sent: packets of it
 * @tones: there were
 * @backlog: what it has brought, by @head and @tail; no lock: whoever reads looks at
 *	@head again to see that it was not overtaken
 */
struct phd_leg {
	struct rcu_head rcu;
	struct phn_leg *leg;
	struct phd_chan *chan;
	u16 frame;
	bool detecting;
	u32 source;

	spinlock_t lock;
	struct phd_jitter jitter;
	struct phd_player events;
	struct phd_player own;
	u32 own_id;

	u32 head ____cacheline_aligned;
	u32 tail ____cacheline_aligned;
	u16 seq;
	u64 overruns;
	bool paused;
	struct phd_detect detect;
	u8 event;
	u32 event_from;
	u32 event_to;
	u32 event_sent;
	u64 tones;
	u8 backlog[PHD_BACKLOG];
};

extern const struct phn_tdm_ops phd_leg_ops;

/* digits.c: tones and events. With @lock held, the first two. */
void phd_digits_receive(struct phd_leg *l, const struct phn_tdm_packet *packet);
bool phd_digits_play(struct phd_leg *l, u8 out[PHD_TICK]);
bool phd_digits_hear(struct phd_leg *l, const u8 *frame);

bool phd_leg_tick(struct phd_leg *l, const u8 *in, u8 *out);
void phd_leg_send(struct phd_leg *l);

#endif
