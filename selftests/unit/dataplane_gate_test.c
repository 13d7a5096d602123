// SPDX-License-Identifier: GPL-2.0
/* Whom a leg hears, when, and how often. */
#include "dataplane_call.h"

static void test_strangers(void **state)
{
	struct sockaddr_storage at = address("127.0.0.7", 4000),
				beside = address("127.0.0.8", 4002);
	int stranger, other;
	struct got got;
	uint8_t p[172];

	(void)state;
	if (!dp)
		skip();
	call();
	stranger = phone(&at);
	other = phone(&beside);
	rtp(p, 0, 1);
	send_to(stranger, &a.local, p, sizeof(p));
	until(&a, DROP_SOURCE, 1);
	send_to(other, &a.local, p, sizeof(p));
	until(&a, DROP_SOURCE, 2);
	hear_nothing(&b);
	assert_int_equal(count(&a, RX_PACKETS), 0);
	say(&a, 1);
	hear(&b, &got);
	assert_false(receive(stranger, &got));
	close(stranger);
	close(other);
	hang_up();
}

static void test_latch(void **state)
{
	struct sockaddr_storage to = address("127.0.0.8", 4002), late = address("127.0.0.8", 4004);
	struct dp_leg leg_a, leg_b, leg;
	struct got got;
	uint8_t p[172];
	int moved, thief;

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	leg_a.source_policy = PHONION_SOURCE_POLICY_LATCH_PORT;
	make_both(&leg_a, &leg_b);
	moved = phone(&to);
	thief = phone(&late);
	send_to(thief, &a.local, "rubbish", 7);
	until(&a, DROP_MALFORMED, 1);
	for (int i = 0; i < 20; i++)
		send_to(moved, &a.local, p, rtp(p, 0, i));
	for (int i = 0; i < 20; i++) {
		hear(&b, &got);
		same_payload(&got, i);
	}
	assert_int_equal(ops->leg_get(dp, a.leg, &leg), 0);
	assert_int_equal(((struct sockaddr_in *)&leg.remote)->sin_port, htons(4002));
	send_to(thief, &a.local, p, rtp(p, 0, 30));
	until(&a, DROP_SOURCE, 1);
	say(&a, 31); /* from the port that was signalled */
	until(&a, DROP_SOURCE, 2);
	say(&b, 32);
	close(a.fd);
	a.fd = moved;
	hear(&a, &got);
	same_payload(&got, 32);
	/* Set again, it is forgotten. */
	assert_int_equal(ops->leg_set(dp, &leg_a, DP_SET_REMOTE), 0);
	send_to(thief, &a.local, p, rtp(p, 0, 33));
	hear(&b, &got);
	close(thief);
	hang_up();
}

/* The peer moves: the old one is a stranger at once. */
static void test_move(void **state)
{
	struct sockaddr_storage to = address("127.0.0.10", 5000);
	struct dp_leg leg;
	struct got got;
	int old;

	(void)state;
	if (!dp)
		skip();
	call();
	say(&a, 1);
	hear(&b, &got);
	leg = leg_of(&a);
	leg.id = a.leg;
	leg.remote = to;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_REMOTE), 0);
	say(&a, 2);
	until(&a, DROP_SOURCE, 1);
	old = a.fd;
	a.fd = phone(&to);
	say(&a, 3);
	hear(&b, &got);
	same_payload(&got, 3);
	say(&b, 4);
	hear(&a, &got);
	same_payload(&got, 4);
	assert_false(receive(old, &got));
	close(old);
	hang_up();
}

static const uint8_t report[8] = { 0x80, 200, 0, 1, 1, 2, 3, 4 };

static void test_rtcp(void **state)
{
	struct sockaddr_storage at = address("127.0.0.7", 4000), port = address("127.0.0.1", 20001);
	int stranger;

	(void)state;
	if (!dp)
		skip();
	call();
	stranger = phone(&at);
	send_to(a.fd, &port, report, sizeof(report));
	until(&a, RX_RTCP, 1);
	send_to(a.fd, &a.local, report, sizeof(report)); /* RFC 5761 */
	until(&a, RX_RTCP, 2);
	send_to(a.fd, &port, "junk", 4);
	until(&a, DROP_RTCP, 1);
	send_to(stranger, &port, report, sizeof(report));
	until(&a, DROP_RTCP, 2);
	hear_nothing(&b);
	assert_int_equal(count(&a, RX_PACKETS), 0);
	close(stranger);
	hang_up();
}

static void test_rate(void **state)
{
	struct sockaddr_storage port = address("127.0.0.1", 20001);
	struct dp_leg leg_a, leg_b;

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	leg_a.rate_limit = 1;
	make_both(&leg_a, &leg_b);
	/* RTCP may come from any port, so it has no part in what the rate allows. */
	for (int i = 0; i < 3; i++)
		send_to(a.fd, &port, report, sizeof(report));
	until(&a, RX_RTCP, 3);
	for (int i = 0; i < 5; i++)
		say(&a, i);
	until(&a, DROP_RATE, 4);
	assert_int_equal(count(&a, RX_PACKETS), 1);
	run_for(1100);
	say(&a, 6);
	until(&a, RX_PACKETS, 2);
	hang_up();
}

static uint64_t realtime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void test_window(void **state)
{
	struct dp_leg leg_a, leg_b, leg;
	uint64_t opens;

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	opens = leg_a.not_before_ns = realtime() + 1500000000ull;
	make_both(&leg_a, &leg_b);
	say(&a, 1);
	until(&a, DROP_WINDOW, 1);
	say(&b, 1); /* towards it neither */
	until(&b, DROP_WINDOW, 1);
	assert_int_equal(ops->leg_dtmf(dp, a.leg, "1"), -ETIME);
	assert_string_equal(dataplane_error(dp), "the leg is outside its window");
	assert_int_equal(ops->leg_get(dp, a.leg, &leg), 0);
	assert_int_equal(leg.path, PHONION_PATH_STATE_WINDOW_CLOSED);
	while (realtime() < opens)
		run_for(1);
	say(&a, 2);
	until(&a, RX_PACKETS, 1);
	hang_up();
}

static void test_hold(void **state)
{
	struct dp_leg leg = { .hold = true };
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	leg.id = a.leg;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_HOLD), 0);
	say(&a, 1);
	until(&a, DROP_HOLD, 1);
	say(&b, 1);
	until(&b, DROP_HOLD, 1);
	assert_int_equal(ops->leg_dtmf(dp, a.leg, "1"), -EAGAIN);
	leg.hold = false;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_HOLD), 0);
	say(&a, 2);
	hear(&b, &got);
	same_payload(&got, 2);
	hang_up();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_both(test_strangers), on_both(test_latch), on_both(test_move),
		on_both(test_rtcp),	 on_both(test_rate),  on_both(test_window),
		on_both(test_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
