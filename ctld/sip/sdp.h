/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of SDP (RFC 4566) that one G.711 audio stream needs, and its
 * offer/answer rules (RFC 3264). Nothing that is parsed here is ever written
 * to another peer.
 */
#ifndef PHONION_SDP_H
#define PHONION_SDP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/phonion.h>

#include "sip/text.h"

#define SDP_MAX_FORMATS 32 /* of one media line */
#define SDP_MAX_MEDIA	8
#define SDP_TEXT_SIZE	2048 /* of what we write */
#define SDP_NO_AUDIO	(-1)

/*
 * As the peer that wrote it sees it. Each is the set of what it leaves out, so that
 * a | b is what both leave.
 */
enum sdp_direction {
	SDP_SENDRECV = 0,
	SDP_SENDONLY = 1,
	SDP_RECVONLY = 2,
	SDP_INACTIVE = SDP_SENDONLY | SDP_RECVONLY
};

struct sdp_format {
	uint8_t number;
	enum phonion_codec codec;
};

/* A media line, kept so that an answer can refuse it (RFC 3264, 6). */
struct sdp_media {
	char type[16], proto[32], format[16];
};

/* What a peer described. */
struct sdp {
	struct sockaddr_storage remote; /* of the audio; ss_family 0: address 0.0.0.0 */
	struct sdp_format formats[PHONION_MAX_PAYLOAD_TYPES]; /* only those we know */
	size_t n_formats;
	enum sdp_direction direction;
	struct sdp_media media[SDP_MAX_MEDIA];
	size_t n_media;
	int audio; /* index of the audio stream, or SDP_NO_AUDIO */
};

/* What we describe. */
struct sdp_local {
	uint64_t session;
	uint64_t version; /* goes up by one when anything else changes */
	struct sockaddr_storage addr;
	struct sdp_format formats[PHONION_MAX_PAYLOAD_TYPES];
	size_t n_formats;
	enum sdp_direction direction;
};

/*
 * -EBADMSG: not SDP. -EPROTONOSUPPORT: SDP, but no audio stream that we could
 * take. Addresses must be numeric.
 */
int sdp_parse(struct sdp *sdp, const char *buf, size_t len);
/* An offer, or the answer to OFFER. */
int sdp_write(struct text *text, const struct sdp_local *local, const struct sdp *offer);

enum sdp_direction sdp_reverse(enum sdp_direction direction);
const struct sdp_format *sdp_find(const struct sdp_format *formats, size_t n,
				  enum phonion_codec codec);

#endif
