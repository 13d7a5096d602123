// SPDX-License-Identifier: GPL-2.0
#include "rxstat.h"

/**
 * phn_rxstat_restart - begin anew with a packet
 * @st: what is lost so far is kept
 * @rtp: the packet's header, or a copy of its fields
 * @now_ns: when it arrived, by a monotonic clock
 */
void phn_rxstat_restart(struct phn_rxstat *st, struct phn_rtp rtp, u64 now_ns)
{
	st->lost_before = phn_rxstat_lost(st);
	st->ssrc = rtp.ssrc;
	st->base_seq = rtp.seq;
	st->max_seq = rtp.seq;
	st->bad_seq = PHN_RXSTAT_NO_BAD_SEQ;
	st->cycles = 0;
	st->received = 0;
	st->transit = phn_rxstat_arrival(now_ns) - rtp.timestamp;
	st->jitter = 0;
	st->set = true;
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
