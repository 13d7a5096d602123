// SPDX-License-Identifier: GPL-2.0
/* What a leg sends: every header is made anew, as in kmod/tx.c. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "dataplane/endpoint.h"
#include "dataplane/uring.h"
#include "kmod/core/g711.h"

/* Whether a payload may leave. Return: 0, or the counter of the reason why not. */
static int admit(const struct uring_leg *leg, uint64_t now)
{
	if (now < leg->open_ns || now >= leg->close_ns)
		return PHONION_A_LEG_STATS_DROP_WINDOW;
	if (!leg->conf.remote.ss_family)
		return PHONION_A_LEG_STATS_DROP_NO_BRIDGE;
	if (leg->conf.hold)
		return PHONION_A_LEG_STATS_DROP_HOLD;
	if (leg->way[URING_PEER].fd < 0)
		return PHONION_A_LEG_STATS_DROP_NO_ROUTE;
	return 0;
}

static void renumber(struct uring_leg *leg, struct phn_rtp *rtp, uint64_t now)
{
	if (!phn_stream_anchored(&leg->tx.anchor, rtp))
		phn_stream_reanchor(&leg->tx, rtp, now);
	phn_stream_apply(&leg->tx.anchor, leg->tx.ssrc, rtp);
	if (phn_stream_newer(&leg->tx, rtp)) {
		leg->tx.last_seq = rtp->seq;
		leg->tx.last_ts = rtp->timestamp;
		leg->tx.last_ns = now;
	}
}

/* Sent, as far as is known: what fails is taken back. */
static void account(struct uring_leg *leg, size_t payload)
{
	leg->count[PHONION_A_LEG_STATS_TX_PACKETS]++;
	leg->count[PHONION_A_LEG_STATS_TX_BYTES] += payload;
}

/* The header that it came with was at least as long. */
int uring_tx(struct uring_leg *to, struct uring_packet *packet, struct phn_rtp *rtp,
	     const uint8_t *table)
{
	uint64_t now = to->uring->now;
	int drop = to->sending ? PHONION_A_LEG_STATS_DROP_DTMF : admit(to, now);

	if (drop)
		return drop;
	if (table)
		phn_g711_convert(table, packet->data, packet->len);
	account(to, packet->len);
	renumber(to, rtp, now);
	packet->to = to;
	packet->data -= PHN_RTP_HLEN;
	packet->len += PHN_RTP_HLEN;
	phn_rtp_write(packet->data, rtp);
	uring_send(to->uring, packet);
	return 0;
}

static int reason(int err)
{
	switch (err) {
	case -EMSGSIZE:
		return PHONION_A_LEG_STATS_DROP_TOO_BIG;
	case -EAGAIN:
	case -ENOBUFS:
	case -ENOMEM:
		return PHONION_A_LEG_STATS_DROP_NO_MEMORY;
	default:
		return PHONION_A_LEG_STATS_DROP_NO_ROUTE;
	}
}

/*
 * Anybody's ICMP message about a packet before makes the next send fail, and tells
 * nothing of this packet.
 */
static int send_now(const struct uring_leg *leg, const uint8_t *data, size_t len)
{
	int fd = leg->way[URING_PEER].fd;

	if (send(fd, data, len, MSG_DONTWAIT) >= 0)
		return 0;
	if (errno == ECONNREFUSED && send(fd, data, len, MSG_DONTWAIT) >= 0)
		return 0;
	return -errno;
}

void uring_tx_failed(const struct uring_packet *packet, int err)
{
	if (err == -ECONNREFUSED)
		err = send_now(packet->to, packet->data, packet->len);
	if (!err)
		return;
	packet->to->count[PHONION_A_LEG_STATS_TX_PACKETS]--;
	packet->to->count[PHONION_A_LEG_STATS_TX_BYTES] -= packet->len - PHN_RTP_HLEN;
	uring_count(packet->from, reason(err));
}

const struct phn_pt *uring_tx_speech_pt(const struct uring_conf *conf)
{
	for (int i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == PHONION_CODEC_PCMU ||
		    conf->pt[i].codec == PHONION_CODEC_PCMA)
			return &conf->pt[i];
	return NULL;
}

/* PACKET has room for the header, and the payload after it. */
static int send_own(struct uring_leg *leg, const struct phn_rtp *rtp, uint8_t *packet, size_t len)
{
	int err;

	phn_rtp_write(packet, rtp);
	err = send_now(leg, packet, PHN_RTP_HLEN + len);
	if (err)
		return reason(err);
	account(leg, len);
	return 0;
}

int uring_tx_event(struct uring_leg *leg, const struct phn_event *event, bool first, uint64_t start)
{
	const struct phn_pt *pt =
		phn_pt_of_codec(leg->conf.pt, leg->conf.n_pt, PHONION_CODEC_TELEPHONE_EVENT);
	struct phn_rtp rtp = { .marker = first };
	uint8_t packet[PHN_RTP_HLEN + PHN_EVENT_LEN];
	int drop = pt ? admit(leg, uring_clock()) : PHONION_A_LEG_STATS_DROP_PAYLOAD_TYPE;

	if (drop)
		return drop;
	rtp.pt = pt->number;
	phn_stream_own(&leg->tx, &rtp, start);
	phn_event_write(packet + PHN_RTP_HLEN, event);
	return send_own(leg, &rtp, packet, PHN_EVENT_LEN);
}

int uring_tx_speech(struct uring_leg *leg, const uint8_t *ulaw, size_t len, uint32_t units,
		    uint64_t at)
{
	const struct phn_pt *pt = uring_tx_speech_pt(&leg->conf);
	struct phn_rtp rtp = { .marker = !units };
	uint8_t packet[PHN_RTP_HLEN + PHN_PLAY_SAMPLES];
	int drop = pt ? admit(leg, uring_clock()) : PHONION_A_LEG_STATS_DROP_PAYLOAD_TYPE;

	if (drop)
		return drop;
	rtp.pt = pt->number;
	if (units)
		phn_stream_own_later(&leg->tx, &rtp, units, at);
	else
		phn_stream_own(&leg->tx, &rtp, at);
	memcpy(packet + PHN_RTP_HLEN, ulaw, len);
	if (pt->codec == PHONION_CODEC_PCMA)
		phn_g711_convert(phn_ulaw_to_alaw, packet + PHN_RTP_HLEN, len);
	return send_own(leg, &rtp, packet, len);
}
