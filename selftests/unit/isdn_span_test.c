// SPDX-License-Identifier: GPL-2.0
/* Two spans, every call state from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "selftests/unit/isdn_pair.h"

static void test_call_each_variant(void **state)
{
	(void)state;
	for (size_t i = 0; i < VARIANTS; i++) {
		open_pair(&variants[i]);
		connect_call();
		assert_string_equal(ends[0].number, "+49301234567");
		assert_true(ends[0].complete && ends[1].proceeding && ends[1].inband);
		assert_int_equal(isdn_call_channel(ends[0].in), isdn_call_channel(ends[1].out));
		assert_int_equal(isdn_call_channel(ends[0].in), 1);
		isdn_hangup(ends[1].out, 16);
		assert_true(until(net_ended));
		assert_int_equal(ends[0].cause, 16);
		assert_int_equal(ends[1].ended, 0);
		assert_true(until(all_idle));
		close_pair();
	}
}

static void test_network_calls_and_callee_clears(void **state)
{
	(void)state;
	open_pair(&t1);
	assert_int_equal(dial(&ends[0], "5551234"), 0);
	assert_true(until(cpe_has_it));
	assert_string_equal(ends[1].number, "5551234");
	assert_int_equal(isdn_call_channel(ends[1].in), 23); /* NET begins at the other end */
	assert_int_equal(isdn_progress(ends[1].in), 0);
	assert_int_equal(isdn_answer(ends[1].in), 0);
	assert_true(until(net_answered));
	assert_true(ends[0].inband);
	assert_int_equal(isdn_answer(ends[1].in), -ENOTCONN);
	assert_int_equal(isdn_alerting(ends[0].out, false), -ENOTCONN);
	isdn_hangup(ends[1].in, 31);
	assert_true(until(net_ended));
	assert_int_equal(ends[0].cause, 31);
	assert_true(until(all_idle));
	close_pair();
}

static void test_refused(void **state)
{
	static const int causes[] = { 1,  3,  17, 18, 19, 20, 21, 22, 27, 28,  34,  38,
				      41, 42, 47, 57, 58, 63, 65, 79, 88, 102, 111, 127 };

	(void)state;
	open_pair(&e1);
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		ends[1].ended = 0;
		ends[0].refuse = causes[i];
		assert_int_equal(dial(&ends[1], "1"), 0);
		assert_true(until(cpe_ended));
		assert_int_equal(ends[1].cause, causes[i]);
		assert_true(until(all_idle));
	}
	assert_false(ends[1].answered || ends[1].alerting);
	assert_int_equal(ends[0].ended, 0);
	close_pair();
}

static void test_caller_gives_up(void **state)
{
	(void)state;
	open_pair(&e1);
	assert_int_equal(dial(&ends[1], "1"), 0);
	isdn_hangup(ends[1].out, 16); /* before SETUP was answered */
	assert_true(until(net_ended));
	assert_true(until(all_idle));
	assert_int_equal(dial(&ends[1], "1"), 0);
	ends[0].ended = 0;
	assert_true(until(net_has_it));
	isdn_alerting(ends[0].in, false);
	assert_true(until(cpe_alerted));
	isdn_hangup(ends[1].out, 16);
	assert_true(until(net_ended));
	assert_true(until(all_idle));
	close_pair();
}

static bool six_came(void)
{
	return ends[0].incoming == 6;
}

static bool seven_came(void)
{
	return ends[1].incoming == 7;
}

static void test_no_channel(void **state)
{
	struct isdn_span_conf small = t1;

	(void)state;
	small.channels = 14;
	small.dchannel = 1;
	open_pair(&small);
	for (int i = 0; i < 6; i++)
		assert_int_equal(dial(&ends[1], "1"), 0);
	assert_true(until(six_came));
	for (int i = 0; i < 7; i++)
		assert_int_equal(dial(&ends[0], "2"), 0);
	assert_true(until(seven_came));
	assert_int_equal(busy(&ends[0]), 13);
	assert_int_equal(busy(&ends[1]), 13);
	assert_int_equal(dial(&ends[0], "1"), -EBUSY);
	assert_int_equal(dial(&ends[1], "1"), -EBUSY);
	assert_int_equal(isdn_channel_state(ends[0].span, 1), ISDN_CHANNEL_NONE);
	assert_int_equal(isdn_channel_state(ends[0].span, 15), ISDN_CHANNEL_NONE);
	close_pair();
}

static bool both_came(void)
{
	return ends[0].in && ends[1].in;
}

static bool both_answered(void)
{
	return ends[0].answered && ends[1].answered;
}

/* Both ends take the only channel at once. */
static void test_glare(void **state)
{
	struct isdn_span_conf small = t1;

	(void)state;
	small.channels = 2;
	small.dchannel = 2;
	open_pair(&small);
	assert_int_equal(dial(&ends[0], "1"), 0);
	assert_int_equal(dial(&ends[1], "2"), 0);
	assert_true(until(cpe_ended)); /* the network's goes first */
	assert_int_equal(ends[1].cause, 34);
	assert_int_equal(ends[0].ended, 0);
	assert_true(until(cpe_has_it));
	assert_int_equal(isdn_answer(ends[1].in), 0);
	assert_true(until(net_answered));
	close_pair();
}

/* With another that is free both calls go on, by different channels. */
static void test_glare_resolved(void **state)
{
	struct isdn_span_conf small = t1;
	unsigned int a, b;

	(void)state;
	small.channels = 4;
	small.dchannel = 4;
	open_pair(&small);
	assert_int_equal(dial(&ends[0], "1"), 0);
	assert_true(until(cpe_has_it));
	ends[1].in = NULL;
	assert_int_equal(dial(&ends[0], "1"), 0); /* 2 */
	assert_int_equal(dial(&ends[1], "2"), 0); /* 1 */
	assert_true(until(both_came));
	assert_int_equal(isdn_answer(ends[0].in), 0);
	assert_int_equal(isdn_answer(ends[1].in), 0);
	assert_true(until(both_answered));
	a = isdn_call_channel(ends[1].out);
	b = isdn_call_channel(ends[0].out);
	assert_int_not_equal(a, b);
	assert_int_equal(a, isdn_call_channel(ends[0].in));
	assert_int_equal(b, isdn_call_channel(ends[1].in));
	close_pair();
}

static bool number_there(void)
{
	return !strcmp(ends[0].number, "030123");
}

static bool number_complete(void)
{
	return ends[0].complete;
}

static void test_overlap(void **state)
{
	struct isdn_span_conf conf = e1;
	struct isdn_dial first = { .number = "030", .more = true };

	(void)state;
	conf.overlap = true;
	conf.t302_ms = 200;
	open_pair(&conf);
	assert_int_equal(isdn_call_new(ends[1].span, &first, &ends[1].out), 0);
	assert_int_equal(isdn_dial_more(ends[1].out, "1"), -ENOTCONN); /* it was not asked for */
	assert_true(until(net_has_it));
	assert_string_equal(ends[0].number, "030");
	assert_false(ends[0].complete);
	while (isdn_dial_more(ends[1].out, "123")) /* SETUP ACKNOWLEDGE is on its way */
		assert_false(until_ms(cpe_answered, 5));
	assert_int_equal(isdn_dial_more(ends[1].out, "1x"), -EINVAL);
	assert_true(until(number_there));
	assert_true(until(number_complete)); /* T302 */
	assert_int_equal(isdn_alerting(ends[0].in, false), 0);
	assert_true(until(cpe_alerted));
	assert_int_equal(isdn_dial_more(ends[1].out, "1"), -ENOTCONN);
	/* And a whole number needs no waiting. */
	ends[0].in = NULL;
	assert_int_equal(dial(&ends[1], "4711"), 0);
	assert_true(until(net_has_it));
	assert_true(ends[0].complete);
	close_pair();
}

static void test_numbers(void **state)
{
	char longest[ISDN_NUMBER_SIZE + 8];

	(void)state;
	open_pair(&e1);
	memset(longest, '1', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	assert_int_equal(dial(&ends[1], ""), -EINVAL);
	assert_int_equal(dial(&ends[1], "+"), -EINVAL);
	assert_int_equal(dial(&ends[1], "12a"), -EINVAL);
	assert_int_equal(dial(&ends[1], longest), -EINVAL);
	assert_int_equal(busy(&ends[1]), 0);
	close_pair();
}

static bool restarted(void)
{
	for (unsigned int i = 1; i <= 31; i++)
		if (isdn_channel_state(ends[1].span, i) == ISDN_CHANNEL_RESTARTING)
			return false;
	return isdn_channel_state(ends[1].span, 31) == ISDN_CHANNEL_IDLE;
}

/* The customer's end is started anew on the same line: the call of before ends here. */
static void test_restart(void **state)
{
	struct isdn_span_conf conf = e1;

	(void)state;
	open_pair(&e1);
	connect_call();
	conf.restart = true;
	reopen(&ends[1], &conf);
	assert_true(until(net_ended));
	assert_true(was_cleared(&ends[0]));
	assert_int_equal(ends[0].ended, 1);
	assert_true(until(restarted));
	assert_int_equal(busy(&ends[0]), 0);
	connect_call();
	close_pair();
}

static bool net_down(void)
{
	return isdn_span_state(ends[0].span) != ISDN_UP;
}

/*
 * The D channel goes in mid-call: the call ends, and none can be made. A socket's end
 * is told; of a wire it is concluded, after T203, N200 times T200, and T309.
 */
static void test_dchannel_lost(void **state)
{
	(void)state;
	open_pair(&e1);
	connect_call();
	isdn_span_free(ends[1].span);
	assert_true(until(net_down));
	assert_int_equal(dial(&ends[0], "1"), -ENETDOWN);
	assert_true(until(net_ended));
	assert_int_equal(ends[0].cause, dchannels() ? 27 : 38);
	assert_int_equal(busy(&ends[0]), 0);
	isdn_span_free(ends[0].span);
	loop_free(loop);
}

static void test_conf(void **state)
{
	struct isdn_span_conf bad[] = { e1, e1, e1 };
	struct isdn_span *span;
	int fds[2];

	(void)state;
	assert_true(isdn_dchannel_open(100000, &fds[0]) < 0);
	if (dchannels()) /* a B channel is none */
		assert_int_equal(isdn_dchannel_open(atoi(dchannels()) - 1, &fds[0]), -EPROTOTYPE);
	assert_int_equal(loop_new(&loop), 0);
	bad[0].dchannel = 0;
	bad[1].dchannel = 32;
	bad[2].channels = 32;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
		assert_int_equal(isdn_span_new(&span, loop, &bad[i], fds[0], &ops, NULL), -EINVAL);
		assert_int_equal(close(fds[0]), -1); /* it was taken over */
		close(fds[1]);
	}
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_each_variant),
		cmocka_unit_test(test_network_calls_and_callee_clears),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_caller_gives_up),
		cmocka_unit_test(test_no_channel),
		cmocka_unit_test(test_glare),
		cmocka_unit_test(test_glare_resolved),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_dchannel_lost),
		cmocka_unit_test(test_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
