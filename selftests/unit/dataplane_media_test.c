// SPDX-License-Identifier: GPL-2.0
/* What a data plane does with packets. */
#include "dataplane_rig.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LIMIT_MS 5000 /* for what is to come */
#define QUIET_MS 150  /* for what is not */

#define PCMU                          \
	{                             \
		0, PHONION_CODEC_PCMU \
	}
#define PCMA                          \
	{                             \
		8, PHONION_CODEC_PCMA \
	}
#define EVENT                                      \
	{                                          \
		101, PHONION_CODEC_TELEPHONE_EVENT \
	}

/* Two bridged legs and the telephones behind them. */
struct side {
	uint32_t leg;
	struct sockaddr_storage local, remote;
	int fd; /* the telephone's */
};

static struct side a, b;

struct got {
	uint8_t data[2048];
	ssize_t len;
	int ttl, tos;
};

static socklen_t size_of(const struct sockaddr_storage *addr)
{
	return addr->ss_family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6);
}

static int phone(const struct sockaddr_storage *at)
{
	int fd = socket(at->ss_family, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

	assert_int_equal(bind(fd, (const void *)at, size_of(at)), 0);
	setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	return fd;
}

static struct dp_leg leg_of(const struct side *side)
{
	struct dp_leg leg = {
		.local = side->local,
		.remote = side->remote,
		.pt = { PCMU, EVENT },
		.n_pt = 2,
		.rate_limit = 10000,
	};

	return leg;
}

static void make(struct side *side, struct dp_leg *leg)
{
	int err = ops->leg_new(dp, leg);

	if (err)
		print_error("leg_new: %d: %s\n", err, dataplane_error(dp));
	assert_int_equal(err, 0);
	side->leg = leg->id;
	side->fd = phone(&side->remote);
}

static void place(const char *relay, const char *caller, const char *callee)
{
	a = (struct side){ .local = address(relay, 20000), .remote = address(caller, 4000) };
	b = (struct side){ .local = address(relay, 20002), .remote = address(callee, 4000) };
}

static void make_both(struct dp_leg *leg_a, struct dp_leg *leg_b)
{
	make(&a, leg_a);
	make(&b, leg_b);
	assert_int_equal(ops->bridge_new(dp, a.leg, b.leg), 0);
}

static void call(void)
{
	struct dp_leg leg_a, leg_b;

	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
	make_both(&leg_a, &leg_b);
}

static void hang_up(void)
{
	close(a.fd);
	close(b.fd);
}

static void send_to(int fd, const struct sockaddr_storage *to, const void *data, size_t len)
{
	assert_int_equal(sendto(fd, data, len, 0, (const void *)to, size_of(to)), len);
}

/* A packet of 160 octets that tell its SEQ. */
static size_t rtp(uint8_t *p, uint8_t pt, uint16_t seq)
{
	const uint8_t header[12] = {
		0x80, pt, seq >> 8, seq, 0, 0, seq * 160 >> 8, (uint8_t)(seq * 160), 1, 2, 3, 4,
	};

	memcpy(p, header, sizeof(header));
	for (int i = 0; i < 160; i++)
		p[12 + i] = seq * 7 + i;
	return 172;
}

static void say(const struct side *side, uint16_t seq)
{
	uint8_t p[172];

	send_to(side->fd, &side->local, p, rtp(p, 0, seq));
}

static bool receive(int fd, struct got *got)
{
	char control[128];
	struct iovec iov = { got->data, sizeof(got->data) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c;

	got->len = recvmsg(fd, &msg, 0);
	if (got->len < 0)
		return false;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_type == IP_TTL)
			memcpy(&got->ttl, CMSG_DATA(c), sizeof(int));
		else if (c->cmsg_type == IP_TOS)
			got->tos = *CMSG_DATA(c);
	}
	return true;
}

static void hear(const struct side *side, struct got *got)
{
	for (int i = 0; i < LIMIT_MS / 5; i++) {
		if (receive(side->fd, got))
			return;
		run_for(5);
	}
	fail_msg("nothing is heard");
}

static void hear_nothing(const struct side *side)
{
	struct got got;

	run_for(QUIET_MS);
	assert_false(receive(side->fd, &got));
}

static uint64_t counted(const struct side *side, int counter)
{
	struct dp_leg leg;

	assert_int_equal(ops->leg_get(dp, side->leg, &leg), 0);
	return leg.stats[counter];
}

#define count(side, counter) counted(side, PHONION_A_LEG_STATS_##counter)

static void until_counted(const struct side *side, int counter, uint64_t n)
{
	for (int i = 0; i < LIMIT_MS / 5 && counted(side, counter) < n; i++)
		run_for(5);
	assert_int_equal(counted(side, counter), n);
}

#define until(side, counter, n) until_counted(side, PHONION_A_LEG_STATS_##counter, n)

static void until_events(size_t n)
{
	for (int i = 0; i < LIMIT_MS / 5 && n_events < n; i++)
		run_for(5);
	assert_int_equal(n_events, n);
}

static uint16_t seq_of(const struct got *got)
{
	return got->data[2] << 8 | got->data[3];
}

static uint32_t word(const struct got *got, int at)
{
	uint32_t value;

	memcpy(&value, got->data + at, sizeof(value));
	return ntohl(value);
}

static void same_payload(const struct got *got, uint16_t seq)
{
	uint8_t p[172];

	rtp(p, 0, seq);
	assert_int_equal(got->len, 172);
	assert_memory_equal(got->data + 12, p + 12, 160);
}

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
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
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
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
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
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
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

static void test_rtcp(void **state)
{
	static const uint8_t report[8] = { 0x80, 200, 0, 1, 1, 2, 3, 4 };
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
	struct dp_leg leg_a, leg_b;

	(void)state;
	if (!dp)
		skip();
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
	leg_a.rate_limit = 1;
	make_both(&leg_a, &leg_b);
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
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
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

static void test_no_bridge(void **state)
{
	struct dp_leg leg_a, leg_b, none = { 0 };

	(void)state;
	if (!dp)
		skip();
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
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
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
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

static void send_event(uint16_t seq, uint8_t end)
{
	uint8_t p[16] = { 0x80, 101, 0, seq, 0, 0, 0, 9, 1, 2, 3, 4, 5, end | 10, 3, 32 };

	send_to(a.fd, &a.local, p, sizeof(p));
}

static void test_dtmf_heard(void **state)
{
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	send_event(1, 0);
	for (int i = 2; i < 5; i++)
		send_event(i, 0x80);
	for (int i = 1; i < 5; i++)
		hear(&b, &got);
	assert_memory_equal(got.data + 12, "\5\x8a\3\x20", 4);
	until_events(2);
	assert_int_equal(events[1].type, DP_DTMF);
	assert_int_equal(events[1].digit, 5);
	assert_int_equal(events[1].leg, a.leg);
	hang_up();
}

/* 100 ms in packets each 20, and the end three times; nothing else meanwhile. */
static void test_dtmf_sent(void **state)
{
	struct got got[7];

	(void)state;
	if (!dp)
		skip();
	call();
	assert_int_equal(ops->leg_dtmf(dp, b.leg, "5"), 0);
	say(&a, 1);
	until(&a, DROP_DTMF, 1);
	for (int i = 0; i < 7; i++)
		hear(&b, &got[i]);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(got[i].len, 16);
		assert_int_equal(got[i].data[1], i ? 101 : 101 | 0x80);
		assert_int_equal(seq_of(&got[i]), (uint16_t)(seq_of(&got[0]) + i));
		assert_int_equal(word(&got[i], 4), word(&got[0], 4));
		assert_int_equal(got[i].data[12], 5);
		assert_int_equal(got[i].data[13], i < 4 ? 10 : 0x8a);
		assert_int_equal(got[i].data[14] << 8 | got[i].data[15],
				 i < 4 ? (i + 1) * 160 : 800);
	}
	until_events(2);
	assert_int_equal(events[1].type, DP_DTMF_SENT);
	assert_int_equal(count(&b, TX_EVENTS), 1);
	say(&a, 2);
	hear(&b, &got[0]);
	assert_int_equal(seq_of(&got[0]), (uint16_t)(seq_of(&got[6]) + 1));
	hang_up();
}

static void test_play_sound(void **state)
{
	uint8_t tone[320];
	struct dp_sound sound = { .tone = tone, .tone_len = sizeof(tone), .on_ms = 60000 };
	struct got first, got;

	(void)state;
	if (!dp)
		skip();
	for (size_t i = 0; i < sizeof(tone); i++)
		tone[i] = i / 2;
	call();
	assert_int_equal(ops->leg_play(dp, b.leg, &sound), 0);
	hear(&b, &first);
	assert_int_equal(first.data[1], 0x80);
	assert_memory_equal(first.data + 12, tone, 160);
	for (int i = 1; i < 10; i++) {
		hear(&b, &got);
		assert_int_equal(got.data[1], 0);
		assert_int_equal(seq_of(&got), (uint16_t)(seq_of(&first) + i));
		assert_int_equal((word(&got, 4) - word(&first, 4)) % 160, 0);
		assert_memory_equal(got.data + 12, tone + i % 2 * 160, 160);
	}
	say(&a, 1);
	until(&a, DROP_DTMF, 1);
	assert_int_equal(ops->leg_play(dp, b.leg, NULL), 0);
	assert_true(count(&b, TX_PLAYED) >= 10);
	while (receive(b.fd, &got))
		;
	say(&a, 2);
	hear(&b, &got);
	same_payload(&got, 2);
	hang_up();
}

static int try_bind(uint16_t port, int share)
{
	struct sockaddr_storage at = address("127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &share, sizeof(share));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof(share));
	if (bind(fd, (const void *)&at, sizeof(struct sockaddr_in)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* Held from all others as long as the leg is there, and not a moment longer. */
static void test_ports(void **state)
{
	struct dp_leg leg;

	(void)state;
	if (!dp)
		skip();
	call();
	for (uint16_t port = 20000; port < 20004; port++) {
		assert_int_equal(try_bind(port, 0), EADDRINUSE);
		assert_int_equal(try_bind(port, 1), EADDRINUSE);
	}
	for (int i = 0; i < 20; i++) {
		leg = leg_of(&a);
		assert_int_equal(ops->leg_new(dp, &leg), -EADDRINUSE);
		assert_string_equal(dataplane_error(dp),
				    "local port or the one after it is in use");
		assert_int_equal(ops->leg_del(dp, a.leg), 0);
		assert_int_equal(try_bind(20000, 0), 0);
		assert_int_equal(try_bind(20001, 0), 0);
		assert_int_equal(ops->leg_new(dp, &leg), 0);
		a.leg = leg.id;
		say(&a, i);
		until(&a, RX_PACKETS, 1);
	}
	hang_up();
}

/* io_uring only */

static void test_no_descriptors(void **state)
{
	struct rlimit was, few;
	struct dp_leg leg_a, leg_b;
	struct got got;

	(void)state;
	if (!dp)
		skip();
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	leg_a = leg_of(&a);
	leg_b = leg_of(&b);
	make(&a, &leg_a);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	/* None, one, two: each socket in turn is the one that cannot be had. */
	for (int n = 0; n < 3; n++) {
		few.rlim_cur = a.fd + 1 + n;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		assert_int_equal(ops->leg_new(dp, &leg_b), -EMFILE);
		assert_non_null(strstr(dataplane_error(dp), "LimitNOFILE"));
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
		assert_int_equal(try_bind(20002, 0), 0);
		assert_int_equal(try_bind(20003, 0), 0);
	}
	make(&b, &leg_b);
	assert_int_equal(ops->bridge_new(dp, a.leg, b.leg), 0);
	say(&a, 1);
	hear(&b, &got);
	hang_up();
}

/* A kernel that knows no SYSCALL of this first (or second) argument. */
static void deny(int syscall, int arg, uint32_t value, int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syscall, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[arg])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static int open_denied(int syscall, int arg, uint32_t value, int err)
{
	struct dataplane *plane;
	struct loop *own;
	int status;
	pid_t child = fork();

	if (child) {
		assert_int_equal(waitpid(child, &status, 0), child);
		return WEXITSTATUS(status);
	}
	log_init(LOG_LVL_ERROR + 1);
	if (loop_new(&own))
		_exit(0);
	deny(syscall, arg, value, err);
	_exit(-dataplane_open(&plane, DATAPLANE_IO_URING, own, take, NULL));
}

static void test_old_kernel(void **state)
{
	(void)state;
	/* No rings of buffers (before 5.19), no eventfd, no io_uring. */
	assert_int_equal(open_denied(SYS_io_uring_register, 1, 22, EINVAL), EINVAL);
	assert_int_equal(open_denied(SYS_io_uring_register, 1, 4, ENOMEM), ENOMEM);
	assert_int_equal(open_denied(SYS_io_uring_setup, 0, 1024, EPERM), EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_both(test_forward),
		on_both(test_burst),
		on_both(test_ipv6),
		on_both(test_strip),
		on_both(test_malformed),
		on_both(test_payload_types),
		on_both(test_laws),
		on_both(test_strangers),
		on_both(test_latch),
		on_both(test_move),
		on_both(test_rtcp),
		on_both(test_rate),
		on_both(test_window),
		on_both(test_hold),
		on_both(test_no_bridge),
		on_both(test_no_route),
		on_both(test_unreachable),
		on_both(test_dtmf_heard),
		on_both(test_dtmf_sent),
		on_both(test_play_sound),
		on_both(test_ports),
		cmocka_unit_test_setup_teardown(test_no_descriptors, setup_io_uring, teardown),
		cmocka_unit_test(test_old_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
