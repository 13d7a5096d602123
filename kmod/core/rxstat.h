/* SPDX-License-Identifier: GPL-2.0 */
/* Reception statistics of one source (RFC 3550, appendices A.1, A.3, A.8). */
#ifndef PHN_CORE_RXSTAT_H
#define PHN_CORE_RXSTAT_H

#include "rtp.h"

/**
 * struct phn_rxstat - what was received of one source
 * @ssrc: the source
 * @cycles: sequence number cycles, shifted by 16
 * @base_seq: first sequence number
 * @max_seq: highest sequence number seen
 * @bad_seq: sequence number that would confirm a restart, plus 1 << 16 of
 *	"none expected"
 * @received: packets received since @base_seq
 * @lost_before: lost of earlier sources and before restarts
 * @transit: relative transit time of the last packet, in timestamp units
 * @jitter: sixteen times the jitter in timestamp units
 * @set: false until the first packet
 */
struct phn_rxstat {
	u32 ssrc;
	u32 cycles;
	u16 base_seq;
	u16 max_seq;
	u32 bad_seq;
	u32 received;
	s64 lost_before;
	u32 transit;
	u32 jitter;
	bool set;
};

void phn_rxstat_update(struct phn_rxstat *st, const struct phn_rtp *rtp, u64 now_ns);
s64 phn_rxstat_lost(const struct phn_rxstat *st);
u32 phn_rxstat_jitter(const struct phn_rxstat *st);

#endif
