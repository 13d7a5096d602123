// SPDX-License-Identifier: GPL-2.0
/* What a carrier is told of the caller by SETUP: the frames themselves, as they are on the line. */
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

#define LIMIT_MS 20000
#define I_HEADER 4 /* then protocol discriminator, call reference of two octets, type */
#define SETUP	 0x05
#define ELEMENTS (I_HEADER + 5)

static struct loop *loop;
static struct isdn_span *spans[2]; /* NET, CPE */
static int wires[2];
static uint8_t setup[1024]; /* from CPE, the last */
static size_t setup_len;
static unsigned int polls;

static void on_setup(struct isdn_call *call, const struct isdn_setup *what, void *arg)
{
	(void)what;
	(void)arg;
	isdn_hangup(call, 17);
}

static void on_step(struct isdn_call *call, bool inband, void *arg)
{
	(void)call;
	(void)inband;
	(void)arg;
}

static void on_answered(struct isdn_call *call, void *arg)
{
	(void)call;
	(void)arg;
}

static void on_ended(struct isdn_call *call, int cause, void *arg)
{
	(void)call;
	(void)cause;
	(void)arg;
}

static void on_state(struct isdn_span *span, enum isdn_state state, void *arg)
{
	(void)span;
	(void)state;
	(void)arg;
}

static const struct isdn_ops ops = { on_setup, on_setup,    on_step,  on_step,
				     on_step,  on_answered, on_ended, on_state };

static void on_wire(int fd, short revents, void *arg)
{
	uint8_t frame[1024];
	ssize_t len = recv(fd, frame, sizeof(frame), MSG_DONTWAIT);

	(void)revents;
	(void)arg;
	if (len <= 0)
		return;
	if (fd == wires[1] && len > ELEMENTS && !(frame[2] & 1) && frame[I_HEADER + 4] == SETUP) {
		memcpy(setup, frame, len);
		setup_len = len - 2; /* FCS */
	}
	send(fd == wires[0] ? wires[1] : wires[0], frame, len, MSG_DONTWAIT);
}

/* The information element of this code, from its length on; NULL: there is none. */
static const uint8_t *element(uint8_t code)
{
	for (size_t at = ELEMENTS; at + 1 < setup_len;) {
		if (setup[at] & 0x80) { /* of one octet */
			at++;
			continue;
		}
		if (setup[at] == code)
			return setup + at + 1;
		at += 2 + setup[at + 1];
	}
	return NULL;
}

static void look(void *arg)
{
	struct loop_timer *timer = arg;

	if (setup_len || ++polls > LIMIT_MS / 2)
		loop_stop(loop);
	else
		loop_timer_set(loop, timer, 2, look, timer);
}

static void stop_when_up(void *arg)
{
	struct loop_timer *timer = arg;

	if (isdn_span_state(spans[1]) == ISDN_UP || ++polls > LIMIT_MS / 2)
		loop_stop(loop);
	else
		loop_timer_set(loop, timer, 2, stop_when_up, timer);
}

static void run(loop_fn until)
{
	struct loop_timer timer = { 0 };

	polls = 0;
	loop_timer_set(loop, &timer, 0, until, &timer);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_del(&timer);
}

/* SETUP of a call, as the carrier gets it. */
static void set_up(const struct isdn_dial *dial)
{
	struct isdn_call *call;

	setup_len = 0;
	assert_int_equal(isdn_call_new(spans[1], dial, &call), 0);
	run(look);
	assert_true(setup_len);
}

static void assert_number(const uint8_t *element, size_t before, const char *digits)
{
	assert_non_null(element);
	assert_int_equal(element[0], before + strlen(digits));
	assert_memory_equal(element + 1 + before, digits, strlen(digits));
}

/* Q.931, 4.5.10: 0x6c, length, type and plan, presentation and screening, digits. */
static void test_caller(void **state)
{
	const uint8_t *caller;

	(void)state;
	set_up(&(struct isdn_dial){ .number = "+4917", .caller = "+49301", .restricted = true });
	caller = element(0x6c);
	assert_number(caller, 2, "49301");
	assert_int_equal(caller[1], 0x11); /* international, E.164; more follows */
	assert_int_equal(caller[2], 0xa0); /* restricted */
	set_up(&(struct isdn_dial){ .number = "+4917", .caller = "301" });
	caller = element(0x6c);
	assert_number(caller, 2, "301");
	assert_int_equal(caller[2], 0x80); /* may be shown */
}

static void test_no_caller(void **state)
{
	(void)state;
	set_up(&(struct isdn_dial){ .number = "+4917", .restricted = true });
	assert_null(element(0x6c));
}

/* Nothing but what a call needs: no names, no users' words, nobody whom it was for before. */
static void test_nothing_else(void **state)
{
	static const uint8_t never[] = { 0x1c, 0x28, 0x6d, 0x71, 0x74, 0x7e };

	(void)state;
	set_up(&(struct isdn_dial){ .number = "+4917", .caller = "+49301", .restricted = true });
	for (size_t i = 0; i < sizeof(never); i++)
		assert_null(element(never[i]));
	assert_number(element(0x70), 1, "4917");
	assert_int_equal(element(0x70)[1], 0x91);
	assert_int_equal(element(0x04)[1], 0x80); /* speech */
}

static int open_line(void **state)
{
	struct isdn_span_conf conf = {
		.variant = ISDN_EUROISDN, .alaw = true, .channels = 31, .dchannel = 16
	};
	static struct loop_io *ios[2];
	int fds[2], i, err = loop_new(&loop);

	*state = ios;
	for (i = 0; i < 2 && !err; i++) {
		err = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds);
		wires[i] = fds[1];
		conf.network = !i;
		if (!err)
			err = isdn_span_new(&spans[i], loop, &conf, fds[0], &ops, NULL);
		if (!err)
			err = loop_io_add(loop, &ios[i], fds[1], POLLIN, on_wire, NULL);
	}
	if (!err)
		run(stop_when_up);
	return err;
}

static int close_line(void **state)
{
	struct loop_io **ios = *state;

	for (int i = 0; i < 2; i++) {
		loop_io_del(ios[i]);
		isdn_span_free(spans[i]);
		close(wires[i]);
	}
	loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_caller, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_no_caller, open_line, close_line),
		cmocka_unit_test_setup_teardown(test_nothing_else, open_line, close_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
