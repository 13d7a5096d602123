// SPDX-License-Identifier: GPL-2.0
#include "tx.h"

#include <net/ip.h>
#include <net/ip6_route.h>

/**
 * phn_tx_no_path - why a leg without a path sends nothing
 * @leg: the leg
 *
 * Context: RCU read-side section.
 * Return: the counter of the reason.
 */
noinline int phn_tx_no_path(const struct phn_leg *leg)
{
	const struct phn_leg_conf *conf = rcu_dereference(leg->conf);

	if (!conf->remote.port)
		return PHN_DROP_NO_BRIDGE;
	return conf->hold ? PHN_DROP_HOLD : PHN_DROP_NO_ROUTE;
}

/**
 * phn_tx_slow - send a packet by the stack
 * @net: the namespace
 * @path: the way, not on the fast path
 * @skb: consumed; its data at the IP header
 */
void phn_tx_slow(struct net *net, const struct phn_path *path, struct sk_buff *skb)
{
	skb_dst_set(skb, dst_clone(path->dst));
	if (path->family == AF_INET) {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		ip_local_out(net, NULL, skb);
		return;
	}
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	ip6_local_out(net, NULL, skb);
}

static const struct phn_pt *event_pt(const struct phn_leg_conf *conf)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == PHONION_CODEC_TELEPHONE_EVENT)
			return &conf->pt[i];
	return NULL;
}

/**
 * phn_tx_speech_pt - the payload type of speech of our own
 * @conf: what a leg is set to
 *
 * Return: the first one of G.711, NULL when there is none.
 */
const struct phn_pt *phn_tx_speech_pt(const struct phn_leg_conf *conf)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == PHONION_CODEC_PCMU ||
		    conf->pt[i].codec == PHONION_CODEC_PCMA)
			return &conf->pt[i];
	return NULL;
}

/* With room for the headers, and a payload to be written. */
static struct sk_buff *own_skb(const struct phn_path *path, unsigned int len)
{
	unsigned int headroom = path->headroom + PHN_RTP_HLEN;
	struct sk_buff *skb = alloc_skb(headroom + len, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put(skb, len);
	return skb;
}

static void send_own(struct phn_leg *leg, const struct phn_path *path, struct sk_buff *skb,
		     const struct phn_rtp *rtp)
{
	unsigned int len = skb->len;

	phn_write_headers(skb, path, rtp, len);
	phn_scrub(skb);
	phn_transmit(leg, path, skb, len);
}

/**
 * phn_tx_event - send a packet of a telephone event by a leg
 * @leg: the leg; leg->sending keeps others from its stream
 * @event: the event
 * @first: it is the event's first packet
 * @start: when the event began, CLOCK_MONOTONIC in nanoseconds
 * @now: the same clock
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not; nothing is numbered then.
 */
int phn_tx_event(struct phn_leg *leg, const struct phn_event *event, bool first, u64 start,
		 u64 now)
{
	const struct phn_pt *pt = event_pt(rcu_dereference(leg->conf));
	struct phn_rtp rtp = { .marker = first };
	const struct phn_path *path;
	struct sk_buff *skb;
	int drop;

	if (leg->tdm)
		return phn_tdm_tx_event(leg, event, first, now);
	if (!pt)
		return PHN_DROP_PAYLOAD_TYPE;
	drop = phn_tx_admit(leg, PHN_EVENT_LEN, now, &path);
	if (drop)
		return drop;
	skb = own_skb(path, PHN_EVENT_LEN);
	if (!skb)
		return PHN_DROP_NO_MEMORY;
	phn_event_write(skb->data, event);

	rtp.pt = pt->number;
	spin_lock(&leg->tx_lock);
	write_seqcount_begin(&leg->tx_seq);
	phn_stream_own(&leg->tx, &rtp, start);
	write_seqcount_end(&leg->tx_seq);
	spin_unlock(&leg->tx_lock);

	send_own(leg, path, skb, &rtp);
	return 0;
}

static void number_speech(struct phn_leg *leg, struct phn_rtp *rtp, u32 units, u64 at)
{
	spin_lock(&leg->tx_lock);
	write_seqcount_begin(&leg->tx_seq);
	if (units)
		phn_stream_own_later(&leg->tx, rtp, units, at);
	else
		phn_stream_own(&leg->tx, rtp, at);
	write_seqcount_end(&leg->tx_seq);
	spin_unlock(&leg->tx_lock);
}

/**
 * phn_tx_speech - send speech of our own by a leg
 * @leg: the leg; leg->sending keeps others from its stream
 * @ulaw: G.711 u-law, whatever the leg's payload type
 * @len: octets
 * @units: of the RTP clock since the speech before it; 0: it begins
 * @at: when it begins, CLOCK_MONOTONIC in nanoseconds
 * @now: the same clock
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not; nothing is numbered then.
 */
int phn_tx_speech(struct phn_leg *leg, const u8 *ulaw, unsigned int len, u32 units, u64 at,
		  u64 now)
{
	const struct phn_pt *pt = phn_tx_speech_pt(rcu_dereference(leg->conf));
	struct phn_rtp rtp = { .marker = !units };
	const struct phn_path *path;
	struct sk_buff *skb;
	int drop;

	if (!pt)
		return PHN_DROP_PAYLOAD_TYPE;
	drop = leg->tdm ? phn_tdm_admit(leg, now) : phn_tx_admit(leg, len, now, &path);
	if (drop)
		return drop;
	if (leg->tdm) {
		number_speech(leg, &rtp, units, at);
		phn_tdm_tx_speech(leg, &rtp, ulaw, len);
		return 0;
	}
	skb = own_skb(path, len);
	if (!skb)
		return PHN_DROP_NO_MEMORY;
	memcpy(skb->data, ulaw, len);
	if (pt->codec == PHONION_CODEC_PCMA)
		phn_g711_convert(phn_ulaw_to_alaw, skb->data, len);

	rtp.pt = pt->number;
	number_speech(leg, &rtp, units, at);
	send_own(leg, path, skb, &rtp);
	return 0;
}
