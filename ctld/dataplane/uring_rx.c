// SPDX-License-Identifier: GPL-2.0
/*
 * What a leg receives: the steps of kmod/rx.c and kmod/steps.h, in their order. Checks
 * return 0, or the counter of the reason why a packet goes no further.
 */
#include "dataplane/endpoint.h"
#include "dataplane/uring.h"

static int check_window(const struct uring_leg *leg, uint64_t now)
{
	return now < leg->open_ns || now >= leg->close_ns ? PHONION_A_LEG_STATS_DROP_WINDOW : 0;
}

/*
 * Media comes from the peer and from nobody else. While the port is still to be
 * latched, any of the peer's will do. RTCP may come from any port.
 */
static int check_source(const struct uring_conf *conf, const struct sockaddr_storage *src,
			bool rtcp)
{
	if (!endpoint_same_host(&conf->remote, src))
		return rtcp ? PHONION_A_LEG_STATS_DROP_RTCP : PHONION_A_LEG_STATS_DROP_SOURCE;
	if (endpoint_port(&conf->remote) != endpoint_port(src) && !conf->latch && !rtcp)
		return PHONION_A_LEG_STATS_DROP_SOURCE;
	return 0;
}

/* A leaky bucket that holds one second's worth. */
static int check_rate(struct uring_leg *leg, uint64_t now)
{
	uint64_t used = leg->rate_ns > now ? leg->rate_ns : now;

	if (used > now + NS_PER_SEC - leg->conf.rate_interval_ns)
		return PHONION_A_LEG_STATS_DROP_RATE;
	leg->rate_ns = used + leg->conf.rate_interval_ns;
	return 0;
}

/* RTCP says who talks to whom and how: it ends here. */
static int swallow_rtcp(struct uring_leg *leg, const uint8_t *data, size_t len)
{
	if (!phn_rtp_is_rtcp(data, len))
		return PHONION_A_LEG_STATS_DROP_RTCP;
	uring_count(leg, PHONION_A_LEG_STATS_RX_RTCP);
	return 0;
}

/* An event's end is sent three times; it is told once (RFC 4733, 2.5.1.4). */
static void tell_event(struct uring_leg *leg, const struct phn_rtp *rtp, const uint8_t *payload,
		       size_t len)
{
	struct dp_event told = { .type = DP_DTMF };
	struct phn_event event;

	if (len < PHN_EVENT_LEN || phn_event_parse(&event, payload, PHN_EVENT_LEN) || !event.end)
		return;
	if (leg->event_seen && leg->event_ts == rtp->timestamp)
		return;
	leg->event_ts = rtp->timestamp;
	leg->event_seen = true;
	told.digit = event.code;
	uring_event(leg, &told);
}

/* A packet was accepted; LEN octets of payload. */
static void account(struct uring_leg *leg, const struct phn_rtp *rtp, size_t len, uint64_t now)
{
	const struct dp_event first = { .type = DP_FIRST_PACKET };

	if (!leg->last_rx_ns)
		uring_event(leg, &first);
	leg->last_rx_ns = now;
	phn_rxstat_update(&leg->rx, rtp, now);
	leg->count[PHONION_A_LEG_STATS_RX_PACKETS]++;
	leg->count[PHONION_A_LEG_STATS_RX_BYTES] += len;
}

/* A valid packet's port becomes the peer's, once. */
static void latch(struct uring_leg *leg, const struct sockaddr_storage *src)
{
	leg->conf.latch = false;
	if (!src || endpoint_port(src) == endpoint_port(&leg->conf.remote))
		return;
	endpoint_set_port(&leg->conf.remote, endpoint_port(src));
	uring_port_reconnect(leg);
}

static int find_pt(const struct uring_conf *conf, uint8_t number)
{
	for (int i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].number == number)
			return conf->pt[i].codec;
	return -1;
}

static int forward(struct uring_leg *leg, struct uring_packet *packet, struct phn_rtp *rtp)
{
	if (!leg->peer)
		return PHONION_A_LEG_STATS_DROP_NO_BRIDGE;
	for (int i = 0; i < leg->n_xlate; i++) {
		if (leg->xlate[i].in != rtp->pt)
			continue;
		rtp->pt = leg->xlate[i].out;
		return uring_tx(leg->peer, packet, rtp, leg->xlate[i].table);
	}
	return PHONION_A_LEG_STATS_DROP_PAYLOAD_TYPE;
}

/* Takes the header and the padding off: what is left is payload. */
static int strip(struct uring_packet *packet, const struct phn_rtp *rtp)
{
	int padding = phn_rtp_padding(rtp, packet->data[packet->len - 1], packet->len);

	if (padding < 0)
		return PHONION_A_LEG_STATS_DROP_MALFORMED;
	packet->data += rtp->hlen;
	packet->len -= rtp->hlen + padding;
	return 0;
}

static int receive_rtp(struct uring_leg *leg, const struct sockaddr_storage *src,
		       struct uring_packet *packet)
{
	struct phn_rtp rtp;
	int codec, drop;

	/* RTCP on the RTP port (RFC 5761) goes the way of all RTCP. */
	if (phn_rtp_is_rtcp(packet->data, packet->len))
		return swallow_rtcp(leg, packet->data, packet->len);
	if (phn_rtp_parse(&rtp, packet->data, packet->len, packet->len))
		return PHONION_A_LEG_STATS_DROP_MALFORMED;
	codec = find_pt(&leg->conf, rtp.pt);
	if (codec < 0)
		return PHONION_A_LEG_STATS_DROP_PAYLOAD_TYPE;
	drop = strip(packet, &rtp);
	if (drop)
		return drop;
	if (leg->conf.latch)
		latch(leg, src);

	account(leg, &rtp, packet->len, leg->uring->now);
	if (codec == PHONION_CODEC_TELEPHONE_EVENT)
		tell_event(leg, &rtp, packet->data, packet->len);
	return forward(leg, packet, &rtp);
}

static int receive(struct uring_socket *socket, const struct sockaddr_storage *src,
		   struct uring_packet *packet)
{
	struct uring_leg *leg = socket->leg;
	bool rtcp = socket == &leg->way[URING_RTCP];
	uint64_t now = leg->uring->now;
	int drop = check_window(leg, now);

	if (!drop && src)
		drop = check_source(&leg->conf, src, rtcp);
	if (drop)
		return drop;
	/* It may come from any port, so that it must not use up the media's budget. */
	if (rtcp)
		return swallow_rtcp(leg, packet->data, packet->len);
	drop = check_rate(leg, now);
	if (drop)
		return drop;
	if (leg->conf.hold)
		return PHONION_A_LEG_STATS_DROP_HOLD;
	return receive_rtp(leg, src, packet);
}

bool uring_rx(struct uring_socket *socket, const struct sockaddr_storage *src, uint8_t *data,
	      size_t len, size_t room, uint16_t buffer)
{
	struct uring_leg *leg = socket->leg;
	struct uring_packet packet = { .from = leg, .data = data, .len = len, .buffer = buffer };
	int drop = len > room ? PHONION_A_LEG_STATS_DROP_TOO_BIG : receive(socket, src, &packet);

	if (drop)
		uring_count(leg, drop);
	return !drop && packet.to;
}
