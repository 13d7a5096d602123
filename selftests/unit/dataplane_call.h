/* SPDX-License-Identifier: GPL-2.0 */
/* A call over a data plane: two bridged legs, and the telephones behind them. */
#ifndef DATAPLANE_CALL_H
#define DATAPLANE_CALL_H

#include "dataplane_rig.h"

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

/* A leg and the telephone behind it. */
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

static inline socklen_t size_of(const struct sockaddr_storage *addr)
{
	return addr->ss_family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6);
}

static inline int phone(const struct sockaddr_storage *at)
{
	int fd = socket(at->ss_family, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

	assert_int_equal(bind(fd, (const void *)at, size_of(at)), 0);
	setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	return fd;
}

static inline struct dp_leg leg_of(const struct side *side)
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

static inline void make(struct side *side, struct dp_leg *leg)
{
	int err = ops->leg_new(dp, leg);

	if (err)
		print_error("leg_new: %d: %s\n", err, dataplane_error(dp));
	assert_int_equal(err, 0);
	side->leg = leg->id;
	side->fd = phone(&side->remote);
}

static inline void place(const char *relay, const char *caller, const char *callee)
{
	a = (struct side){ .local = address(relay, 20000), .remote = address(caller, 4000) };
	b = (struct side){ .local = address(relay, 20002), .remote = address(callee, 4000) };
}

/* Ordinary ones, for a test to change before it makes them. */
static inline void place_legs(struct dp_leg *leg_a, struct dp_leg *leg_b)
{
	place("127.0.0.1", "127.0.0.8", "127.0.0.9");
	*leg_a = leg_of(&a);
	*leg_b = leg_of(&b);
}

static inline void make_both(struct dp_leg *leg_a, struct dp_leg *leg_b)
{
	make(&a, leg_a);
	make(&b, leg_b);
	assert_int_equal(ops->bridge_new(dp, a.leg, b.leg), 0);
}

static inline void call(void)
{
	struct dp_leg leg_a, leg_b;

	place_legs(&leg_a, &leg_b);
	make_both(&leg_a, &leg_b);
}

static inline void hang_up(void)
{
	close(a.fd);
	close(b.fd);
}

static inline void send_to(int fd, const struct sockaddr_storage *to, const void *data, size_t len)
{
	assert_int_equal(sendto(fd, data, len, 0, (const void *)to, size_of(to)), len);
}

/* A packet of 160 octets that tell its SEQ. */
static inline size_t rtp(uint8_t *p, uint8_t pt, uint16_t seq)
{
	const uint8_t header[12] = {
		0x80, pt, seq >> 8, seq, 0, 0, seq * 160 >> 8, (uint8_t)(seq * 160), 1, 2, 3, 4,
	};

	memcpy(p, header, sizeof(header));
	for (int i = 0; i < 160; i++)
		p[12 + i] = seq * 7 + i;
	return 172;
}

static inline void say(const struct side *side, uint16_t seq)
{
	uint8_t p[172];

	send_to(side->fd, &side->local, p, rtp(p, 0, seq));
}

static inline bool receive(int fd, struct got *got)
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

static inline void hear(const struct side *side, struct got *got)
{
	for (int i = 0; i < LIMIT_MS / 5; i++) {
		if (receive(side->fd, got))
			return;
		run_for(5);
	}
	fail_msg("nothing is heard");
}

static inline void hear_nothing(const struct side *side)
{
	struct got got;

	run_for(QUIET_MS);
	assert_false(receive(side->fd, &got));
}

static inline uint64_t counted(const struct side *side, int counter)
{
	struct dp_leg leg;

	assert_int_equal(ops->leg_get(dp, side->leg, &leg), 0);
	return leg.stats[counter];
}

#define count(side, counter) counted(side, PHONION_A_LEG_STATS_##counter)

static inline void until_counted(const struct side *side, int counter, uint64_t n)
{
	for (int i = 0; i < LIMIT_MS / 5 && counted(side, counter) < n; i++)
		run_for(5);
	assert_int_equal(counted(side, counter), n);
}

#define until(side, counter, n) until_counted(side, PHONION_A_LEG_STATS_##counter, n)

static inline void until_events(size_t n)
{
	for (int i = 0; i < LIMIT_MS / 5 && n_events < n; i++)
		run_for(5);
	assert_int_equal(n_events, n);
}

static inline uint16_t seq_of(const struct got *got)
{
	return got->data[2] << 8 | got->data[3];
}

static inline uint32_t word(const struct got *got, int at)
{
	uint32_t value;

	memcpy(&value, got->data + at, sizeof(value));
	return ntohl(value);
}

static inline void same_payload(const struct got *got, uint16_t seq)
{
	uint8_t p[172];

	rtp(p, 0, seq);
	assert_int_equal(got->len, 172);
	assert_memory_equal(got->data + 12, p + 12, 160);
}

#endif
