// SPDX-License-Identifier: GPL-2.0
/* What a data plane is asked, and answers. */
#include "dataplane_rig.h"

static struct dp_leg leg_at(uint16_t port)
{
	struct dp_leg leg = {
		.cookie = "cookie",
		.cookie_len = 6,
		.local = address("127.0.0.1", port),
		.remote = address("127.0.0.9", 40000),
		.source_policy = PHONION_SOURCE_POLICY_LATCH_PORT,
		.pt = { { 0, PHONION_CODEC_PCMU }, { 101, PHONION_CODEC_TELEPHONE_EVENT } },
		.n_pt = 2,
		.lease_ms = 60000,
	};

	return leg;
}

static uint32_t make(uint16_t port)
{
	struct dp_leg leg = leg_at(port);
	int err = ops->leg_new(dp, &leg);

	if (err)
		print_error("leg_new: %d: %s\n", err, dataplane_error(dp));
	assert_int_equal(err, 0);
	assert_int_not_equal(leg.id, 0);
	return leg.id;
}

static void test_new_get_del(void **state)
{
	struct dp_leg wanted = leg_at(20000), got;
	uint32_t id;

	(void)state;
	if (!dp)
		skip();
	id = make(20000);
	assert_int_equal(ops->leg_get(dp, id, &got), 0);
	assert_int_equal(got.id, id);
	assert_int_equal(got.cookie_len, 6);
	assert_memory_equal(got.cookie, "cookie", 6);
	assert_memory_equal(&got.local, &wanted.local, sizeof(got.local));
	assert_memory_equal(&got.remote, &wanted.remote, sizeof(got.remote));
	assert_int_equal(got.source_policy, wanted.source_policy);
	assert_int_equal(got.n_pt, 2);
	assert_true(got.lease_ms > 50000 && got.lease_ms <= 60000);
	assert_int_equal(got.path, PHONION_PATH_STATE_NO_BRIDGE);
	assert_int_equal(ops->leg_del(dp, id), 0);
	assert_int_equal(ops->leg_get(dp, id, &got), -ENOENT);
	assert_int_equal(ops->leg_del(dp, id), -ENOENT);
	assert_string_not_equal(dataplane_error(dp), strerror(ENOENT)); /* the kernel's own words */
}

static void test_refused(void **state)
{
	struct dp_leg leg = leg_at(20000), none = { 0 };

	(void)state;
	if (!dp)
		skip();
	leg.local = address("192.0.2.1", 20000);
	assert_int_equal(ops->leg_new(dp, &leg), -EADDRNOTAVAIL);
	assert_string_not_equal(dataplane_error(dp), strerror(EADDRNOTAVAIL));
	assert_int_equal(leg.id, 0);
	make(20000);
	leg = leg_at(20000);
	assert_int_equal(ops->leg_new(dp, &leg), -EADDRINUSE);
	leg = leg_at(20001); /* odd */
	assert_true(ops->leg_new(dp, &leg) < 0);
	assert_int_equal(ops->leg_new(dp, &none), -EINVAL);
	assert_string_not_equal(dataplane_error(dp), "");
}

static void refused(const struct dp_leg *leg, int err, const char *sentence)
{
	struct dp_leg copy = *leg;
	struct dp_leg got;

	int got_err = ops->leg_new(dp, &copy);

	if (got_err != err)
		print_error("%s: %d, %s\n", sentence, got_err, dataplane_error(dp));
	assert_int_equal(got_err, err);
	assert_string_equal(dataplane_error(dp), sentence);
	assert_int_equal(ops->leg_get(dp, 7, &got), -ENOENT);
}

/* FIELD of a leg that is good otherwise is VALUE. */
#define with(field, value, err, sentence)           \
	do {                                        \
		struct dp_leg with = leg_at(20000); \
		with.id = 7;                        \
		with.field = value;                 \
		refused(&with, err, sentence);      \
	} while (0)

/* The same words, whoever refuses. */
static void test_refused_values(void **state)
{
	struct dp_leg leg = leg_at(20000);

	(void)state;
	if (!dp)
		skip();
	with(local, address("127.0.0.1", 1022), -ERANGE, "integer out of range");
	with(local, address("127.0.0.1", 20001), -EINVAL, "the RTP port must be even");
	with(local, address("224.0.0.1", 20000), -EINVAL, "not the address of a host");
	with(local, address("192.0.2.1", 20000), -EADDRNOTAVAIL,
	     "local address is not one of this network namespace");
	with(local, address("127.255.255.255", 20000), -EADDRNOTAVAIL,
	     "local address is not one of this network namespace");
	with(local, address("fe80::1", 20000), -EINVAL,
	     "link-local addresses have no meaning without a link");
	with(remote, address("127.0.0.9", 0), -ERANGE, "integer out of range");
	with(remote, address("0.0.0.0", 40000), -EINVAL, "not the address of a host");
	with(remote, address("::1", 40000), -EINVAL,
	     "remote and local address are not of one family");
	with(pt[1].number, 128, -ERANGE, "integer out of range");
	with(pt[1].number, 64, -EINVAL, "payload types 64 to 95 cannot be told from RTCP");
	with(pt[1].number, 0, -EINVAL, "a payload type number or codec occurs twice");
	with(pt[1].codec, PHONION_CODEC_PCMU, -EINVAL,
	     "a payload type number or codec occurs twice");
	with(n_pt, 0, -EINVAL, "payload types are needed");
	with(n_pt, 5, -EINVAL, "the leg has no local address, or too many payload types");
	with(cookie_len, 33, -EINVAL, "the leg has no local address, or too many payload types");
	with(rate_limit, 10001, -ERANGE, "integer out of range");
	with(lease_ms, 99, -ERANGE, "integer out of range");
	with(lease_ms, PHONION_MAX_LEASE + 1, -ERANGE, "integer out of range");
	with(media_timeout_ms, 99, -ERANGE, "integer out of range");
	with(not_after_ns, 1, -EINVAL, "the window is over");
	leg.not_before_ns = leg.not_after_ns = UINT64_MAX - 1;
	leg.id = 7;
	refused(&leg, -EINVAL, "the window ends before it begins");
	leg.not_before_ns = leg.not_after_ns = 0;
	assert_int_equal(ops->leg_new(dp, &leg), 0);
	assert_int_equal(leg.id, 7);
	leg = leg_at(20002);
	leg.id = 7;
	assert_int_equal(ops->leg_new(dp, &leg), -EEXIST);
	assert_string_equal(dataplane_error(dp), "there is a leg of this identity");
	leg.media_timeout_ms = 0;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_MEDIA_TIMEOUT), -ERANGE);
	leg.lease_ms = 0;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_LEASE), -ERANGE);
	assert_int_equal(ops->lease_renew(dp, &leg.id, 1, 0), -ERANGE);
}

static void test_set(void **state)
{
	struct dp_leg leg = leg_at(20000), got;

	(void)state;
	if (!dp)
		skip();
	leg.id = make(20000);
	leg.remote = address("127.0.0.10", 40002);
	leg.pt[0] = (struct dp_payload_type){ 8, PHONION_CODEC_PCMA };
	leg.n_pt = 1;
	leg.hold = true;
	leg.media_timeout_ms = 5000;
	leg.lease_ms = 90000;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_HOLD), 0);
	assert_int_equal(ops->leg_get(dp, leg.id, &got), 0);
	assert_true(got.hold);
	assert_int_equal(got.n_pt, 2);
	assert_int_equal(got.media_timeout_ms, 0);
	assert_true(got.lease_ms <= 60000);
	assert_int_equal(ops->leg_set(dp, &leg,
				      DP_SET_REMOTE | DP_SET_PT | DP_SET_MEDIA_TIMEOUT |
					      DP_SET_LEASE),
			 0);
	assert_int_equal(ops->leg_get(dp, leg.id, &got), 0);
	assert_memory_equal(&got.remote, &leg.remote, sizeof(got.remote));
	assert_int_equal(got.n_pt, 1);
	assert_int_equal(got.pt[0].number, 8);
	assert_int_equal(got.media_timeout_ms, 5000);
	assert_true(got.lease_ms > 60000);
	leg.id = 999999;
	assert_int_equal(ops->leg_set(dp, &leg, DP_SET_HOLD), -ENOENT);
}

static void test_bridge(void **state)
{
	struct dp_leg got;
	uint32_t a, b;

	(void)state;
	if (!dp)
		skip();
	a = make(20000);
	b = make(20002);
	assert_int_equal(ops->bridge_new(dp, a, b), 0);
	assert_int_equal(ops->leg_get(dp, a, &got), 0);
	assert_int_equal(got.bridged_to, b);
	assert_true(ops->bridge_new(dp, a, b) < 0);
	assert_int_equal(ops->bridge_del(dp, b), 0);
	assert_int_equal(ops->leg_get(dp, a, &got), 0);
	assert_int_equal(got.bridged_to, 0);
	assert_true(ops->bridge_del(dp, b) < 0);
	assert_true(ops->bridge_new(dp, a, a) < 0);
}

static void test_dtmf(void **state)
{
	struct dp_leg mute = leg_at(20002);
	uint32_t id;

	(void)state;
	if (!dp)
		skip();
	id = make(20000);
	assert_int_equal(ops->leg_dtmf(dp, id, "1"), 0);
	assert_int_equal(ops->leg_dtmf(dp, id, "2"), -EBUSY);
	assert_string_not_equal(dataplane_error(dp), strerror(EBUSY)); /* the kernel's own words */
	run_for(2000);
	assert_int_equal(n_events, 1);
	assert_int_equal(events[0].type, DP_DTMF_SENT);
	assert_int_equal(events[0].leg, id);
	assert_memory_equal(events[0].cookie, "cookie", 6);
	/* 32 are the most. */
	assert_int_equal(ops->leg_dtmf(dp, id, "012345678901234567890123456789012"), -EINVAL);
	assert_int_equal(ops->leg_dtmf(dp, id, "1x"), -EINVAL);
	assert_true(ops->leg_dtmf(dp, id, "") < 0);
	assert_int_equal(ops->leg_dtmf(dp, id, "01234567890123456789*#ABCDp01234"), 0);
	assert_int_equal(ops->leg_dtmf(dp, 99, "1"), -ENOENT);
	mute.n_pt = 1;
	assert_int_equal(ops->leg_new(dp, &mute), 0);
	assert_int_equal(ops->leg_dtmf(dp, mute.id, "1"), -EOPNOTSUPP);
}

static void test_play(void **state)
{
	static const uint8_t octets[PHONION_MAX_TONE_LEN + 160];
	struct dp_sound sound = { octets, 320, 100, 200, octets, 8 };
	uint32_t id;

	(void)state;
	if (!dp)
		skip();
	id = make(20000);
	assert_int_equal(ops->leg_play(dp, id, &sound), 0);
	assert_int_equal(ops->leg_dtmf(dp, id, "1"), -EBUSY);
	sound.tone = NULL;
	assert_int_equal(ops->leg_play(dp, id, &sound), 0);
	assert_int_equal(ops->leg_play(dp, id, NULL), 0);
	assert_int_equal(ops->leg_play(dp, id, NULL), 0);
	assert_int_equal(ops->leg_play(dp, 99, &sound), -ENOENT);
	sound.tone = octets;
	sound.tone_len = sizeof(octets);
	assert_int_equal(ops->leg_play(dp, id, &sound), -EINVAL);
	sound.tone_len = 161;
	assert_int_equal(ops->leg_play(dp, id, &sound), -EINVAL);
	assert_int_equal(ops->leg_dtmf(dp, id, "1"), 0);
	sound.tone_len = 160;
	assert_int_equal(ops->leg_play(dp, id, &sound), -EBUSY);
}

static void count(const struct dp_leg *leg, void *arg)
{
	struct dp_leg got;

	/* Requests may be made from inside a dump. */
	assert_int_equal(ops->leg_get(dp, leg->id, &got), 0);
	assert_int_equal(got.id, leg->id);
	++*(int *)arg;
}

static void test_dump(void **state)
{
	int n = 0;

	(void)state;
	if (!dp)
		skip();
	assert_int_equal(ops->leg_dump(dp, count, &n), 0);
	assert_int_equal(n, 0);
	for (int i = 0; i < 300; i++)
		make(20000 + 2 * i);
	assert_int_equal(ops->leg_dump(dp, count, &n), 0);
	assert_int_equal(n, 300);
}

/* More than one batch, with legs in it that are gone. */
static void test_renew(void **state)
{
	uint32_t ids[200];
	struct dp_leg got;

	(void)state;
	if (!dp)
		skip();
	for (int i = 0; i < 200; i++)
		ids[i] = make(20000 + 2 * i);
	assert_int_equal(ops->lease_renew(dp, ids, 200, 100000), 0);
	assert_int_equal(ops->leg_get(dp, ids[0], &got), 0);
	assert_true(got.lease_ms > 60000);
	assert_int_equal(ops->leg_del(dp, ids[3]), 0);
	assert_int_equal(ops->leg_del(dp, ids[100]), 0);
	assert_int_equal(ops->lease_renew(dp, ids, 200, 200000), -ENOENT);
	assert_string_not_equal(dataplane_error(dp), "");
	assert_int_equal(ops->leg_get(dp, ids[199], &got), 0);
	assert_true(got.lease_ms > 100000);
	assert_int_equal(ops->leg_get(dp, ids[4], &got), 0);
	assert_true(got.lease_ms > 100000);
	assert_int_equal(ops->lease_renew(dp, ids, 0, 200000), 0);
}

static void test_lease_ends(void **state)
{
	struct dp_leg leg = leg_at(20000);

	(void)state;
	if (!dp)
		skip();
	leg.lease_ms = 200;
	assert_int_equal(ops->leg_new(dp, &leg), 0);
	make(20002);
	run_for(2500);
	assert_int_equal(n_events, 1);
	assert_int_equal(events[0].type, DP_LEG_END);
	assert_int_equal(events[0].leg, leg.id);
	assert_int_equal(events[0].end, PHONION_END_CAUSE_LEASE);
	assert_memory_equal(events[0].cookie, "cookie", 6);
}

static void test_window_ends(void **state)
{
	struct dp_leg leg = leg_at(20000);
	struct timespec now;

	(void)state;
	if (!dp)
		skip();
	clock_gettime(CLOCK_REALTIME, &now);
	leg.not_after_ns = now.tv_sec * 1000000000ULL + now.tv_nsec + 300000000;
	assert_int_equal(ops->leg_new(dp, &leg), 0);
	run_for(2500);
	assert_int_equal(n_events, 1);
	assert_int_equal(events[0].type, DP_LEG_END);
	assert_int_equal(events[0].end, PHONION_END_CAUSE_WINDOW);
}

/* One packet of 20 ms of silence, from where leg_at() expects it. */
static void send_rtp(uint16_t port)
{
	struct sockaddr_storage from = address("127.0.0.9", 40000), to = address("127.0.0.1", port);
	unsigned char packet[172] = { 0x80 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (const void *)&from, sizeof(struct sockaddr_in)), 0);
	sendto(fd, packet, sizeof(packet), 0, (const void *)&to, sizeof(struct sockaddr_in));
	close(fd);
}

/* Once for each silence, of a leg that never had media too. */
static void test_media_timeout(void **state)
{
	struct dp_leg leg = leg_at(20000), other = leg_at(20002);

	(void)state;
	if (!dp)
		skip();
	leg.media_timeout_ms = 200;
	other.media_timeout_ms = 200;
	assert_int_equal(ops->leg_new(dp, &leg), 0);
	assert_int_equal(ops->leg_new(dp, &other), 0);
	send_rtp(20000);
	run_for(2500);
	assert_int_equal(n_events, 3);
	assert_int_equal(events[0].type, DP_FIRST_PACKET);
	assert_int_equal(events[0].leg, leg.id);
	assert_int_equal(events[1].type, DP_MEDIA_TIMEOUT);
	assert_int_equal(events[1].leg, leg.id);
	assert_int_equal(events[2].type, DP_MEDIA_TIMEOUT);
	assert_int_equal(events[2].leg, other.id);
}

/* Telephone channels are the kernel's alone. */
static void test_no_tdm(void **state)
{
	struct dp_leg leg = leg_at(20000);

	(void)state;
	if (!dp)
		skip();
	leg.id = 7;
	leg.tdm.channel = 1;
	refused(&leg, -EOPNOTSUPP, "TDM legs are the kernel's: they need the module phonion");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_both(test_new_get_del),
		on_both(test_refused),
		on_both(test_refused_values),
		on_both(test_set),
		on_both(test_bridge),
		on_both(test_dtmf),
		on_both(test_play),
		on_both(test_dump),
		on_both(test_renew),
		on_both(test_lease_ends),
		on_both(test_window_ends),
		on_both(test_media_timeout),
		cmocka_unit_test_setup_teardown(test_no_tdm, setup_io_uring, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
