// SPDX-License-Identifier: GPL-2.0
#include "rx.h"

#include <linux/ip.h>
#include <linux/udp.h>
#include <net/sock.h>

/* Takes the header and the padding off: what is left is payload. */
static int strip(struct sk_buff *skb, const struct phn_rtp *rtp)
{
	u8 last = 0;
	int padding;

	if (rtp->padding && skb_copy_bits(skb, skb->len - 1, &last, 1))
		return PHN_DROP_MALFORMED;
	padding = phn_rtp_padding(rtp, last, skb->len);
	if (padding < 0)
		return PHN_DROP_MALFORMED;
	if (padding && pskb_trim(skb, skb->len - padding))
		return PHN_DROP_NO_MEMORY;
	if (!pskb_pull(skb, rtp->hlen))
		return PHN_DROP_NO_MEMORY;
	return 0;
}

/* An event's end is sent three times; it is told once (RFC 4733, 2.5.1.4). */
static void tell_event(struct phn_leg *leg, const struct phn_rtp *rtp, struct sk_buff *skb)
{
	u8 buf[PHN_EVENT_LEN];
	struct phn_event event;

	if (skb_copy_bits(skb, 0, buf, sizeof(buf)) ||
	    phn_event_parse(&event, buf, sizeof(buf)) || !event.end)
		return;
	if (leg->event_seen && leg->event_ts == rtp->timestamp)
		return;
	leg->event_ts = rtp->timestamp;
	leg->event_seen = true;
	phn_notify_dtmf(leg, event.code, event.duration);
}

static int forward(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, u64 now)
{
	const struct phn_bridge_dir *dir = rcu_dereference(leg->bridge);
	const struct phn_xlate *x;

	if (!dir)
		return PHN_DROP_NO_BRIDGE;
	x = phn_find_xlate(dir, rtp->pt);
	if (!x)
		return PHN_DROP_PAYLOAD_TYPE;
	rtp->pt = x->out;
	return phn_tx(dir->to, skb, rtp, x->table, now);
}

/* RTCP says who talks to whom and how: it ends here. */
static int swallow_rtcp(struct phn_leg *leg, struct sk_buff *skb)
{
	u8 buf[PHN_RTCP_HLEN];

	if (skb_copy_bits(skb, 0, buf, sizeof(buf)) || !phn_rtp_is_rtcp(buf, sizeof(buf)))
		return PHN_DROP_RTCP;
	phn_leg_count(leg->stats, PHN_RX_RTCP);
	consume_skb(skb);
	return 0;
}

static int receive_rtp(const struct phn_rx *rx, const struct phn_leg_conf *conf,
		       struct sk_buff *skb, u64 now)
{
	unsigned int avail = min_t(unsigned int, skb->len, PHN_RTP_HLEN_PEEK);
	struct phn_leg *leg = rx->leg;
	struct phn_rtp rtp PHN_UNINITIALIZED;
	const struct phn_pt *pt;
	int drop;

	if (!pskb_may_pull(skb, avail))
		return PHN_DROP_NO_MEMORY;
	/* RTCP on the RTP port (RFC 5761) goes the way of all RTCP. */
	if (phn_rtp_is_rtcp(skb->data, avail))
		return swallow_rtcp(leg, skb);
	if (phn_rtp_parse(&rtp, skb->data, avail, skb->len))
		return PHN_DROP_MALFORMED;
	pt = phn_find_pt(conf, rtp.pt);
	if (!pt)
		return PHN_DROP_PAYLOAD_TYPE;
	drop = strip(skb, &rtp);
	if (drop)
		return drop;
	if (conf->latch && !phn_leg_latch(leg, rx->src))
		return PHN_DROP_SOURCE;

	phn_account(leg, &rtp, skb->len, now);
	if (rx->slow)
		phn_leg_count(leg->stats, PHN_RX_SLOW);
	if (pt->codec == PHONION_CODEC_TELEPHONE_EVENT)
		tell_event(leg, &rtp, skb);
	return forward(leg, skb, &rtp, now);
}

static const struct phn_pt *find_codec(const struct phn_leg_conf *conf, u8 codec)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == codec)
			return &conf->pt[i];
	return NULL;
}

static int receive_tdm(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, u8 codec)
{
	const struct phn_leg_conf *conf = rcu_dereference(leg->conf);
	const struct phn_pt *pt = find_codec(conf, codec);
	bool event = codec == PHONION_CODEC_TELEPHONE_EVENT;
	unsigned int len = skb->len;
	u64 now = ktime_get_ns();
	int drop = phn_check_window(leg, now);
	struct phn_rtp came;

	if (!drop && conf->hold)
		drop = PHN_DROP_HOLD;
	if (!drop && !pt)
		drop = PHN_DROP_PAYLOAD_TYPE;
	if (drop)
		return drop;
	rtp->pt = pt->number;
	came = *rtp;
	if (event)
		tell_event(leg, rtp, skb);
	else
		phn_account(leg, rtp, len, now);
	drop = forward(leg, skb, rtp, now);
	/* Of an event that cannot go the audio goes, by the same number. */
	if (event && !drop)
		phn_account(leg, &came, len, now);
	return drop;
}

/**
 * phn_rx_drop - drop a packet that a leg has received
 * @leg: the leg
 * @skb: consumed
 * @why: the counter of the reason
 */
noinline void phn_rx_drop(struct phn_leg *leg, struct sk_buff *skb, enum phn_leg_counter why)
{
	phn_leg_count(leg->stats, why);
	kfree_skb(skb);
}

/**
 * phn_rx_tdm - receive what a TDM leg's channel brings
 * @leg: the leg
 * @skb: the payload alone; consumed
 * @rtp: its header, but for the payload type
 * @codec: enum phonion_codec
 *
 * Context: softirq, RCU read-side section.
 * Return: false when it was dropped, and counted why.
 */
bool phn_rx_tdm(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp *rtp, u8 codec)
{
	int drop = receive_tdm(leg, skb, rtp, codec);

	if (drop)
		phn_rx_drop(leg, skb, drop);
	return !drop;
}

static int receive(const struct phn_rx *rx, struct sk_buff *skb)
{
	const struct phn_leg_conf *conf = rcu_dereference(rx->leg->conf);
	u64 now = ktime_get_ns();
	int drop;

	drop = phn_check_window(rx->leg, now);
	if (!drop)
		drop = phn_check_source(conf, rx->src, rx->rtcp);
	if (drop)
		return drop;
	/* It may come from any port, so that it must not use up the media's budget. */
	if (rx->rtcp)
		return swallow_rtcp(rx->leg, skb);
	drop = phn_check_rate(rx->leg, conf, now);
	if (drop)
		return drop;
	if (conf->hold)
		return PHN_DROP_HOLD;
	return receive_rtp(rx, conf, skb, now);
}

/**
 * phn_rx - receive a packet for a leg
 * @rx: about the packet
 * @skb: consumed; not shared, data at the UDP payload, which ends the skb
 *
 * Context: softirq, RCU read-side section.
 */
void phn_rx(const struct phn_rx *rx, struct sk_buff *skb)
{
	int drop = receive(rx, skb);

	if (drop)
		phn_rx_drop(rx->leg, skb, drop);
}

/**
 * phn_rx_encap - receive what the stack delivers to a leg's socket
 * @sk: the socket
 * @skb: consumed; data at the UDP header, checksum verified
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, consumed.
 */
int phn_rx_encap(struct sock *sk, struct sk_buff *skb)
{
	struct phn_leg *leg = rcu_dereference_sk_user_data(sk);
	struct phn_addr src;
	struct phn_rx rx = { .leg = leg, .src = &src, .slow = true };

	/* Segments of an aggregated packet are still chained to each other. */
	skb_mark_not_on_list(skb);
	if (!leg)
		goto drop;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb || skb_linearize(skb)) {
		phn_leg_count(leg->stats, PHN_DROP_NO_MEMORY);
		goto drop;
	}

	if (leg->local.family == AF_INET)
		phn_addr_set4(&src, ip_hdr(skb)->saddr, udp_hdr(skb)->source);
	else
		phn_addr_set6(&src, &ipv6_hdr(skb)->saddr, udp_hdr(skb)->source);
	rx.rtcp = udp_hdr(skb)->dest != leg->local.port;
	__skb_pull(skb, sizeof(struct udphdr));
	phn_rx(&rx, skb);
	return 0;

drop:
	kfree_skb(skb);
	return 0;
}
