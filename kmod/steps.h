/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet goes through at its legs, whether the ingress hook has it or XDP.
 * In line, for it is done for every packet.
 */
#ifndef PHN_STEPS_H
#define PHN_STEPS_H

#include <linux/prefetch.h>

#include "bridge.h"
#include "compat.h"
#include "leg.h"
#include "notify.h"

/*
 * Checks return 0, or the counter of the reason why the packet goes
 * no further.
 */

static inline int phn_check_window(const struct phn_leg *leg, u64 now)
{
	if (now < READ_ONCE(leg->open_ns) || now >= READ_ONCE(leg->close_ns))
		return PHN_DROP_WINDOW;
	return 0;
}

/*
 * Media comes from the peer and from nobody else. While the port is still to
 * be latched, any of the peer's will do. RTCP may come from any port: nothing
 * depends on it.
 */
static inline int phn_check_source(const struct phn_leg_conf *conf, const struct phn_addr *src,
				   bool rtcp)
{
	if (!conf->remote.family || !phn_addr_same_ip(&conf->remote, src))
		return rtcp ? PHN_DROP_RTCP : PHN_DROP_SOURCE;
	if (conf->remote.port != src->port && !conf->latch && !rtcp)
		return PHN_DROP_SOURCE;
	return 0;
}

/* A leaky bucket that holds one second's worth. */
static inline int phn_check_rate(struct phn_leg *leg, const struct phn_leg_conf *conf, u64 now)
{
	u64 used = max(READ_ONCE(leg->rate_ns), now);

	if (used > now + NSEC_PER_SEC - conf->rate_interval_ns)
		return PHN_DROP_RATE;
	WRITE_ONCE(leg->rate_ns, used + conf->rate_interval_ns);
	return 0;
}

static inline const struct phn_pt *phn_find_pt(const struct phn_leg_conf *conf, u8 number)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].number == number)
			return &conf->pt[i];
	return NULL;
}

/* There is one at least, and it is the one. */
static __always_inline const struct phn_xlate *phn_find_xlate(const struct phn_bridge_dir *dir,
							      u8 number)
{
	const struct phn_xlate *x = dir->xlate;

	do {
		if (likely(x->in == number))
			return x;
	} while (++x < dir->xlate + dir->n);
	return NULL;
}

/*
 * What becomes of a packet of speech with a bare header, which nearly all are; NULL
 * when it is no such or goes nowhere. That the leg has its payload type, and that it
 * is not RTCP, needs no look: a bridge has none but those of its legs.
 */
static __always_inline const struct phn_xlate *phn_find_bare(const struct phn_bridge_dir *dir,
							     const u8 *data, struct phn_rtp *rtp)
{
	const struct phn_xlate *x;

	if (!phn_rtp_is_bare(data))
		return NULL;
	phn_rtp_read(rtp, data);
	x = phn_find_xlate(dir, rtp->pt);
	if (!x || x->codec == PHONION_CODEC_TELEPHONE_EVENT)
		return NULL;
	return x;
}

/*
 * Where there are many legs, what a packet needs of them is in no cache, and each thing is
 * found by the one before: leg, direction, other leg, path and counters. That is waited for
 * once, all of it being asked for as soon as there is a leg.
 */
static __always_inline void phn_fetch_ahead(const struct phn_leg *leg)
{
	const struct phn_leg *to = READ_ONCE(leg->ahead.leg);

	prefetch(to);
	prefetchw(&to->tx);
	prefetch(READ_ONCE(leg->ahead.path));
	prefetchw(&this_cpu_ptr(leg->stats)->c[PHN_RX_PACKETS]);
	prefetchw(&this_cpu_ptr(READ_ONCE(leg->ahead.tx_stats))->c[PHN_TX_PACKETS]);
}

/* A packet was accepted; @len octets of payload. */
static __always_inline void phn_account(struct phn_leg *leg, const struct phn_rtp *rtp,
					unsigned int len, u64 now)
{
	if (unlikely(phn_rxstat_is_new(&leg->rx, rtp))) {
		if (!READ_ONCE(leg->last_rx_ns))
			phn_notify_first_packet(leg);
		phn_rxstat_restart(&leg->rx, phn_rtp_fields(rtp), now);
	}
	WRITE_ONCE(leg->last_rx_ns, now);
	phn_rxstat_count(&leg->rx, rtp, now);
	phn_leg_count_packet(leg->stats, PHN_RX_PACKETS, len);
}

/* The header becomes the outgoing stream's. Only a change of source takes the lock. */
static __always_inline void phn_renumber(struct phn_leg *leg, struct phn_rtp *rtp, u64 now)
{
	struct phn_stream_anchor anchor PHN_UNINITIALIZED;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&leg->tx_seq);
		anchor = leg->tx.anchor;
	} while (read_seqcount_retry(&leg->tx_seq, seq));

	if (unlikely(!phn_stream_anchored(&anchor, rtp)))
		anchor = phn_leg_reanchor(leg, phn_rtp_fields(rtp), now);

	phn_stream_apply(&anchor, leg->tx.ssrc, rtp);
	if (phn_stream_newer(&leg->tx, rtp)) {
		leg->tx.last_seq = rtp->seq;
		leg->tx.last_ts = rtp->timestamp;
		leg->tx.last_ns = now;
	}
}

#endif
