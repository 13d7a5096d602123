/* SPDX-License-Identifier: GPL-2.0 */
/* RTP headers (RFC 3550, section 5.1) and telephone events (RFC 4733). */
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

int phn_rtp_parse(struct phn_rtp *rtp, const u8 *data, size_t avail, size_t len);
int phn_rtp_padding(const struct phn_rtp *rtp, u8 last, size_t len);
void phn_rtp_write(u8 *data, const struct phn_rtp *rtp);
bool phn_rtp_is_rtcp(const u8 *data, size_t avail);
int phn_event_parse(struct phn_event *event, const u8 *data, size_t len);

#endif
