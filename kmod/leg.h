/* SPDX-License-Identifier: GPL-2.0 */
/* Legs: one side of a call at this relay. */
#ifndef PHN_LEG_H
#define PHN_LEG_H

#include <linux/rhashtable.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/phonion.h>
#include <phonion/tdm.h>

#include "addr.h"
#include "core/rxstat.h"
#include "core/stream.h"
#include "core/xlate.h"
#include "counters.h"

struct netlink_ext_ack;
struct phn_bridge_dir;
struct phn_dtmf;
struct phn_play;
struct phn_net;
struct phn_path;
struct phn_tdm;

/* Of phn_leg.sending. */
#define PHN_SENDING_OWN BIT(0)
#define PHN_SENDING_TDM BIT(1)

/**
 * struct phn_leg_conf - what leg-new and leg-set say of a leg
 * @rcu: freed after a grace period
 * @remote: the peer; port 0 while it is not known
 * @latch: the port of the first valid packet shall become @remote's
 * @hold: nothing is sent to the peer, nothing accepted from it
 * @source_policy: enum phonion_source_policy, as set
 * @dscp: of outgoing packets
 * @n_pt: entries of @pt
 * @pt: payload types
 * @rate_limit: packets per second
 * @rate_interval_ns: nanoseconds a packet at @rate_limit
 * @media_timeout_ms: 0 is off
 *
 * Immutable once published: a change replaces the whole, under the leg's
 * path_lock, and readers see one or the other. It is a line of the cache of
 * its own: each packet received reads it.
 */
struct phn_leg_conf {
	struct rcu_head rcu;
	struct phn_addr remote;
	bool latch : 1;
	bool hold : 1;
	u8 source_policy;
	u8 dscp;
	u8 n_pt;
	struct phn_pt pt[PHONION_MAX_PAYLOAD_TYPES];
	u32 rate_limit;
	u32 rate_interval_ns;
	u32 media_timeout_ms;
};

/**
 * struct phn_ahead - where a packet of a leg will go, for the cache only
 * @leg: the other leg
 * @path: that one's path
 * @tx_stats: that one's counters
 *
 * Nobody follows these pointers: each may be of what is no more. Who sends has the leg of
 * phn_leg.bridge, and the rest of that leg. Known before the first of these is read, they
 * let all of it be asked for at once.
 */
struct phn_ahead {
	const struct phn_leg *leg;
	const struct phn_path *path;
	struct phn_leg_stats __percpu *tx_stats;
};

/**
 * struct phn_leg - a leg
 * @node: in phn_net.table
 * @local: local address; the key
 * @bridge: RCU; the direction from this leg to the other, NULL when not
 *	bridged; changed under phn_net.legs_lock
 * @open_ns: CLOCK_MONOTONIC from which packets pass
 * @close_ns: CLOCK_MONOTONIC from which they do not: end of lease or window
 * @ahead: where @bridge leads; its @path written under that leg's path_lock
 * @id: identity in the namespace
 * @pn: the namespace; NULL never, but not to be touched after a grace period
 *	from the leg's removal
 * @last_rx_ns: CLOCK_MONOTONIC of the last accepted packet, 0 before it
 * @rate_ns: CLOCK_MONOTONIC up to which the rate limit's budget is used
 * @conf: RCU; replaced under @path_lock
 * @stats: per-CPU counters
 * @rx: reception statistics
 * @event_ts: timestamp of the DTMF event that was last told
 * @event_seen: @event_ts is one
 * @tx: outgoing stream
 * @tx_seq: lets @tx.anchor be read without a lock; written under @tx_lock
 * @tx_lock: guards a change of source in @tx
 * @path: RCU; how packets get to the peer, NULL until one is to be sent;
 *	replaced under @path_lock
 * @tx_stats: @stats, where sending finds it
 * @sending: PHN_SENDING_OWN: leg-dtmf or leg-play sends, and nothing is forwarded
 *	to the peer meanwhile; PHN_SENDING_TDM: the peer is a TDM channel, always
 * @path_lock: guards replacing @conf and @path
 * @sock: kernel sockets that hold the RTP and the RTCP port
 * @cookie: given back to userspace
 * @cookie_len: octets of @cookie
 * @lease_ns: CLOCK_MONOTONIC at which the lease ends; under legs_lock
 * @not_before_ns: CLOCK_REALTIME; 0 is none
 * @not_after_ns: CLOCK_REALTIME; U64_MAX is none
 * @tdm: the leg is a TDM channel, and has no @local, @path or @sock; else NULL;
 *	fixed for the life of the leg
 * @dtmf: what leg-dtmf sends; NULL until it is first asked; under legs_lock
 * @play: what leg-play sends; likewise
 * @watch_ns: CLOCK_MONOTONIC before which silence does not count: when the media
 *	timeout or hold was last set; under legs_lock
 * @silent_ns: start of the silence that was last told; under legs_lock
 * @rcu: freed after a grace period from removal
 *
 * A leg lives from phn_leg_new() to phn_leg_del(), both under legs_lock. The
 * packet path finds it in the table, by its sockets or by a bridge, and uses
 * it within one RCU read-side section; it takes no reference.
 *
 * The fields from @last_rx_ns to @event_seen, but for @conf and @stats, are written
 * without a lock by whichever CPU receives the leg's flow. Should the flow move to
 * another CPU in mid-packet, a jitter or budget update may be lost; nothing else
 * depends on them.
 */
struct phn_leg {
	/* Read for every packet, received or sent. */
	struct rhash_head node;
	struct phn_addr local;
	struct phn_bridge_dir __rcu *bridge;
	u64 open_ns;
	u64 close_ns;

	/* Read for every packet received; what follows, at need. */
	struct phn_ahead ahead ____cacheline_aligned;
	u32 id;
	struct phn_net *pn;

	/* Written for every packet received, but for what receiving it reads. */
	u64 last_rx_ns ____cacheline_aligned;
	u64 rate_ns;
	struct phn_leg_conf __rcu *conf;
	struct phn_leg_stats __percpu *stats;
	struct phn_rxstat rx;
	u32 event_ts;
	bool event_seen;

	/* Written for every packet sent, but for what sending it reads. */
	struct phn_stream tx ____cacheline_aligned;
	seqcount_spinlock_t tx_seq;
	spinlock_t tx_lock;
	struct phn_path __rcu *path;
	struct phn_leg_stats __percpu *tx_stats;
	u8 sending;

	/* Control plane. */
	spinlock_t path_lock ____cacheline_aligned;
	struct socket *sock[2];
	u8 cookie[PHONION_MAX_COOKIE_LEN];
	u8 cookie_len;
	struct phn_tdm *tdm;
	struct phn_dtmf *dtmf;
	struct phn_play *play;
	u64 watch_ns;
	u64 silent_ns;
	u64 lease_ns;
	u64 not_before_ns;
	u64 not_after_ns;
	struct rcu_head rcu;
};

/**
 * struct phn_leg_params - what a leg is made of
 * @id: 0 lets the kernel choose
 * @local: local address and RTP port
 * @tdm: of a TDM leg, which has no @local
 * @conf: copied
 * @cookie: given back to userspace
 * @cookie_len: octets of @cookie
 * @lease_ms: milliseconds until nobody having renewed it ends the leg
 * @not_before_ns: CLOCK_REALTIME; 0 is none
 * @not_after_ns: CLOCK_REALTIME; U64_MAX is none
 */
struct phn_leg_params {
	u32 id;
	struct phn_addr local;
	struct phn_tdm_params tdm;
	struct phn_leg_conf conf;
	u8 cookie[PHONION_MAX_COOKIE_LEN];
	u8 cookie_len;
	u32 lease_ms;
	u64 not_before_ns;
	u64 not_after_ns;
};

static inline void phn_leg_conf_rate(struct phn_leg_conf *conf, u32 rate_limit)
{
	conf->rate_limit = rate_limit;
	conf->rate_interval_ns = NSEC_PER_SEC / rate_limit;
}

/* Which fields phn_leg_change() changes. */
enum {
	PHN_SET_REMOTE = BIT(0), /* and forget a latched port */
	PHN_SET_SOURCE_POLICY = BIT(1),
	PHN_SET_PT = BIT(2),
	PHN_SET_RATE_LIMIT = BIT(3),
	PHN_SET_MEDIA_TIMEOUT = BIT(4),
	PHN_SET_DSCP = BIT(5),
	PHN_SET_HOLD = BIT(6),
};

/* Whoever sends of its own is one at a time, under legs_lock. */
static inline bool phn_leg_is_sending(const struct phn_leg *leg)
{
	return READ_ONCE(leg->sending) & PHN_SENDING_OWN;
}

static inline void phn_leg_begin_sending(struct phn_leg *leg)
{
	WRITE_ONCE(leg->sending, leg->sending | PHN_SENDING_OWN);
}

/* The stream as it is left is seen by who sees that it is. */
static inline void phn_leg_end_sending(struct phn_leg *leg)
{
	/* Pairs with phn_tx(). */
	smp_store_release(&leg->sending, leg->sending & ~PHN_SENDING_OWN);
}

/* All under legs_lock. */
struct phn_leg *phn_leg_new(struct phn_net *pn, const struct phn_leg_params *params,
			    struct netlink_ext_ack *extack);
int phn_leg_change(struct phn_leg *leg, const struct phn_leg_conf *to, u32 what,
		   struct netlink_ext_ack *extack);
int phn_leg_may_send(const struct phn_leg *leg, const struct phn_leg_conf *conf,
		     struct netlink_ext_ack *extack);
void phn_leg_conf_get(const struct phn_leg *leg, struct phn_leg_conf *conf);
void phn_leg_renew(struct phn_leg *leg, u32 lease_ms);
void phn_leg_rewindow(struct phn_leg *leg);
void phn_leg_del(struct phn_leg *leg);

void phn_leg_del_all(struct phn_net *pn);

/* Packet path: a valid packet's port becomes the peer's, once. */
bool phn_leg_latch(struct phn_leg *leg, const struct phn_addr *src);

/* Packet path: the outgoing stream goes on with the source of @in. */
struct phn_stream_anchor phn_leg_reanchor(struct phn_leg *leg, struct phn_rtp in, u64 now);

#endif
