/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An outgoing RTP stream of our own making, fed from an incoming one.
 *
 * What leaves on a leg has an SSRC, a sequence and a timestamp base of that
 * leg's own. Gaps and reordering of the source are kept, so that the receiver
 * sees the loss there was; when the source is replaced by another, the stream
 * goes on without a gap.
 */
#ifndef PHN_CORE_STREAM_H
#define PHN_CORE_STREAM_H

#include "rtp.h"

/**
 * struct phn_stream_anchor - how source numbers become ours
 * @in_ssrc: SSRC of the source
 * @ts_off: added to its timestamps
 * @seq_off: added to its sequence numbers
 * @set: there is a present source
 */
struct phn_stream_anchor {
	u32 in_ssrc;
	u32 ts_off;
	u16 seq_off;
	bool set;
};

/**
 * struct phn_stream - an outgoing stream
 * @anchor: the present source
 * @ssrc: our SSRC, fixed for the life of the leg
 * @last_ts: highest timestamp sent
 * @last_seq: highest sequence number sent
 * @started: something was sent
 * @last_ns: when @last_ts was
 */
struct phn_stream {
	struct phn_stream_anchor anchor;
	u32 ssrc;
	u32 last_ts;
	u16 last_seq;
	bool started;
	u64 last_ns;
};

void phn_stream_init(struct phn_stream *stream, u32 ssrc, u16 seq, u32 timestamp);
void phn_stream_own(struct phn_stream *stream, struct phn_rtp *out, u64 at_ns);
void phn_stream_own_later(struct phn_stream *stream, struct phn_rtp *out, u32 units, u64 at_ns);
void phn_stream_reanchor(struct phn_stream *stream, const struct phn_rtp *in, u64 now_ns);

/**
 * phn_stream_anchored - whether a packet is of the source we are anchored to
 * @anchor: the anchor
 * @in: the packet's header
 */
static inline bool phn_stream_anchored(const struct phn_stream_anchor *anchor,
				       const struct phn_rtp *in)
{
	return anchor->set && anchor->in_ssrc == in->ssrc;
}

/**
 * phn_stream_apply - turn a source's header into ours
 * @anchor: anchored to the header's source
 * @ssrc: the stream's SSRC
 * @rtp: changed in place
 */
static inline void phn_stream_apply(const struct phn_stream_anchor *anchor, u32 ssrc,
				    struct phn_rtp *rtp)
{
	rtp->ssrc = ssrc;
	rtp->seq += anchor->seq_off;
	rtp->timestamp += anchor->ts_off;
}

/**
 * phn_stream_newer - whether a packet is ahead of all that was sent
 * @stream: the stream
 * @out: the packet's header, ours
 */
static inline bool phn_stream_newer(const struct phn_stream *stream,
				    const struct phn_rtp *out)
{
	return (s16)(out->seq - stream->last_seq) > 0;
}

#endif
