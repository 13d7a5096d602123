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
	u32 ts = stream->last_ts;

	if (stream->anchor.set)
		ts += (now_ns - stream->last_ns) / NS_PER_UNIT + 1;

	stream->anchor.in_ssrc = in->ssrc;
	stream->anchor.seq_off = stream->last_seq + 1 - in->seq;
	stream->anchor.ts_off = ts - in->timestamp;
	stream->anchor.set = true;
}
