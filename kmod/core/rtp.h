/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RTP headers (RFC 3550, section 5.1) and telephone events (RFC 4733). What every
 * packet goes through is inline.
 */
#ifndef PHN_CORE_RTP_H
#define PHN_CORE_RTP_H

#include "types.h"

#define PHN_RTP_HLEN	  12
/* Fixed header, 15 CSRCs and the first word of an extension. */
#define PHN_RTP_HLEN_PEEK (PHN_RTP_HLEN + 15 * 4 + 4)
#define PHN_RTCP_HLEN	  8
#define PHN_EVENT_LEN	  4
/* RTP timestamp units a second of every codec that a leg carries. */
#define PHN_RTP_CLOCK	  8000

#define PHN_RTP_VERSION	   2
#define PHN_RTP_PADDING	   0x20
#define PHN_RTP_EXTENSION  0x10
#define PHN_RTP_CSRC_COUNT 0x0f
#define PHN_RTP_MARKER	   0x80

/**
 * struct phn_rtp - a parsed RTP header
 * @ssrc: synchronisation source
 * @timestamp: sampling instant, in units of 1/8000 s
 * @seq: sequence number
 * @pt: payload type, 0 to 127
 * @marker: start of a talkspurt or of an event
 * @padding: the last octet of the packet counts octets of padding
 * @hlen: octets before the payload: header, CSRCs and extension
 */
struct phn_rtp {
	u32 ssrc;
	u32 timestamp;
	u16 seq;
	u8 pt;
	bool marker;
	bool padding;
	u16 hlen;
};

/**
 * struct phn_event - a telephone-event payload (RFC 4733, section 2.3)
 * @code: event; 0 to 15 are the DTMF digits 0-9, *, #, A-D
 * @end: the event is over
 * @duration: in timestamp units
 */
struct phn_event {
	u8 code;
	bool end;
	u16 duration;
};

/**
 * phn_rtp_is_bare - whether a header is without CSRCs, extension and padding
 * @data: start of the packet, PHN_RTP_HLEN octets of it
 *
 * Return: true for what phn_rtp_read() reads all of.
 */
static inline bool phn_rtp_is_bare(const u8 *data)
{
	return data[0] == PHN_RTP_VERSION << 6;
}

/**
 * phn_rtp_read - read the fields of an RTP header that every one has
 * @rtp: @rtp->padding and @rtp->hlen are left as they are
 * @data: start of the packet, PHN_RTP_HLEN octets of it
 */
static __always_inline void phn_rtp_read(struct phn_rtp *rtp, const u8 *data)
{
	rtp->marker = data[1] & PHN_RTP_MARKER;
	rtp->pt = data[1] & ~PHN_RTP_MARKER;
	rtp->seq = phn_get16(data + 2);
	rtp->timestamp = phn_get32(data + 4);
	rtp->ssrc = phn_get32(data + 8);
}

/**
 * phn_rtp_fields - a copy of what phn_rtp_read() reads
 * @rtp: the header
 *
 * For rare functions that are called from what every packet goes through: it can have
 * the header in registers if nobody takes the address.
 */
static __always_inline struct phn_rtp phn_rtp_fields(const struct phn_rtp *rtp)
{
	return (struct phn_rtp){
		.ssrc = rtp->ssrc,
		.timestamp = rtp->timestamp,
		.seq = rtp->seq,
		.pt = rtp->pt,
		.marker = rtp->marker,
	};
}

/**
 * phn_rtp_parse - parse an RTP header
 * @rtp: filled in on success
 * @data: start of the RTP packet
 * @avail: octets that can be read at @data; PHN_RTP_HLEN_PEEK always suffice
 * @len: octets of the packet, at least @avail
 *
 * Return: 0, or -EINVAL when it is not RTP version 2 or when its CSRC list or
 * header extension outruns the packet.
 */
static inline int phn_rtp_parse(struct phn_rtp *rtp, const u8 *data, size_t avail, size_t len)
{
	size_t hlen = PHN_RTP_HLEN;

	if (avail < hlen || data[0] >> 6 != PHN_RTP_VERSION)
		return -EINVAL;

	hlen += 4 * (data[0] & PHN_RTP_CSRC_COUNT);
	if (data[0] & PHN_RTP_EXTENSION) {
		if (avail < hlen + 4)
			return -EINVAL;
		hlen += 4 + 4 * (size_t)phn_get16(data + hlen + 2);
	}
	if (hlen > len)
		return -EINVAL;

	rtp->hlen = hlen;
	rtp->padding = data[0] & PHN_RTP_PADDING;
	phn_rtp_read(rtp, data);
	return 0;
}

/**
 * phn_rtp_padding - how much padding ends the packet
 * @rtp: its parsed header
 * @last: its last octet
 * @len: octets of the packet
 *
 * Return: octets of padding, or -EINVAL when the count is zero or reaches
 * into the header.
 */
static inline int phn_rtp_padding(const struct phn_rtp *rtp, u8 last, size_t len)
{
	if (!rtp->padding)
		return 0;
	if (!last || rtp->hlen + (size_t)last > len)
		return -EINVAL;
	return last;
}

/**
 * phn_rtp_write - write a bare RTP header
 * @data: room for PHN_RTP_HLEN octets
 * @rtp: what to write; @rtp->padding and @rtp->hlen are not looked at, since
 *	what leaves a relay has no CSRC, extension or padding
 */
static __always_inline void phn_rtp_write(u8 *data, const struct phn_rtp *rtp)
{
	u32 type = rtp->pt | (rtp->marker ? PHN_RTP_MARKER : 0);

	phn_put32(data, (u32)PHN_RTP_VERSION << 30 | type << 16 | rtp->seq);
	phn_put32(data + 4, rtp->timestamp);
	phn_put32(data + 8, rtp->ssrc);
}

/**
 * phn_rtp_is_rtcp - tell RTCP from RTP by its packet type
 * @data: start of the packet
 * @avail: octets that can be read at @data
 *
 * Return: true for RTCP packet types 192 to 223 (RFC 5761, section 4).
 */
static inline bool phn_rtp_is_rtcp(const u8 *data, size_t avail)
{
	return avail >= PHN_RTCP_HLEN && data[0] >> 6 == PHN_RTP_VERSION &&
	       data[1] >= 192 && data[1] <= 223;
}

/* Volume of the events that we send, in dBm0 below zero (RFC 4733, section 2.3.3). */
#define PHN_EVENT_VOLUME  10

void phn_event_write(u8 *data, const struct phn_event *event);
int phn_event_parse(struct phn_event *event, const u8 *data, size_t len);

#endif
