// SPDX-License-Identifier: GPL-2.0
/* Calls that outlive one end, or both: it knows nothing but what was saved of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>

#include "selftests/unit/isdn_pair.h"

#define T309_MS 6000

/* A call each way, which both ends have as .in and .out. */
static void connect_both(void)
{
	assert_int_equal(dial(&ends[0], "5551234"), 0);
	assert_true(until(cpe_has_it));
	assert_int_equal(isdn_answer(ends[1].in), 0);
	assert_true(until(net_answered));
	connect_call();
}

/* END is made anew on the same line, and takes up what was saved of its calls. */
static void reopen_with_calls(struct end *end, const struct isdn_span_conf *conf)
{
	struct isdn_saved in, out;

	assert_int_equal(isdn_call_save(end->in, &in), 0);
	assert_int_equal(isdn_call_save(end->out, &out), 0);
	reopen(end, conf);
	assert_int_equal(isdn_span_adopt(end->span, &in, NULL, &end->in), 0);
	assert_int_equal(isdn_span_adopt(end->span, &out, end, &end->out), 0);
	assert_ptr_equal(isdn_call_owner(end->out), end);
	assert_null(isdn_call_owner(end->in));
	assert_int_equal(isdn_call_channel(end->out), out.channel);
	assert_int_equal(isdn_channel_state(end->span, in.channel), ISDN_CHANNEL_BUSY);
	assert_int_equal(busy(end), 2);
}

/* One call is hung up by each end, and then a new one goes through. */
static void hang_up_both(struct end *end)
{
	struct end *peer = end == ends ? &ends[1] : &ends[0];

	ends[0].ended = ends[1].ended = 0;
	isdn_hangup(end->out, 16);
	isdn_hangup(peer->out, 17);
	assert_true(until(net_ended) && until(cpe_ended));
	assert_int_equal(peer->cause, 16);
	assert_int_equal(end->cause, 17);
	assert_true(until(all_idle));
	assert_int_equal(ends[0].ended, 1);
	assert_int_equal(ends[1].ended, 1);
	ends[1].answered = ends[1].alerting = false;
	connect_call();
}

static void test_each_variant(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * VARIANTS; i++) {
		struct end *end = &ends[i % 2];

		open_pair(&variants[i / 2]);
		connect_both();
		reopen_with_calls(end, &variants[i / 2]);
		assert_true(until(both_up));
		assert_int_equal(busy(&ends[0]), 2);
		hang_up_both(end);
		assert_int_equal(end->incoming + !end->in, 1); /* it was told of the new one only */
		close_pair();
	}
}

static void test_both_ends_made_anew(void **state)
{
	(void)state;
	open_pair(&e1);
	connect_both();
	reopen_with_calls(&ends[0], &e1);
	reopen_with_calls(&ends[1], &e1);
	assert_true(until(both_up));
	hang_up_both(&ends[1]);
	close_pair();
}

/* Before layer 2 is up again: the peer hears of it then. */
static void test_hung_up_at_once(void **state)
{
	(void)state;
	open_pair(&e1);
	connect_both();
	reopen_with_calls(&ends[1], &e1);
	assert_int_equal(isdn_span_state(ends[1].span), ISDN_DOWN);
	isdn_hangup(ends[1].out, 16);
	isdn_hangup(ends[1].in, 16);
	assert_true(until(net_ended));
	assert_true(until(all_idle));
	assert_int_equal(ends[0].ended, 2);
	assert_int_equal(ends[1].ended, 0);
	close_pair();
}

static bool only_adopted(void)
{
	for (unsigned int i = 1; i <= 31; i++)
		if (isdn_channel_state(ends[1].span, i) == ISDN_CHANNEL_RESTARTING)
			return false;
	return isdn_channel_state(ends[1].span, 30) == ISDN_CHANNEL_IDLE && busy(&ends[0]) == 2;
}

/* Our RESTARTs leave the calls alone that we took up, and end one that we know nothing of. */
static void test_own_restart(void **state)
{
	struct isdn_span_conf conf = e1;
	struct isdn_call *out, *in;

	(void)state;
	open_pair(&e1);
	connect_both();
	out = ends[1].out;
	in = ends[0].in;
	ends[0].in = NULL;
	ends[1].answered = ends[1].alerting = false;
	connect_call();
	ends[1].out = out;
	conf.restart = true;
	reopen_with_calls(&ends[1], &conf);
	assert_true(until(net_ended));
	assert_true(was_cleared(&ends[0]));
	assert_true(until(only_adopted));
	assert_int_equal(ends[0].ended, 1);
	assert_int_equal(ends[1].ended, 0);
	ends[0].in = in;
	isdn_hangup(in, 16);
	assert_true(until(cpe_ended));
	assert_null(ends[1].out);
	close_pair();
}

/* And the peer's end ours. */
static void test_peers_restart(void **state)
{
	struct isdn_span_conf conf = e1;

	(void)state;
	open_pair(&e1);
	connect_both();
	reopen_with_calls(&ends[1], &e1);
	assert_true(until(both_up));
	conf.restart = true;
	reopen(&ends[0], &conf);
	assert_true(until(all_idle));
	assert_int_equal(ends[1].ended, 2);
	assert_true(was_cleared(&ends[1]));
	close_pair();
}

static bool both_ended(void)
{
	return ends[1].ended == 2;
}

static void test_peer_lost_them(void **state)
{
	struct isdn_saved saved[] = { { .reference = 77, .channel = 3 },
				      { .reference = 32767, .channel = 31, .incoming = true } };

	(void)state;
	open_pair(&e1);
	reopen(&ends[1], &e1);
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved[0], NULL, &ends[1].out), 0);
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved[1], NULL, &ends[1].in), 0);
	assert_true(until(both_ended));
	assert_int_equal(ends[1].cause, 101); /* so it answers STATUS (Q.931, 5.8.11) */
	assert_true(until(all_idle));
	connect_call();
	close_pair();
}

/* What we lost and the peer did not ends when it says a word about it. */
static void test_we_lost_them(void **state)
{
	(void)state;
	open_pair(&e1);
	connect_both();
	reopen(&ends[1], &e1);
	assert_true(until(both_up));
	isdn_hangup(ends[0].in, 16);
	isdn_hangup(ends[0].out, 16);
	assert_true(until(all_idle));
	assert_int_equal(ends[1].ended, 0);
	close_pair();
}

/* Nobody is at the other end. */
static void test_layer2_stays_down(void **state)
{
	struct isdn_saved saved = { .reference = 1, .channel = 1 };
	uint64_t begun;
	int fds[2];

	(void)state;
	assert_int_equal(loop_new(&loop), 0);
	open_line(fds);
	open_end(&ends[1], &e1, fds[1]);
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &ends[1].out), 0);
	begun = loop_now(loop);
	assert_true(until(cpe_ended));
	assert_in_range(loop_now(loop) - begun, T309_MS - 500, T309_MS + 5000);
	assert_int_equal(ends[1].cause, 27);
	assert_int_equal(busy(&ends[1]), 0);
	assert_int_equal(isdn_span_state(ends[1].span), ISDN_DOWN);
	isdn_span_free(ends[1].span);
	close(fds[0]);
	loop_free(loop);
}

static bool net_has_30(void)
{
	return ends[0].incoming == 30;
}

static bool cpe_has_none(void)
{
	return !busy(&ends[1]);
}

/* In whatever order. */
static void test_full_span(void **state)
{
	struct isdn_saved saved[30];
	struct isdn_call *call;

	(void)state;
	open_pair(&e1);
	for (int i = 0; i < 30; i++) {
		ends[1].answered = ends[1].alerting = false;
		ends[0].in = NULL;
		connect_call();
		assert_int_equal(isdn_call_save(ends[1].out, &saved[29 - i]), 0);
	}
	assert_true(net_has_30());
	reopen(&ends[1], &e1);
	for (int i = 0; i < 30; i++)
		assert_int_equal(isdn_span_adopt(ends[1].span, &saved[i], NULL, &call), 0);
	assert_true(until(both_up));
	assert_int_equal(dial(&ends[1], "1"), -EBUSY);
	assert_int_equal(busy(&ends[0]), 30);
	isdn_span_free(ends[0].span); /* the line is gone for good, or T309 ends them */
	assert_true(until(cpe_has_none));
	assert_int_equal(ends[1].ended, 30);
	isdn_span_free(ends[1].span);
	loop_free(loop);
}

static void test_not_to_be_saved(void **state)
{
	struct isdn_saved saved;

	(void)state;
	open_pair(&e1);
	assert_int_equal(dial(&ends[1], "1"), 0);
	assert_int_equal(isdn_call_save(ends[1].out, &saved), -ENOTCONN);
	assert_true(until(net_has_it));
	assert_int_equal(isdn_call_save(ends[0].in, &saved), -ENOTCONN);
	assert_int_equal(isdn_alerting(ends[0].in, true), 0);
	assert_true(until(cpe_alerted));
	assert_int_equal(isdn_call_save(ends[1].out, &saved), -ENOTCONN);
	close_pair();
}

static void test_not_to_be_adopted(void **state)
{
	static const struct isdn_saved bad[] = {
		{ .reference = 0, .channel = 1 },	 { .reference = 32768, .channel = 1 },
		{ .reference = UINT_MAX, .channel = 1 }, { .reference = 1, .channel = 0 },
		{ .reference = 1, .channel = 16 },	 { .reference = 1, .channel = 32 },
		{ .reference = 1, .channel = UINT_MAX },
	};
	struct isdn_saved saved = { .reference = 5, .channel = 1 };
	struct isdn_call *call;

	(void)state;
	open_pair(&e1);
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &call), -EISCONN);
	reopen(&ends[1], &e1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(isdn_span_adopt(ends[1].span, &bad[i], NULL, &call), -EINVAL);
	assert_int_equal(busy(&ends[1]), 0);
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &call), 0);
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &call), -EBUSY);
	saved.channel = 2; /* the reference is taken, but not among those of the peer */
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &call), -EBUSY);
	saved.incoming = true;
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &call), 0);
	saved.reference = 6;
	assert_int_equal(isdn_span_adopt(ends[1].span, &saved, NULL, &call), -EBUSY);
	assert_int_equal(busy(&ends[1]), 2);
	close_pair();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_variant),
		cmocka_unit_test(test_both_ends_made_anew),
		cmocka_unit_test(test_hung_up_at_once),
		cmocka_unit_test(test_own_restart),
		cmocka_unit_test(test_peers_restart),
		cmocka_unit_test(test_peer_lost_them),
		cmocka_unit_test(test_we_lost_them),
		cmocka_unit_test(test_layer2_stays_down),
		cmocka_unit_test(test_full_span),
		cmocka_unit_test(test_not_to_be_saved),
		cmocka_unit_test(test_not_to_be_adopted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
