// SPDX-License-Identifier: GPL-2.0
/* An outgoing stream: numbers of its own, steps of its source's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmod/core/stream.h"

#define MS 1000000ull

/* Sends one packet as the packet path does. */
static struct phn_rtp send(struct phn_stream *stream, u32 ssrc, u16 seq, u32 ts, u64 now)
{
	struct phn_rtp rtp = { .ssrc = ssrc, .seq = seq, .timestamp = ts, .pt = 3, .marker = true };

	if (!phn_stream_anchored(&stream->anchor, &rtp))
		phn_stream_reanchor(stream, &rtp, now);
	phn_stream_apply(&stream->anchor, stream->ssrc, &rtp);
	if (phn_stream_newer(stream, &rtp)) {
		stream->last_seq = rtp.seq;
		stream->last_ts = rtp.timestamp;
		stream->last_ns = now;
	}
	return rtp;
}

static void begins_with_its_own_numbers(void **state)
{
	struct phn_stream stream;
	struct phn_rtp out;

	(void)state;
	phn_stream_init(&stream, 0xaaaa, 100, 5000);
	out = send(&stream, 1, 60000, 90, MS);
	assert_int_equal(out.ssrc, 0xaaaa);
	assert_int_equal(out.seq, 101);
	assert_int_equal(out.timestamp, 5000);
	/* What is not of the source's identity is left alone. */
	assert_int_equal(out.pt, 3);
	assert_true(out.marker);
}

static void keeps_gaps_and_order(void **state)
{
	struct phn_stream stream;
	struct phn_rtp first, out;

	(void)state;
	phn_stream_init(&stream, 1, 0, 0);
	first = send(&stream, 7, 10, 1000, MS);
	out = send(&stream, 7, 13, 1480, 61 * MS);
	assert_int_equal((u16)(out.seq - first.seq), 3);
	assert_int_equal(out.timestamp - first.timestamp, 480);
	out = send(&stream, 7, 12, 1320, 62 * MS);
	assert_int_equal((u16)(out.seq - first.seq), 2);
	/* A late packet does not set the stream back. */
	assert_int_equal((u16)(stream.last_seq - first.seq), 3);
	assert_int_equal(stream.last_ts - first.timestamp, 480);
}

/* Over the ends of both number spaces, on both sides, at once and apart. */
static void wraps_around(void **state)
{
	static const struct {
		u16 in_seq, out_seq;
		u32 in_ts, out_ts;
	} at[] = {
		{ 65535, 65534, 0xffffffff, 0xffffffff },
		{ 65535, 10, 0xffffffff, 10 },
		{ 10, 65535, 10, 0xffffff80 },
	};
	struct phn_rtp first, out;
	struct phn_stream stream;
	unsigned int i, n;

	(void)state;
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		phn_stream_init(&stream, 1, at[i].out_seq, at[i].out_ts);
		first = send(&stream, 7, at[i].in_seq, at[i].in_ts, MS);
		for (n = 1; n < 70000; n++) {
			out = send(&stream, 7, at[i].in_seq + n, at[i].in_ts + 160 * n, MS);
			assert_int_equal((u16)(out.seq - first.seq), (u16)n);
			assert_int_equal(out.timestamp - first.timestamp, 160 * n);
			assert_int_equal(stream.last_seq, out.seq);
		}
	}
}

static void goes_on_with_another_source(void **state)
{
	struct phn_stream stream;
	struct phn_rtp a, b, c;

	(void)state;
	phn_stream_init(&stream, 5, 65534, 0xfffffff0);
	a = send(&stream, 1, 500, 77777, 1000 * MS);
	/* Another source, 100 ms later: 800 units and the least there can be more. */
	b = send(&stream, 2, 40000, 123456789, 1100 * MS);
	assert_int_equal(b.ssrc, a.ssrc);
	assert_int_equal((u16)(b.seq - a.seq), 1);
	assert_int_equal(b.timestamp - a.timestamp, 801);
	c = send(&stream, 2, 40001, 123456789 + 160, 1120 * MS);
	assert_int_equal((u16)(c.seq - b.seq), 1);
	assert_int_equal(c.timestamp - b.timestamp, 160);
	/* And back, in the same instant: time does not stand still. */
	a = send(&stream, 1, 500, 77777, 1120 * MS);
	assert_int_equal((u16)(a.seq - c.seq), 1);
	assert_int_equal(a.timestamp - c.timestamp, 1);
}

/* After what came late the next source follows the highest that was sent. */
static void follows_the_highest(void **state)
{
	struct phn_stream stream;
	struct phn_rtp out, high;

	(void)state;
	phn_stream_init(&stream, 5, 0, 0);
	send(&stream, 1, 1, 160, MS);
	high = send(&stream, 1, 5, 800, 2 * MS);
	send(&stream, 1, 3, 480, 3 * MS);
	out = send(&stream, 2, 9, 9, 2 * MS);
	assert_int_equal((u16)(out.seq - high.seq), 1);
	assert_int_equal(out.timestamp - high.timestamp, 1);
}

static void is_anchored_to_one_source(void **state)
{
	struct phn_rtp rtp = { .ssrc = 0 };
	struct phn_stream stream;

	(void)state;
	phn_stream_init(&stream, 5, 0, 0);
	/* An SSRC of 0 is one like any other, not the lack of one. */
	assert_false(phn_stream_anchored(&stream.anchor, &rtp));
	phn_stream_reanchor(&stream, &rtp, 0);
	assert_true(phn_stream_anchored(&stream.anchor, &rtp));
	rtp.ssrc = 1;
	assert_false(phn_stream_anchored(&stream.anchor, &rtp));
}

static void tells_newer_from_older(void **state)
{
	struct phn_stream stream = { .last_seq = 65535 };

	(void)state;
	assert_true(phn_stream_newer(&stream, &(struct phn_rtp){ .seq = 0 }));
	assert_true(phn_stream_newer(&stream, &(struct phn_rtp){ .seq = 32766 }));
	assert_false(phn_stream_newer(&stream, &(struct phn_rtp){ .seq = 32768 }));
	assert_false(phn_stream_newer(&stream, &(struct phn_rtp){ .seq = 65535 }));
	assert_false(phn_stream_newer(&stream, &(struct phn_rtp){ .seq = 65534 }));
}

static struct phn_rtp own(struct phn_stream *stream, bool marker, u64 at)
{
	struct phn_rtp rtp = { .marker = marker };

	phn_stream_own(stream, &rtp, at);
	return rtp;
}

static void sends_of_its_own(void **state)
{
	struct phn_stream stream;
	struct phn_rtp a, b, c;

	(void)state;
	phn_stream_init(&stream, 5, 65534, 0xffffffff);
	a = own(&stream, true, 1000 * MS);
	assert_int_equal(a.ssrc, 5);
	assert_int_equal(a.seq, 65535);
	assert_int_equal(a.timestamp, 0xffffffff);
	b = own(&stream, false, 1020 * MS);
	assert_int_equal(b.seq, 0);
	assert_int_equal(b.timestamp, a.timestamp);
	/* The next one is later by the time that has passed since it began. */
	c = own(&stream, true, 1100 * MS);
	assert_int_equal(c.seq, 1);
	assert_int_equal(c.timestamp - a.timestamp, 801);
	/* A clock that seems to go back does not take it along. */
	b = own(&stream, true, 1000 * MS);
	assert_int_equal(b.timestamp - c.timestamp, 1);
}

/* Packets of our own after the first: as far on as they are told, whatever the clock says. */
static void steps_on_its_own(void **state)
{
	struct phn_rtp first, out = { .marker = false };
	struct phn_stream stream;

	(void)state;
	phn_stream_init(&stream, 5, 65533, 0xffffff80);
	first = own(&stream, true, 1000 * MS);
	phn_stream_own_later(&stream, &out, 160, 1023 * MS);
	assert_int_equal(out.ssrc, 5);
	assert_int_equal(out.seq, 65535);
	assert_int_equal(out.timestamp - first.timestamp, 160);
	phn_stream_own_later(&stream, &out, 320, 1061 * MS);
	assert_int_equal(out.seq, 0);
	assert_int_equal(out.timestamp - first.timestamp, 480);
	/* A source goes on from there, by the time since the last of them. */
	out = send(&stream, 1, 7, 9, 1161 * MS);
	assert_int_equal(out.seq, 1);
	assert_int_equal(out.timestamp - first.timestamp, 480 + 801);
}

static void goes_on_after_its_own(void **state)
{
	struct phn_rtp before, mine, rest;
	struct phn_stream stream;

	(void)state;
	phn_stream_init(&stream, 5, 0, 0);
	before = send(&stream, 1, 500, 77777, 1000 * MS);
	mine = own(&stream, true, 1100 * MS);
	assert_int_equal((u16)(mine.seq - before.seq), 1);
	assert_int_equal(mine.timestamp - before.timestamp, 801);
	mine = own(&stream, false, 1120 * MS);
	/* The source went on meanwhile; of that nothing shows. */
	rest = send(&stream, 1, 520, 77777 + 3200, 1400 * MS);
	assert_int_equal((u16)(rest.seq - mine.seq), 1);
	assert_int_equal(rest.timestamp - mine.timestamp, 2401);
	mine = send(&stream, 1, 521, 77777 + 3360, 1420 * MS);
	assert_int_equal((u16)(mine.seq - rest.seq), 1);
	assert_int_equal(mine.timestamp - rest.timestamp, 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_its_own_numbers),
		cmocka_unit_test(keeps_gaps_and_order),
		cmocka_unit_test(wraps_around),
		cmocka_unit_test(goes_on_with_another_source),
		cmocka_unit_test(follows_the_highest),
		cmocka_unit_test(is_anchored_to_one_source),
		cmocka_unit_test(tells_newer_from_older),
		cmocka_unit_test(sends_of_its_own),
		cmocka_unit_test(steps_on_its_own),
		cmocka_unit_test(goes_on_after_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
