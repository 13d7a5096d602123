// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "dataplane/nlmsg.h"

static char buf[NLMSG_MAX_REQUEST] __attribute__((aligned(8)));

static struct nlmsghdr *begin(uint8_t cmd)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	memset(buf, 0xff, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = NLMSG_MIN_TYPE;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	return nlh;
}

static void set_ipv4(struct sockaddr_storage *addr, const char *text, uint16_t port)
{
	struct sockaddr_in *in = (void *)addr;

	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
}

static void set_ipv6(struct sockaddr_storage *addr, const char *text, uint16_t port)
{
	struct sockaddr_in6 *in6 = (void *)addr;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
}

static struct dp_leg full_leg(void)
{
	struct dp_leg leg = {
		.id = 42,
		.cookie = "0123456789abcdef0123456789abcde",
		.cookie_len = 32,
		.source_policy = PHONION_SOURCE_POLICY_LATCH_PORT,
		.pt = { { 0, PHONION_CODEC_PCMU },
			{ 8, PHONION_CODEC_PCMA },
			{ 101, PHONION_CODEC_TELEPHONE_EVENT },
			{ 13, PHONION_CODEC_COMFORT_NOISE } },
		.n_pt = 4,
		.rate_limit = 100,
		.lease_ms = 60000,
		.not_before_ns = 1796115600000000001ULL,
		.not_after_ns = 1796115600000000002ULL,
		.media_timeout_ms = 30000,
		.hold = true,
	};

	set_ipv6(&leg.local, "2001:db8::1", 20000);
	set_ipv6(&leg.remote, "2001:db8::9", 40001);
	return leg;
}

static void assert_same_leg(const struct dp_leg *a, const struct dp_leg *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->cookie_len, b->cookie_len);
	assert_memory_equal(a->cookie, b->cookie, sizeof(a->cookie));
	assert_memory_equal(&a->local, &b->local, sizeof(a->local));
	assert_memory_equal(&a->remote, &b->remote, sizeof(a->remote));
	assert_int_equal(a->source_policy, b->source_policy);
	assert_int_equal(a->n_pt, b->n_pt);
	for (size_t i = 0; i < a->n_pt; i++) {
		assert_int_equal(a->pt[i].number, b->pt[i].number);
		assert_int_equal(a->pt[i].codec, b->pt[i].codec);
	}
	assert_int_equal(a->rate_limit, b->rate_limit);
	assert_int_equal(a->lease_ms, b->lease_ms);
	assert_int_equal(a->not_before_ns, b->not_before_ns);
	assert_int_equal(a->not_after_ns, b->not_after_ns);
	assert_int_equal(a->media_timeout_ms, b->media_timeout_ms);
	assert_int_equal(a->hold, b->hold);
}

static void test_full_leg_and_back(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_NEW);
	struct dp_leg leg = full_leg(), back;

	(void)state;
	assert_int_equal(nlmsg_put_leg(nlh, &leg), 0);
	assert_true(nlh->nlmsg_len <= NLMSG_MAX_REQUEST);
	assert_int_equal(nlmsg_get_leg(nlh, &back), 0);
	assert_same_leg(&leg, &back);
}

static void test_small_leg_and_back(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_NEW);
	struct dp_leg leg = { .id = 1 }, back;

	(void)state;
	set_ipv4(&leg.local, "192.0.2.1", 20000);
	assert_int_equal(nlmsg_put_leg(nlh, &leg), 0);
	assert_int_equal(nlmsg_get_leg(nlh, &back), 0);
	assert_same_leg(&leg, &back);
	assert_int_equal(back.remote.ss_family, AF_UNSPEC);
}

static bool carries(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == type)
			return true;
	}
	return false;
}

/* What is left at zero is left to the kernel's default, not sent as zero. */
static void test_unset_is_left_out(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_NEW);
	struct dp_leg leg = { 0 };

	(void)state;
	set_ipv4(&leg.local, "192.0.2.1", 20000);
	assert_int_equal(nlmsg_put_leg(nlh, &leg), 0);
	assert_true(carries(nlh, PHONION_A_LEG_LOCAL_IPV4));
	assert_false(carries(nlh, PHONION_A_LEG_ID));
	assert_false(carries(nlh, PHONION_A_LEG_COOKIE));
	assert_false(carries(nlh, PHONION_A_LEG_REMOTE_PORT));
	assert_false(carries(nlh, PHONION_A_LEG_LEASE));
	assert_false(carries(nlh, PHONION_A_LEG_NOT_BEFORE));
	assert_false(carries(nlh, PHONION_A_LEG_MEDIA_TIMEOUT));
}

static void test_change_carries_what_is_asked(void **state)
{
	struct dp_leg leg = full_leg();
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_SET);

	(void)state;
	assert_int_equal(nlmsg_put_leg_change(nlh, &leg, DP_SET_HOLD | DP_SET_LEASE), 0);
	assert_true(carries(nlh, PHONION_A_LEG_ID));
	assert_true(carries(nlh, PHONION_A_LEG_HOLD));
	assert_true(carries(nlh, PHONION_A_LEG_LEASE));
	assert_false(carries(nlh, PHONION_A_LEG_REMOTE_IPV6));
	assert_false(carries(nlh, PHONION_A_LEG_PAYLOAD_TYPES));
	assert_false(carries(nlh, PHONION_A_LEG_MEDIA_TIMEOUT));

	nlh = begin(PHONION_CMD_LEG_SET);
	assert_int_equal(nlmsg_put_leg_change(nlh, &leg,
					      DP_SET_REMOTE | DP_SET_PT | DP_SET_MEDIA_TIMEOUT),
			 0);
	assert_true(carries(nlh, PHONION_A_LEG_REMOTE_IPV6));
	assert_true(carries(nlh, PHONION_A_LEG_SOURCE_POLICY));
	assert_true(carries(nlh, PHONION_A_LEG_PAYLOAD_TYPES));
	assert_true(carries(nlh, PHONION_A_LEG_MEDIA_TIMEOUT));
	assert_false(carries(nlh, PHONION_A_LEG_HOLD));
	assert_false(carries(nlh, PHONION_A_LEG_COOKIE));
}

static void test_leg_that_can_not_be_written(void **state)
{
	struct dp_leg leg = full_leg();

	(void)state;
	leg.local.ss_family = AF_UNIX;
	assert_int_equal(nlmsg_put_leg(begin(PHONION_CMD_LEG_NEW), &leg), -EINVAL);
	leg = full_leg();
	leg.n_pt = PHONION_MAX_PAYLOAD_TYPES + 1;
	assert_int_equal(nlmsg_put_leg(begin(PHONION_CMD_LEG_NEW), &leg), -EINVAL);
	leg = full_leg();
	leg.cookie_len = PHONION_MAX_COOKIE_LEN + 1;
	assert_int_equal(nlmsg_put_leg(begin(PHONION_CMD_LEG_NEW), &leg), -EINVAL);
	leg = full_leg();
	leg.remote.ss_family = AF_UNSPEC;
	assert_int_equal(nlmsg_put_leg_change(begin(PHONION_CMD_LEG_SET), &leg, DP_SET_REMOTE),
			 -EINVAL);
}

/* What is told of a leg in userspace is read as what the kernel tells. */
static void test_answer(void **state)
{
	struct dp_leg leg = full_leg(), got;
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_GET);

	(void)state;
	leg.id = 7;
	leg.bridged_to = 8;
	leg.path = DP_PATH_USERSPACE;
	leg.tx_ssrc = 0x01020304;
	for (int i = 1; i <= PHONION_A_LEG_STATS_MAX; i++)
		leg.stats[i] = i == PHONION_A_LEG_STATS_PAD ? 0 : 100 + i;
	assert_int_equal(nlmsg_put_answer(nlh, &leg), 0);
	assert_true(nlh->nlmsg_len < NLMSG_MAX_REQUEST);
	assert_int_equal(nlmsg_get_leg(nlh, &got), 0);
	assert_memory_equal(&got, &leg, sizeof(got));
	leg.n_pt = PHONION_MAX_PAYLOAD_TYPES + 1;
	assert_int_equal(nlmsg_put_answer(begin(PHONION_CMD_LEG_GET), &leg), -EINVAL);
}

static void test_reply(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_GET);
	struct nlattr *nest;
	struct dp_leg leg;

	(void)state;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_BRIDGED_TO, 8);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_PATH, PHONION_PATH_STATE_NEIGHBOUR);
	nest = mnl_attr_nest_start(nlh, PHONION_A_LEG_STATS);
	mnl_attr_put_u64(nlh, PHONION_A_LEG_STATS_RX_PACKETS, 1ULL << 40);
	mnl_attr_put_u64(nlh, PHONION_A_LEG_STATS_TX_PACKETS, 3);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, 4000, 1); /* of a newer kernel */
	assert_int_equal(nlmsg_get_leg(nlh, &leg), 0);
	assert_int_equal(leg.bridged_to, 8);
	assert_int_equal(leg.path, PHONION_PATH_STATE_NEIGHBOUR);
	assert_int_equal(leg.stats[PHONION_A_LEG_STATS_RX_PACKETS], 1ULL << 40);
	assert_int_equal(leg.stats[PHONION_A_LEG_STATS_TX_PACKETS], 3);
}

/* Each attribute one octet too long is refused. */
static void test_wrong_length(void **state)
{
	static const struct {
		uint16_t type;
		size_t len;
	} wrong[] = {
		{ PHONION_A_LEG_ID, 3 },
		{ PHONION_A_LEG_COOKIE, 33 },
		{ PHONION_A_LEG_LOCAL_IPV4, 5 },
		{ PHONION_A_LEG_LOCAL_IPV6, 15 },
		{ PHONION_A_LEG_LOCAL_PORT, 4 },
		{ PHONION_A_LEG_REMOTE_IPV4, 3 },
		{ PHONION_A_LEG_REMOTE_IPV6, 17 },
		{ PHONION_A_LEG_REMOTE_PORT, 1 },
		{ PHONION_A_LEG_SOURCE_POLICY, 1 },
		{ PHONION_A_LEG_RATE_LIMIT, 2 },
		{ PHONION_A_LEG_LEASE, 8 },
		{ PHONION_A_LEG_NOT_BEFORE, 4 },
		{ PHONION_A_LEG_NOT_AFTER, 4 },
		{ PHONION_A_LEG_MEDIA_TIMEOUT, 8 },
		{ PHONION_A_LEG_HOLD, 4 },
		{ PHONION_A_LEG_BRIDGED_TO, 0 },
		{ PHONION_A_LEG_PATH, 2 },
	};
	static const char zeros[64];
	struct dp_leg leg;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_GET);

		mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
		mnl_attr_put(nlh, wrong[i].type, wrong[i].len, zeros);
		assert_int_equal(nlmsg_get_leg(nlh, &leg), -EBADMSG);
	}
}

static void test_too_many_payload_types(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_GET);
	struct dp_leg leg;

	(void)state;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
	for (int i = 0; i <= PHONION_MAX_PAYLOAD_TYPES; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, PHONION_A_LEG_PAYLOAD_TYPES);

		mnl_attr_put_u8(nlh, PHONION_A_PAYLOAD_TYPE_NUMBER, i);
		mnl_attr_nest_end(nlh, nest);
	}
	assert_int_equal(nlmsg_get_leg(nlh, &leg), -EBADMSG);
}

static void test_leg_without_id(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_GET);
	struct dp_leg leg;

	(void)state;
	mnl_attr_put_u8(nlh, PHONION_A_LEG_HOLD, 1);
	assert_int_equal(nlmsg_get_leg(nlh, &leg), -EBADMSG);
}

static void test_events(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_DTMF_NTF);
	struct dp_event event;

	(void)state;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
	mnl_attr_put(nlh, PHONION_A_LEG_COOKIE, 3, "abc");
	mnl_attr_put_u8(nlh, PHONION_A_LEG_EVENT_DIGIT, 11);
	mnl_attr_put_u16(nlh, PHONION_A_LEG_EVENT_DURATION, 800);
	assert_int_equal(nlmsg_get_event(nlh, &event), 0);
	assert_int_equal(event.type, DP_DTMF);
	assert_int_equal(event.leg, 7);
	assert_int_equal(event.cookie_len, 3);
	assert_memory_equal(event.cookie, "abc", 3);
	assert_int_equal(event.digit, 11);

	nlh = begin(PHONION_CMD_DTMF_SENT_NTF);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
	assert_int_equal(nlmsg_get_event(nlh, &event), 0);
	assert_int_equal(event.type, DP_DTMF_SENT);

	nlh = begin(PHONION_CMD_LEG_END_NTF);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_END_CAUSE, PHONION_END_CAUSE_WINDOW);
	assert_int_equal(nlmsg_get_event(nlh, &event), 0);
	assert_int_equal(event.type, DP_LEG_END);
	assert_int_equal(event.end, PHONION_END_CAUSE_WINDOW);
}

static void test_no_event(void **state)
{
	struct nlmsghdr *nlh = begin(PHONION_CMD_LEG_GET);
	struct dp_event event;

	(void)state;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, 7);
	assert_int_equal(nlmsg_get_event(nlh, &event), -ENOMSG);
	nlh = begin(PHONION_CMD_FIRST_PACKET_NTF);
	assert_int_equal(nlmsg_get_event(nlh, &event), -EBADMSG); /* of no leg */
	nlh->nlmsg_len = NLMSG_HDRLEN;
	assert_int_equal(nlmsg_get_event(nlh, &event), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_leg_and_back),
		cmocka_unit_test(test_small_leg_and_back),
		cmocka_unit_test(test_unset_is_left_out),
		cmocka_unit_test(test_change_carries_what_is_asked),
		cmocka_unit_test(test_leg_that_can_not_be_written),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_wrong_length),
		cmocka_unit_test(test_too_many_payload_types),
		cmocka_unit_test(test_leg_without_id),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
