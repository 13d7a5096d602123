// SPDX-License-Identifier: GPL-2.0
#include "rxstat.h"

#define SEQ_MOD	     (1u << 16)
#define MAX_DROPOUT  3000
#define MAX_MISORDER 100
#define NO_BAD_SEQ   (SEQ_MOD + 1)

static u32 arrival(u64 now_ns)
{
	/* 8000 units a second are one in 125 us. */
	return now_ns / (1000000000ull / PHN_RTP_CLOCK);
}

static void restart(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns)
{
	st->lost_before = phn_rxstat_lost(st);
	st->ssrc = rtp->ssrc;
	st->base_seq = rtp->seq;
	st->max_seq = rtp->seq;
	st->bad_seq = NO_BAD_SEQ;
	st->cycles = 0;
	st->received = 0;
	st->transit = arrival(now_ns) - rtp->timestamp;
	st->jitter = 0;
	st->set = true;
}

/* RFC 3550, A.1, without probation: the source check stands in for it. */
static void update_seq(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns)
{
	u16 delta = rtp->seq - st->max_seq;

	if (delta < MAX_DROPOUT) {
		if (rtp->seq < st->max_seq)
			st->cycles += SEQ_MOD;
		st->max_seq = rtp->seq;
	} else if (delta <= SEQ_MOD - MAX_MISORDER) {
		/* Two in sequence after a jump: the source has restarted. */
		if (rtp->seq == st->bad_seq) {
			restart(st, rtp, now_ns);
		} else {
			st->bad_seq = (rtp->seq + 1) & (SEQ_MOD - 1);
			return;
		}
	}
	st->received++;
}

/* RFC 3550, A.8. */
static void update_jitter(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns)
{
	u32 transit = arrival(now_ns) - rtp->timestamp;
	s32 d = transit - st->transit;

	st->transit = transit;
	if (d < 0)
		d = -d;
	st->jitter += d - ((st->jitter + 8) >> 4);
}

/**
 * phn_rxstat_update - count a packet
 * @st: zero-filled before the first
 * @rtp: the packet's header
 * @now_ns: when it arrived, by a monotonic clock
 */
void phn_rxstat_update(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns)
{
	if (!st->set || st->ssrc != rtp->ssrc)
		restart(st, rtp, now_ns);
	update_seq(st, rtp, now_ns);
	update_jitter(st, rtp, now_ns);
}

/**
 * phn_rxstat_lost - cumulative number of packets lost (RFC 3550, A.3)
 * @st: the statistics
 *
 * Return: expected less received; negative when there were duplicates.
 */
s64 phn_rxstat_lost(const struct phn_rxstat *st)
{
	if (!st->set)
		return 0;
	return st->lost_before + (s64)st->cycles + st->max_seq - st->base_seq + 1 -
	       st->received;
}

/**
 * phn_rxstat_jitter - interarrival jitter in timestamp units
 * @st: the statistics
 */
u32 phn_rxstat_jitter(const struct phn_rxstat *st)
{
	return st->jitter >> 4;
}
