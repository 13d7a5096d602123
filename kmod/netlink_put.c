// SPDX-License-Identifier: GPL-2.0
/* Legs as netlink attributes. */
#include <net/netlink.h>

#include "bridge.h"
#include "leg.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "path.h"
#include "tdm.h"

static const u8 counter_attr[PHN_LEG_COUNTERS] = {
	[PHN_RX_PACKETS] = PHONION_A_LEG_STATS_RX_PACKETS,
	[PHN_RX_BYTES] = PHONION_A_LEG_STATS_RX_BYTES,
	[PHN_TX_PACKETS] = PHONION_A_LEG_STATS_TX_PACKETS,
	[PHN_TX_BYTES] = PHONION_A_LEG_STATS_TX_BYTES,
	[PHN_TX_SLOW] = PHONION_A_LEG_STATS_TX_SLOW,
	[PHN_RX_SLOW] = PHONION_A_LEG_STATS_RX_SLOW,
	[PHN_RX_RTCP] = PHONION_A_LEG_STATS_RX_RTCP,
	[PHN_DROP_MALFORMED] = PHONION_A_LEG_STATS_DROP_MALFORMED,
	[PHN_DROP_SOURCE] = PHONION_A_LEG_STATS_DROP_SOURCE,
	[PHN_DROP_PAYLOAD_TYPE] = PHONION_A_LEG_STATS_DROP_PAYLOAD_TYPE,
	[PHN_DROP_RATE] = PHONION_A_LEG_STATS_DROP_RATE,
	[PHN_DROP_WINDOW] = PHONION_A_LEG_STATS_DROP_WINDOW,
	[PHN_DROP_NO_BRIDGE] = PHONION_A_LEG_STATS_DROP_NO_BRIDGE,
	[PHN_DROP_HOLD] = PHONION_A_LEG_STATS_DROP_HOLD,
	[PHN_DROP_CHECKSUM] = PHONION_A_LEG_STATS_DROP_CHECKSUM,
	[PHN_DROP_NO_ROUTE] = PHONION_A_LEG_STATS_DROP_NO_ROUTE,
	[PHN_DROP_TOO_BIG] = PHONION_A_LEG_STATS_DROP_TOO_BIG,
	[PHN_DROP_NO_MEMORY] = PHONION_A_LEG_STATS_DROP_NO_MEMORY,
	[PHN_DROP_RTCP] = PHONION_A_LEG_STATS_DROP_RTCP,
	[PHN_DROP_DTMF] = PHONION_A_LEG_STATS_DROP_DTMF,
	[PHN_TX_EVENTS] = PHONION_A_LEG_STATS_TX_EVENTS,
	[PHN_TX_PLAYED] = PHONION_A_LEG_STATS_TX_PLAYED,
};

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PHONION_A_LEG_PAD);
}

static int put_tdm(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, PHONION_A_TDM_STATS_PAD);
}

static int put_rxstat(struct sk_buff *msg, const struct phn_leg *leg)
{
	if (nla_put_s64(msg, PHONION_A_LEG_STATS_RX_LOST, phn_rxstat_lost(&leg->rx),
			PHONION_A_LEG_STATS_PAD))
		return -EMSGSIZE;
	if (!leg->rx.set)
		return 0;
	if (nla_put_u32(msg, PHONION_A_LEG_STATS_RX_JITTER, phn_rxstat_jitter(&leg->rx)) ||
	    nla_put_u32(msg, PHONION_A_LEG_STATS_RX_SSRC, leg->rx.ssrc))
		return -EMSGSIZE;
	return 0;
}

int phn_nl_put_leg_stats(struct sk_buff *msg, const struct phn_leg *leg)
{
	u64 sum[PHN_LEG_COUNTERS];
	struct nlattr *nest;
	int i;

	nest = nla_nest_start(msg, PHONION_A_LEG_STATS);
	if (!nest)
		return -EMSGSIZE;
	phn_leg_stats_sum(leg->stats, sum);
	for (i = 0; i < PHN_LEG_COUNTERS; i++)
		if (nla_put_u64_64bit(msg, counter_attr[i], sum[i], PHONION_A_LEG_STATS_PAD))
			return -EMSGSIZE;
	if (put_rxstat(msg, leg))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_addr(struct sk_buff *msg, const struct phn_addr *addr, int attr4, int attr6,
		    int attr_port)
{
	int err;

	if (addr->family == AF_INET)
		err = nla_put_in_addr(msg, attr4, phn_addr_ip4(addr));
	else
		err = nla_put_in6_addr(msg, attr6, phn_addr_ip6(addr));
	return err ?: nla_put_be16(msg, attr_port, addr->port);
}

static int put_payload_types(struct sk_buff *msg, const struct phn_leg_conf *conf)
{
	struct nlattr *nest;
	int i;

	for (i = 0; i < conf->n_pt; i++) {
		nest = nla_nest_start(msg, PHONION_A_LEG_PAYLOAD_TYPES);
		if (!nest ||
		    nla_put_u8(msg, PHONION_A_PAYLOAD_TYPE_NUMBER, conf->pt[i].number) ||
		    nla_put_u32(msg, PHONION_A_PAYLOAD_TYPE_CODEC, conf->pt[i].codec))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int put_conf(struct sk_buff *msg, const struct phn_leg_conf *conf)
{
	if (conf->remote.family &&
	    put_addr(msg, &conf->remote, PHONION_A_LEG_REMOTE_IPV4, PHONION_A_LEG_REMOTE_IPV6,
		     PHONION_A_LEG_REMOTE_PORT))
		return -EMSGSIZE;
	if (conf->media_timeout_ms &&
	    nla_put_u32(msg, PHONION_A_LEG_MEDIA_TIMEOUT, conf->media_timeout_ms))
		return -EMSGSIZE;
	if (nla_put_u32(msg, PHONION_A_LEG_SOURCE_POLICY, conf->source_policy) ||
	    nla_put_u32(msg, PHONION_A_LEG_RATE_LIMIT, conf->rate_limit) ||
	    nla_put_u8(msg, PHONION_A_LEG_DSCP, conf->dscp) ||
	    nla_put_u8(msg, PHONION_A_LEG_HOLD, conf->hold))
		return -EMSGSIZE;
	return put_payload_types(msg, conf);
}

static int put_times(struct sk_buff *msg, const struct phn_leg *leg)
{
	u64 now = ktime_get_ns();
	u32 left = now < leg->lease_ns ? div_u64(leg->lease_ns - now, NSEC_PER_MSEC) : 0;

	if (nla_put_u32(msg, PHONION_A_LEG_LEASE, left))
		return -EMSGSIZE;
	if (leg->not_before_ns &&
	    put_u64(msg, PHONION_A_LEG_NOT_BEFORE, leg->not_before_ns))
		return -EMSGSIZE;
	if (leg->not_after_ns != U64_MAX &&
	    put_u64(msg, PHONION_A_LEG_NOT_AFTER, leg->not_after_ns))
		return -EMSGSIZE;
	return 0;
}

static int put_live(struct sk_buff *msg, struct phn_leg *leg)
{
	const struct phn_bridge *bridge = phn_bridge_of(leg);
	enum phonion_path_state state;
	int ifindex;

	if (bridge && nla_put_u32(msg, PHONION_A_LEG_BRIDGED_TO,
				  bridge->leg[bridge->leg[0] == leg]->id))
		return -EMSGSIZE;
	state = phn_path_state(leg, &ifindex);
	if (nla_put_u32(msg, PHONION_A_LEG_PATH, state) ||
	    (ifindex && nla_put_u32(msg, PHONION_A_LEG_OUT_DEVICE, ifindex)) ||
	    nla_put_u32(msg, PHONION_A_LEG_TX_SSRC, leg->tx.ssrc))
		return -EMSGSIZE;
	return 0;
}

static int put_tdm_stats(struct sk_buff *msg, const struct phn_tdm *tdm)
{
	struct phn_tdm_stats s = {};
	struct nlattr *nest;

	tdm->ops->stats(tdm->priv, &s);
	nest = nla_nest_start(msg, PHONION_A_LEG_TDM_STATS);
	if (!nest || nla_put_u32(msg, PHONION_A_TDM_STATS_DELAY, s.delay) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_PLAYED, s.played) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_CONCEALED, s.concealed) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_GAPS, s.gaps) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_LATE, s.late) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_ADDED, s.added) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_REMOVED, s.removed) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_RESTARTS, s.restarts) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_OVERRUNS, s.overruns) ||
	    put_tdm(msg, PHONION_A_TDM_STATS_TONES, s.tones))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_channel(struct sk_buff *msg, const struct phn_tdm *tdm)
{
	if (nla_put_u32(msg, PHONION_A_LEG_TDM_CHANNEL, tdm->params.channel) ||
	    nla_put_u8(msg, PHONION_A_LEG_PTIME, tdm->params.ptime_ms) ||
	    nla_put_u16(msg, PHONION_A_LEG_DELAY_MIN, tdm->params.delay_min_ms) ||
	    nla_put_u16(msg, PHONION_A_LEG_DELAY_MAX, tdm->params.delay_max_ms))
		return -EMSGSIZE;
	return put_tdm_stats(msg, tdm);
}

static int put_entrance(struct sk_buff *msg, const struct phn_leg *leg)
{
	if (leg->tdm)
		return put_channel(msg, leg->tdm);
	return put_addr(msg, &leg->local, PHONION_A_LEG_LOCAL_IPV4, PHONION_A_LEG_LOCAL_IPV6,
			PHONION_A_LEG_LOCAL_PORT);
}

/**
 * phn_nl_put_leg - put all there is to say of a leg
 * @msg: message with a header
 * @leg: the leg
 *
 * Context: process, under legs_lock.
 * Return: 0 or -EMSGSIZE.
 */
int phn_nl_put_leg(struct sk_buff *msg, struct phn_leg *leg)
{
	struct phn_leg_conf conf;

	phn_leg_conf_get(leg, &conf);
	if (nla_put_u32(msg, PHONION_A_LEG_ID, leg->id) ||
	    (leg->cookie_len &&
	     nla_put(msg, PHONION_A_LEG_COOKIE, leg->cookie_len, leg->cookie)) ||
	    put_entrance(msg, leg) || put_conf(msg, &conf) || put_times(msg, leg) || put_live(msg, leg))
		return -EMSGSIZE;
	return phn_nl_put_leg_stats(msg, leg);
}
