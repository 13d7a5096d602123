// SPDX-License-Identifier: GPL-2.0
/* What a data plane does with packets of a call. */
#include "dataplane_call.h"

/* Bit for bit both ways, with nothing of the other leg's numbers. */
static void test_forward(void **state)
{
	struct got first, got;
	struct dp_leg leg;

	(void)state;
	if (!dp)
		skip();
	call();
	say(&a, 1);
	hear(&b, &first);
	same_payload(&first, 1);
	assert_int_equal(ops->leg_get(dp, b.leg, &leg), 0);
	assert_int_equal(word(&first, 8), leg.tx_ssrc);
	assert_int_not_equal(word(&first, 8), 0x01020304);
	assert_int_equal(first.ttl, 64);
	assert_int_equal(first.tos, 46 << 2);
	say(&a, 2);
	hear(&b, &got);
	assert_int_equal(seq_of(&got), (uint16_t)(seq_of(&first) + 1));
	assert_int_equal(word(&got, 4), word(&first, 4) + 160);
	say(&a, 5); /* two were lost, and are */
	hear(&b, &got);
	same_payload(&got, 5);
	assert_int_equal(seq_of(&got), (uint16_t)(seq_of(&first) + 4));
	say(&b, 9);
	hear(&a, &got);
	same_payload(&got, 9);
	assert_int_not_equal(word(&got, 8), word(&first, 8));
	assert_int_equal(count(&a, RX_PACKETS), 3);
	assert_int_equal(count(&a, RX_BYTES), 480);
	assert_int_equal(count(&b, TX_PACKETS), 3);
	assert_int_equal(count(&b, TX_BYTES), 480);
	assert_int_equal(count(&a, RX_LOST), 2);
	assert_int_equal(count(&a, RX_SSRC), 0x01020304);
	until_events(2);
	assert_int_equal(events[0].type, DP_FIRST_PACKET);
	hang_up();
}

/* More than there is room for in one turn. */
static void test_burst(void **state)
{
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 100; i++)
			say(&a, round * 100 + i);
		for (int i = 0; i < 100; i++) {
			hear(&b, &got);
			same_payload(&got, round * 100 + i);
		}
	}
	assert_int_equal(count(&b, TX_PACKETS), 3000);
	hang_up();
}

static void test_ipv6(void **state)
{
	struct dp_leg leg_a, leg_b;
	struct got got;

	(void)state;
	if (!dp)
		skip();
	place("::1", "::1", "::1");
	b.remote = address("::1", 4002);
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
	make_both(&leg_a, &leg_b);
	say(&a, 1);
	hear(&b, &got);
	same_payload(&got, 1);
	send_to(b.fd, &a.local, got.data, got.len);
	until(&a, DROP_SOURCE, 1);
	hang_up();
}

/* CSRCs, extension and padding end here. */
static void test_strip(void **state)
{
	static const uint8_t p[] = { 0xb1, 0x80, 0,    7, 0, 0, 0, 9, 5, 5,    5,    5,	   9, 9, 9,
				     9,	   0xbe, 0xde, 0, 1, 1, 2, 3, 4, 0x5a, 0x5b, 0x5c, 0, 0, 3 };
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	send_to(a.fd, &a.local, p, sizeof(p));
	hear(&b, &got);
	assert_int_equal(got.len, 15);
	assert_int_equal(got.data[0], 0x80);
	assert_int_equal(got.data[1], 0x80); /* the marker is kept */
	assert_memory_equal(got.data + 12, "\x5a\x5b\x5c", 3);
	hang_up();
}

static void test_malformed(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} bad[] = {
		{ "\x80", 1 },
		{ "\x80\0\0\1\0\0\0\0\1\2\3", 11 },
		{ "\x40\0\0\1\0\0\0\0\1\2\3\4", 12 },
		{ "\x8f\0\0\1\0\0\0\0\1\2\3\4", 12 },	      /* CSRCs */
		{ "\x90\0\0\1\0\0\0\0\1\2\3\4\0\0\0\4", 16 }, /* extension */
		{ "\xa0\0\0\1\0\0\0\0\1\2\3\4\x55\x55", 14 }, /* padding */
		{ "\xa0\0\0\1\0\0\0\0\1\2\3\4\x55\0", 14 },
	};
	size_t n = sizeof(bad) / sizeof(*bad);
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	for (size_t i = 0; i < n; i++) {
		send_to(a.fd, &a.local, bad[i].data, bad[i].len);
		until(&a, DROP_MALFORMED, i + 1);
	}
	send_to(a.fd, &a.local, "", 0);
	until(&a, DROP_MALFORMED, n + 1);
	assert_int_equal(count(&a, RX_PACKETS), 0);
	say(&a, 1);
	hear(&b, &got);
	same_payload(&got, 1);
	hang_up();
}

/* Numbers of the legs' own, and one that the other leg has not. */
static void test_payload_types(void **state)
{
	struct dp_leg leg_a, leg_b;
	struct got got;
	uint8_t p[172];

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	leg_b.pt[0].number = 96;
	leg_b.n_pt = 1;
	make_both(&leg_a, &leg_b);
	say(&a, 1);
	hear(&b, &got);
	assert_int_equal(got.data[1], 96);
	send_to(a.fd, &a.local, p, rtp(p, 101, 2));
	until(&a, DROP_PAYLOAD_TYPE, 1);
	send_to(a.fd, &a.local, p, rtp(p, 18, 3));
	until(&a, DROP_PAYLOAD_TYPE, 2);
	assert_int_equal(count(&a, RX_PACKETS), 2);
	hear_nothing(&b);
	hang_up();
}

static void test_laws(void **state)
{
	struct dp_leg leg_a, leg_b;
	uint8_t p[172];
	struct got got;

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	leg_b.pt[0] = (struct dp_payload_type)PCMA;
	make_both(&leg_a, &leg_b);
	rtp(p, 0, 1);
	memset(p + 12, 0xff, 160);
	send_to(a.fd, &a.local, p, sizeof(p));
	hear(&b, &got);
	assert_int_equal(got.data[1], 8);
	for (int i = 12; i < 172; i++)
		assert_int_equal(got.data[i], 0xd5); /* G.711, tables 3 and 4 */
	/* The same law now: as it is. */
	leg_b.pt[0] = (struct dp_payload_type)PCMU;
	assert_int_equal(ops->leg_set(dp, &leg_b, DP_SET_PT), 0);
	say(&a, 2);
	hear(&b, &got);
	same_payload(&got, 2);
	/* No audio would flow: refused, and all stays. */
	leg_b.pt[0] = (struct dp_payload_type)EVENT;
	leg_b.n_pt = 1;
	leg_b.hold = true;
	assert_int_equal(ops->leg_set(dp, &leg_b, DP_SET_PT | DP_SET_HOLD), -EOPNOTSUPP);
	assert_string_equal(dataplane_error(dp), "the legs have no audio payload types that map");
	say(&a, 3);
	hear(&b, &got);
	same_payload(&got, 3);
	hang_up();
}

static void test_no_bridge(void **state)
{
	struct dp_leg leg_a, leg_b, none = { 0 };

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	leg_b.remote = none.remote;
	make(&a, &leg_a);
	say(&a, 1);
	until(&a, DROP_NO_BRIDGE, 1);
	make(&b, &leg_b);
	assert_int_equal(ops->bridge_new(dp, a.leg, b.leg), 0);
	say(&a, 2);
	until(&a, DROP_NO_BRIDGE, 2); /* nobody to send to yet */
	say(&b, 3);
	until(&b, DROP_SOURCE, 1);
	assert_int_equal(ops->leg_play(dp, b.leg,
				       &(struct dp_sound){ .noise = (void *)"x", .noise_len = 1 }),
			 -EDESTADDRREQ);
	hang_up();
}

static void test_no_route(void **state)
{
	struct dp_leg leg_a, leg_b, leg;
	struct got got;

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	leg_b.remote = address("192.0.2.1", 4000);
	make_both(&leg_a, &leg_b);
	assert_int_equal(ops->leg_get(dp, b.leg, &leg), 0);
	assert_int_equal(leg.path, PHONION_PATH_STATE_NO_ROUTE);
	say(&a, 1);
	until(&a, DROP_NO_ROUTE, 1);
	assert_int_equal(count(&b, TX_PACKETS), 0);
	leg_b.remote = b.remote;
	assert_int_equal(ops->leg_set(dp, &leg_b, DP_SET_REMOTE), 0);
	say(&a, 2);
	hear(&b, &got);
	same_payload(&got, 2);
	hang_up();
}

/* A telephone that is away for a moment: what the network says of it counts for nothing. */
static void test_unreachable(void **state)
{
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	close(b.fd);
	for (int i = 0; i < 3; i++) {
		say(&a, i);
		until(&b, TX_PACKETS, i + 1);
	}
	b.fd = phone(&b.remote);
	for (int i = 3; i < 6; i++) {
		say(&a, i);
		hear(&b, &got);
		same_payload(&got, i);
	}
	say(&b, 7);
	hear(&a, &got);
	same_payload(&got, 7);
	assert_int_equal(count(&b, TX_PACKETS), 6);
	assert_int_equal(count(&a, DROP_NO_ROUTE), 0);
	hang_up();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_both(test_forward),	   on_both(test_burst),	    on_both(test_ipv6),
		on_both(test_strip),	   on_both(test_malformed), on_both(test_payload_types),
		on_both(test_laws),	   on_both(test_no_bridge), on_both(test_no_route),
		on_both(test_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
