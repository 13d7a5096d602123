// SPDX-License-Identifier: GPL-2.0
#include "rtp.h"

#define RTP_VERSION    2
#define RTP_PADDING    0x20
#define RTP_EXTENSION  0x10
#define RTP_CSRC_COUNT 0x0f
#define RTP_MARKER     0x80
#define EVENT_END      0x80

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
int phn_rtp_parse(struct phn_rtp *rtp, const u8 *data, size_t avail, size_t len)
{
	size_t hlen = PHN_RTP_HLEN;

	if (avail < hlen || data[0] >> 6 != RTP_VERSION)
		return -EINVAL;

	hlen += 4 * (data[0] & RTP_CSRC_COUNT);
	if (data[0] & RTP_EXTENSION) {
		if (avail < hlen + 4)
			return -EINVAL;
		hlen += 4 + 4 * (size_t)phn_get16(data + hlen + 2);
	}
	if (hlen > len)
		return -EINVAL;

	rtp->hlen = hlen;
	rtp->padding = data[0] & RTP_PADDING;
	rtp->marker = data[1] & RTP_MARKER;
	rtp->pt = data[1] & ~RTP_MARKER;
	rtp->seq = phn_get16(data + 2);
	rtp->timestamp = phn_get32(data + 4);
	rtp->ssrc = phn_get32(data + 8);
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
int phn_rtp_padding(const struct phn_rtp *rtp, u8 last, size_t len)
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
void phn_rtp_write(u8 *data, const struct phn_rtp *rtp)
{
	data[0] = RTP_VERSION << 6;
	data[1] = rtp->pt | (rtp->marker ? RTP_MARKER : 0);
	phn_put16(data + 2, rtp->seq);
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
bool phn_rtp_is_rtcp(const u8 *data, size_t avail)
{
	return avail >= PHN_RTCP_HLEN && data[0] >> 6 == RTP_VERSION &&
	       data[1] >= 192 && data[1] <= 223;
}

/**
 * phn_event_parse - parse a telephone-event payload
 * @event: filled in on success
 * @data: the payload
 * @len: its octets
 *
 * Return: 0, or -EINVAL when the payload is too short for an event.
 */
int phn_event_parse(struct phn_event *event, const u8 *data, size_t len)
{
	if (len < PHN_EVENT_LEN)
		return -EINVAL;
	event->code = data[0];
	event->end = data[1] & EVENT_END;
	event->duration = phn_get16(data + 2);
	return 0;
}
