// SPDX-License-Identifier: GPL-2.0
#include "counters.h"

static void sum_cpu(const u64_stats_t *c, const struct u64_stats_sync *syncp, u64 *sum, int n)
{
	u64 snapshot[PHN_LEG_COUNTERS];
	unsigned int start;
	int i;

	do {
		start = u64_stats_fetch_begin(syncp);
		for (i = 0; i < n; i++)
			snapshot[i] = u64_stats_read(&c[i]);
	} while (u64_stats_fetch_retry(syncp, start));

	for (i = 0; i < n; i++)
		sum[i] += snapshot[i];
}

void phn_leg_stats_sum(struct phn_leg_stats __percpu *stats, u64 sum[PHN_LEG_COUNTERS])
{
	int cpu;

	memset(sum, 0, sizeof(*sum) * PHN_LEG_COUNTERS);
	for_each_possible_cpu(cpu) {
		const struct phn_leg_stats *s = per_cpu_ptr(stats, cpu);

		sum_cpu(s->c, &s->syncp, sum, PHN_LEG_COUNTERS);
	}
}

void phn_net_stats_sum(struct phn_net_stats __percpu *stats, u64 sum[PHN_NET_COUNTERS])
{
	int cpu;

	BUILD_BUG_ON((int)PHN_NET_COUNTERS > (int)PHN_LEG_COUNTERS);
	memset(sum, 0, sizeof(*sum) * PHN_NET_COUNTERS);
	for_each_possible_cpu(cpu) {
		const struct phn_net_stats *s = per_cpu_ptr(stats, cpu);

		sum_cpu(s->c, &s->syncp, sum, PHN_NET_COUNTERS);
	}
}
