/* SPDX-License-Identifier: GPL-2.0 */
/* Per-CPU counters of legs and of network namespaces. */
#ifndef PHN_COUNTERS_H
#define PHN_COUNTERS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

/* Of a leg; the netlink attribute of each is in netlink_put.c. */
enum phn_leg_counter {
	PHN_RX_PACKETS,
	PHN_RX_BYTES,
	PHN_TX_PACKETS,
	PHN_TX_BYTES,
	PHN_TX_SLOW,
	PHN_RX_SLOW,
	PHN_RX_RTCP,
	PHN_DROP_MALFORMED,
	PHN_DROP_SOURCE,
	PHN_DROP_PAYLOAD_TYPE,
	PHN_DROP_RATE,
	PHN_DROP_WINDOW,
	PHN_DROP_NO_BRIDGE,
	PHN_DROP_HOLD,
	PHN_DROP_CHECKSUM,
	PHN_DROP_NO_ROUTE,
	PHN_DROP_TOO_BIG,
	PHN_DROP_NO_MEMORY,
	PHN_DROP_RTCP,
	PHN_DROP_DTMF,
	PHN_TX_EVENTS,
	PHN_TX_PLAYED,
	PHN_LEG_COUNTERS,
};

/* Of a network namespace. */
enum phn_net_counter {
	PHN_PUNT_FRAGMENT,
	PHN_PUNT_OPTIONS,
	PHN_PUNT_GSO,
	PHN_PUNT_VLAN,
	PHN_PUNT_OTHER,
	PHN_NET_COUNTERS,
};

struct phn_leg_stats {
	u64_stats_t c[PHN_LEG_COUNTERS];
	struct u64_stats_sync syncp;
};

struct phn_net_stats {
	u64_stats_t c[PHN_NET_COUNTERS];
	struct u64_stats_sync syncp;
};

/* With bottom halves off. */
static inline void phn_leg_count(struct phn_leg_stats __percpu *stats, enum phn_leg_counter i)
{
	struct phn_leg_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->c[i]);
	u64_stats_update_end(&s->syncp);
}

/* A packet and its payload octets at once; BYTES follows PACKETS. */
static inline void phn_leg_count_packet(struct phn_leg_stats __percpu *stats,
					enum phn_leg_counter packets, unsigned int len)
{
	struct phn_leg_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->c[packets]);
	u64_stats_add(&s->c[packets + 1], len);
	u64_stats_update_end(&s->syncp);
}

static inline void phn_net_count(struct phn_net_stats __percpu *stats, enum phn_net_counter i)
{
	struct phn_net_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->c[i]);
	u64_stats_update_end(&s->syncp);
}

void phn_leg_stats_sum(struct phn_leg_stats __percpu *stats, u64 sum[PHN_LEG_COUNTERS]);
void phn_net_stats_sum(struct phn_net_stats __percpu *stats, u64 sum[PHN_NET_COUNTERS]);

#endif
