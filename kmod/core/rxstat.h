/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reception statistics of one source (RFC 3550, appendices A.1, A.3, A.8). What every
 * packet goes through is inline.
 */
#ifndef PHN_CORE_RXSTAT_H
#define PHN_CORE_RXSTAT_H

#include "rtp.h"

#define PHN_RXSTAT_SEQ_MOD	(1u << 16)
#define PHN_RXSTAT_MAX_DROPOUT	3000
#define PHN_RXSTAT_MAX_MISORDER 100
#define PHN_RXSTAT_NO_BAD_SEQ	(PHN_RXSTAT_SEQ_MOD + 1)

/**
 * struct phn_rxstat - what was received of one source
 * @ssrc: the source
 * @cycles: sequence number cycles, shifted by 16
 * @base_seq: first sequence number
 * @max_seq: highest sequence number seen
 * @bad_seq: sequence number that would confirm a restart, plus 1 << 16 of
 *	"none expected"
 * @received: packets received since @base_seq
 * @transit: relative transit time of the last packet, in timestamp units
 * @jitter: sixteen times the jitter in timestamp units
 * @set: false until the first packet
 * @lost_before: lost of earlier sources and before restarts
 */
struct phn_rxstat {
	u32 ssrc;
	u32 cycles;
	u16 base_seq;
	u16 max_seq;
	u32 bad_seq;
	u32 received;
	u32 transit;
	u32 jitter;
	bool set;
	s64 lost_before;
};

void phn_rxstat_restart(struct phn_rxstat *st, struct phn_rtp rtp, u64 now_ns);
s64 phn_rxstat_lost(const struct phn_rxstat *st);
u32 phn_rxstat_jitter(const struct phn_rxstat *st);

static inline u32 phn_rxstat_arrival(u64 now_ns)
{
	/* 8000 units a second are one in 125 us. */
	return now_ns / (1000000000ull / PHN_RTP_CLOCK);
}

/* RFC 3550, A.1, without probation: the source check stands in for it. */
static inline void phn_rxstat_update_seq(struct phn_rxstat *st, const struct phn_rtp *rtp,
					 u64 now_ns)
{
	u16 delta = rtp->seq - st->max_seq;

	if (delta < PHN_RXSTAT_MAX_DROPOUT) {
		if (rtp->seq < st->max_seq)
			st->cycles += PHN_RXSTAT_SEQ_MOD;
		st->max_seq = rtp->seq;
	} else if (delta <= PHN_RXSTAT_SEQ_MOD - PHN_RXSTAT_MAX_MISORDER) {
		/* Two in sequence after a jump: the source has restarted. */
		if (rtp->seq == st->bad_seq) {
			phn_rxstat_restart(st, phn_rtp_fields(rtp), now_ns);
		} else {
			st->bad_seq = (rtp->seq + 1) & (PHN_RXSTAT_SEQ_MOD - 1);
			return;
		}
	}
	st->received++;
}

/* RFC 3550, A.8. */
static inline void phn_rxstat_update_jitter(struct phn_rxstat *st, const struct phn_rtp *rtp,
					    u64 now_ns)
{
	u32 transit = phn_rxstat_arrival(now_ns) - rtp->timestamp;
	s32 d = transit - st->transit;

	st->transit = transit;
	if (d < 0)
		d = -d;
	st->jitter += d - ((st->jitter + 8) >> 4);
}

/**
 * phn_rxstat_is_new - whether a packet is of a source that is not counted yet
 * @st: zero-filled before the first
 * @rtp: the packet's header
 */
static inline bool phn_rxstat_is_new(const struct phn_rxstat *st, const struct phn_rtp *rtp)
{
	return !st->set || st->ssrc != rtp->ssrc;
}

/**
 * phn_rxstat_count - count a packet of the source that is counted
 * @st: phn_rxstat_restart() has seen the source
 * @rtp: the packet's header
 * @now_ns: when it arrived, by a monotonic clock
 */
static inline void phn_rxstat_count(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns)
{
	phn_rxstat_update_seq(st, rtp, now_ns);
	phn_rxstat_update_jitter(st, rtp, now_ns);
}

/**
 * phn_rxstat_update - count a packet
 * @st: zero-filled before the first
 * @rtp: the packet's header
 * @now_ns: when it arrived, by a monotonic clock
 */
static inline void phn_rxstat_update(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns)
{
	if (phn_rxstat_is_new(st, rtp))
		phn_rxstat_restart(st, phn_rtp_fields(rtp), now_ns);
	phn_rxstat_count(st, rtp, now_ns);
}

#endif
