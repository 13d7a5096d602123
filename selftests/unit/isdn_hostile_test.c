// SPDX-License-Identifier: GPL-2.0
/*
 * Somebody on the line alters, cuts, repeats and makes up frames. Neither end may
 * die of it or lose a channel, and once it is over calls go through again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isdn/isdn.h"
#include "log/log.h"

#define FRAME_SIZE 1024
#define HEADER	   4 /* of an I frame */
#define ROUNDS	   400
#define LIMIT_MS   60000

struct end {
	struct isdn_span *span;
	struct isdn_call *out;
	int wire; /* the line's side of the socket */
	struct loop_io *io;
	bool answered;
};

static struct loop *loop;
static struct end ends[2];
static uint32_t seed;
static bool hostile;
static unsigned int altered;

static uint32_t chance(uint32_t of)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % of;
}

static void on_setup(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	(void)arg;
	if (!setup->complete)
		return;
	if (hostile && !chance(3))
		isdn_hangup(call, 17);
	else if (hostile && !chance(2))
		isdn_alerting(call, true);
	else
		isdn_answer(call);
}

static void on_digits(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	if (setup->complete)
		on_setup(call, setup, arg);
}

static void on_step(struct isdn_call *call, bool inband, void *arg)
{
	(void)call;
	(void)inband;
	(void)arg;
}

static void on_answered(struct isdn_call *call, void *arg)
{
	struct end *end = arg;

	end->answered = call == end->out;
}

static void on_ended(struct isdn_call *call, int cause, void *arg)
{
	struct end *end = arg;

	(void)cause;
	if (call == end->out)
		end->out = NULL;
}

static void on_state(struct isdn_span *span, enum isdn_state state, void *arg)
{
	(void)span;
	(void)state;
	(void)arg;
}

static const struct isdn_ops ops = { on_setup, on_digits,   on_step,  on_step,
				     on_step,  on_answered, on_ended, on_state };

/* What was a whole layer 3 message; layer 2 throws away what is not its own. */
static ssize_t alter(uint8_t *frame, ssize_t len)
{
	unsigned int n = chance(4), from = HEADER;

	altered++;
	while (n--)
		frame[from + chance(len - from)] ^= chance(2) ? 1U << chance(8) : chance(256);
	switch (chance(4)) {
	case 0:
		return from + chance(len - from);
	case 1: /* more of it: lengths and repeated elements */
		for (n = chance(200); n && len < FRAME_SIZE - 1; n--, len++)
			frame[len] = chance(2) ? frame[from + chance(len - from)] : chance(256);
		return len;
	default:
		return len;
	}
}

/* A frame of our own making, of layer 2 or of both. */
static void make_up(struct end *to)
{
	uint8_t frame[FRAME_SIZE];
	ssize_t len = 1 + chance(chance(8) ? 12 : sizeof(frame) - 1);

	for (ssize_t i = 0; i < len; i++)
		frame[i] = chance(256);
	frame[0] = chance(2) << 1;
	frame[1] = 1;
	if (chance(2))
		frame[2] = 3; /* UI: taken in every state */
	frame[3] = 8;
	send(to->wire, frame, len, MSG_DONTWAIT);
}

static void on_wire(int fd, short revents, void *arg)
{
	struct end *end = arg, *other = end == ends ? &ends[1] : &ends[0];
	uint8_t frame[FRAME_SIZE];
	ssize_t len = recv(fd, frame, sizeof(frame), MSG_DONTWAIT);

	(void)revents;
	if (len <= 0)
		return;
	if (hostile && !chance(20))
		send(other->wire, frame, len, MSG_DONTWAIT);
	if (hostile && len > 2 * HEADER && !(frame[2] & 1) && chance(2))
		len = alter(frame, len);
	if (hostile && !chance(10))
		make_up(other);
	send(other->wire, frame, len, MSG_DONTWAIT);
}

static void stop(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void run_for(uint64_t ms)
{
	struct loop_timer end = { 0 };

	loop_timer_set(loop, &end, ms, stop, NULL);
	assert_int_equal(loop_run(loop), 0);
}

static void open_line(enum isdn_switch variant, bool overlap)
{
	struct isdn_span_conf conf = { .variant = variant,
				       .channels = 31,
				       .dchannel = 16,
				       .overlap = overlap,
				       .t302_ms = 20 };
	int fds[2], i;

	assert_int_equal(loop_new(&loop), 0);
	memset(ends, 0, sizeof(ends));
	for (i = 0; i < 2; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
		conf.network = !i;
		ends[i].wire = fds[1];
		assert_int_equal(isdn_span_new(&ends[i].span, loop, &conf, fds[0], &ops, &ends[i]),
				 0);
		assert_int_equal(loop_io_add(loop, &ends[i].io, fds[1], POLLIN, on_wire, &ends[i]),
				 0);
	}
}

static void close_line(void)
{
	for (int i = 0; i < 2; i++) {
		loop_io_del(ends[i].io);
		isdn_span_free(ends[i].span);
		close(ends[i].wire);
	}
	loop_free(loop);
}

static void call_once(struct end *end)
{
	struct isdn_dial dial = { .number = "+4930123", .caller = "+491", .more = chance(2) };

	if (end->out)
		isdn_hangup(end->out, 16);
	end->out = NULL;
	end->answered = false;
	if (isdn_call_new(end->span, &dial, &end->out))
		end->out = NULL;
}

static bool call_goes_through(void)
{
	for (int waited = 0; waited < LIMIT_MS && !ends[1].answered; waited += 20) {
		if (!ends[1].out)
			call_once(&ends[1]);
		run_for(20);
	}
	return ends[1].answered;
}

static void attack(enum isdn_switch variant, bool overlap)
{
	open_line(variant, overlap);
	hostile = false;
	assert_true(call_goes_through());
	hostile = true;
	for (int i = 0; i < ROUNDS; i++) {
		call_once(&ends[chance(2)]);
		run_for(1);
	}
	hostile = false;
	ends[1].answered = false;
	assert_true(call_goes_through());
	close_line();
}

static void test_altered_frames(void **state)
{
	(void)state;
	log_init(LOG_LVL_ERROR);
	seed = 1;
	attack(ISDN_EUROISDN, true);
	attack(ISDN_NI2, false);
	attack(ISDN_QSIG, false);
	assert_true(altered >= 100);
}

/* To END by UI, which is taken in every state: no sequence has to be kept. */
static void inject(struct end *end, uint8_t high, uint8_t low, uint8_t type)
{
	const uint8_t frame[] = { 0,	1,    3,    8,	  2,	high, low,  type, 4,	3,
				  0x80, 0x90, 0xa3, 0x18, 0x03, 0xa9, 0x83, 0x85, 0x00, 0x00 };
	size_t len = type == 0x05 && low == 1 ? 10 : sizeof(frame); /* a SETUP that lacks all */

	assert_int_equal(send(end->wire, frame, len, 0), len);
	run_for(5);
}

static unsigned int busy(const struct end *end)
{
	unsigned int usable, n;

	isdn_span_count(end->span, &usable, &n);
	return n;
}

/* What libpri would make calls of, or end some by, that are there or not. */
static void test_misplaced_messages(void **state)
{
	static const uint8_t types[] = { 0x05, 0x46, 0x4e, 0x45, 0x64, 0x7d };

	(void)state;
	log_init(LOG_LVL_ERROR);
	open_line(ISDN_EUROISDN, false);
	hostile = false;
	assert_true(call_goes_through());
	for (int i = 0; i < 2; i++)
		for (size_t type = 0; type < sizeof(types); type++)
			for (int flag = 0; flag < 0x100; flag += 0x80)
				inject(&ends[i], flag, 0, types[type]);
	for (size_t type = 0; type < 3; type++) {
		inject(&ends[0], 0x00, 1, types[type]); /* the call, as the CPE began it */
		inject(&ends[1], 0x80, 1, types[type]);
		inject(&ends[1], 0x80, 7, types[type]);
	}
	assert_true(ends[1].out);
	assert_int_equal(busy(&ends[0]), 1);
	assert_int_equal(busy(&ends[1]), 1);
	isdn_hangup(ends[1].out, 16);
	ends[1].out = NULL;
	for (int waited = 0; waited < LIMIT_MS && busy(&ends[0]) + busy(&ends[1]); waited += 20)
		run_for(20);
	assert_int_equal(busy(&ends[0]), 0);
	assert_int_equal(busy(&ends[1]), 0);
	close_line();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_misplaced_messages),
		cmocka_unit_test(test_altered_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
