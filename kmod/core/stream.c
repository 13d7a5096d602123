// SPDX-License-Identifier: GPL-2.0
#include "stream.h"

#define NS_PER_UNIT (1000000000ull / PHN_RTP_CLOCK)

/**
 * phn_stream_init - start a stream
 * @stream: the stream
 * @ssrc: random
 * @seq: random; the first packet has the next one
 * @timestamp: random; the first packet has it
 */
void phn_stream_init(struct phn_stream *stream, u32 ssrc, u16 seq, u32 timestamp)
{
	memset(stream, 0, sizeof(*stream));
	stream->ssrc = ssrc;
	stream->last_seq = seq;
	stream->last_ts = timestamp;
}

/* Never the last one again: that would be the same instant. */
static u32 next_ts(const struct phn_stream *stream, u64 now_ns)
{
	u64 passed = now_ns > stream->last_ns ? now_ns - stream->last_ns : 0;

	return stream->started ? stream->last_ts + passed / NS_PER_UNIT + 1 : stream->last_ts;
}

/**
 * phn_stream_own - number a packet of our own, from no source
 * @stream: the stream
 * @out: its header; with the marker set it begins an instant of its own, else it
 *	is of the last one
 * @at_ns: that instant, of the same clock as in phn_stream_reanchor()
 *
 * Whatever source goes on after it is anchored anew.
 */
void phn_stream_own(struct phn_stream *stream, struct phn_rtp *out, u64 at_ns)
{
	if (out->marker) {
		stream->last_ts = next_ts(stream, at_ns);
		stream->last_ns = at_ns;
	}
	stream->started = true;
	stream->anchor.set = false;
	out->ssrc = stream->ssrc;
	out->seq = ++stream->last_seq;
	out->timestamp = stream->last_ts;
}

/**
 * phn_stream_own_later - number the packet of our own that follows another
 * @stream: the stream; nothing but packets of our own left since
 * @out: its header
 * @units: of the RTP clock since that one
 * @at_ns: its instant
 */
void phn_stream_own_later(struct phn_stream *stream, struct phn_rtp *out, u32 units, u64 at_ns)
{
	stream->last_ts += units;
	stream->last_ns = at_ns;
	out->ssrc = stream->ssrc;
	out->seq = ++stream->last_seq;
	out->timestamp = stream->last_ts;
}

/**
 * phn_stream_reanchor - go on with another source
 * @stream: the stream
 * @in: header of the new source's first packet
 * @now_ns: a monotonic clock
 *
 * That packet gets the next sequence number, and a timestamp that has moved
 * on by the time since the last one, as if one source had paused.
 */
void phn_stream_reanchor(struct phn_stream *stream, const struct phn_rtp *in, u64 now_ns)
{
	u32 ts = next_ts(stream, now_ns);

	stream->started = true;
	stream->anchor.in_ssrc = in->ssrc;
	stream->anchor.seq_off = stream->last_seq + 1 - in->seq;
	stream->anchor.ts_off = ts - in->timestamp;
	stream->anchor.set = true;
}
