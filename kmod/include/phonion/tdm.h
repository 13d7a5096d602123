/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TDM legs: the seam between phonion.ko, which knows legs, bridges and RTP, and
 * the module that knows telephone channels. Both ways there is one packet's
 * worth of G.711 or one telephone event at a time.
 */
#ifndef PHONION_TDM_H
#define PHONION_TDM_H

#include <linux/types.h>

struct file;
struct module;
struct phn_leg;

/* Files that a leg keeps open. */
#define PHN_TDM_FILES 2

/**
 * struct phn_tdm_params - what a TDM leg is made of
 * @channel: the channel's number; 0 is no TDM leg
 * @codec: enum phonion_codec of the channel, one of the two laws
 * @events: tones in the channel are to become events
 * @ptime_ms: of packets made of what the channel brings: 10, 20 or 30
 * @delay_min_ms: least delay of the jitter buffer, 0 to 200
 * @delay_max_ms: most, @delay_min_ms to 200
 * @n_files: entries of @file
 * @file: that are kept open for as long as the leg is, each referenced
 */
struct phn_tdm_params {
	u32 channel;
	u8 codec;
	bool events;
	u8 ptime_ms;
	u16 delay_min_ms;
	u16 delay_max_ms;
	u8 n_files;
	struct file *file[PHN_TDM_FILES];
};

/**
 * struct phn_tdm_packet - audio or an event on its way
 * @source: the SSRC that it came with, or whatever tells one source from another
 * @timestamp: of its first sample, or of the event's start
 * @seq: sequence number
 * @marker: first of a talkspurt, or of an event
 * @event: it is a telephone event's payload (RFC 4733), no audio
 * @own: an event of leg-dtmf's, to be played at once
 * @len: octets of @data
 * @data: the payload; audio is in the channel's law
 */
struct phn_tdm_packet {
	u32 source;
	u32 timestamp;
	u16 seq;
	bool marker;
	bool event;
	bool own;
	u16 len;
	const u8 *data;
};

/**
 * struct phn_tdm_stats - what the jitter buffer did; see tdm-stats in the
 * netlink specification
 */
struct phn_tdm_stats {
	u32 delay;
	u64 played;
	u64 concealed;
	u64 gaps;
	u64 late;
	u64 added;
	u64 removed;
	u64 restarts;
	u64 overruns;
	u64 tones;
};

/**
 * struct phn_tdm_ops - what the module that has the channels does
 * @owner: the module; held for as long as there are legs of it
 * @attach: a leg is made of a channel. It may sleep. Returns what the others are
 *	given as @priv; or an error pointer, and why in @why: -ENODEV for no such
 *	channel, -EBUSY, -EINVAL for a file that is no channel, -ENOMEM
 * @detach: the leg ends. It may sleep. After it the module gives no more packets
 *	of the leg; @priv may be in use until a grace period later
 * @receive: a packet for the channel; in softirq, under rcu_read_lock()
 * @stats: fills in the counters; under rcu_read_lock() or legs_lock
 */
struct phn_tdm_ops {
	struct module *owner;
	void *(*attach)(struct phn_leg *leg, const struct phn_tdm_params *params,
			const char **why);
	void (*detach)(void *priv);
	void (*receive)(void *priv, const struct phn_tdm_packet *packet);
	void (*stats)(void *priv, struct phn_tdm_stats *stats);
};

int phn_tdm_register(const struct phn_tdm_ops *ops);
void phn_tdm_unregister(const struct phn_tdm_ops *ops);
bool phn_tdm_send(struct phn_leg *leg, const struct phn_tdm_packet *packet);

#endif
