// SPDX-License-Identifier: GPL-2.0
/*
 * Two lines that are one wire, every kind of signalling. They are DAHDI's: in
 * PHONION_LINES="1 25" the first channels of two spans, of which the n-th is of kinds[n];
 * without it all there is to try is that a channel cannot be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cas/internal.h"
#include "dahdi-bridge/core/detect.h"
#include "dahdi-bridge/core/linear.h"
#include "dahdi/dahdi.h"

#define LIMIT_MS    60000
#define DAHDI_FLASH 3
#define NUMBER	    "5720"

static const enum cas_signalling kinds[][2] = { { CAS_FXO_KS, CAS_FXS_KS },
						{ CAS_FXO_LS, CAS_FXS_LS },
						{ CAS_FXO_GS, CAS_FXS_GS },
						{ CAS_EM, CAS_EM } };
enum { KS, LS, GS, EM };

struct end {
	struct cas_line *line;
	struct cas_call *in, *out;
	char number[CAS_NUMBER_SIZE];
	bool complete, dialled, alerting, answered;
	int incoming, flash, ended, cause;
	int refuse;
	struct phd_detect ear;
	uint8_t heard;
};

static struct loop *loop;
static struct end ends[2]; /* exchange, telephone */
static struct end *const exchange = &ends[0], *const telephone = &ends[1];
static bool (*awaited)(void);

static void on_incoming(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	struct end *end = arg;

	end->in = call;
	end->incoming++;
	end->complete = setup->complete;
	snprintf(end->number, sizeof(end->number), "%s", setup->number);
	if (end->refuse)
		cas_hangup(call, end->refuse);
}

static void on_digits(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	struct end *end = arg;

	assert_ptr_equal(call, end->in);
	end->complete = setup->complete;
	snprintf(end->number, sizeof(end->number), "%s", setup->number);
}

static void on_dialled(struct cas_call *call, void *arg)
{
	(void)call;
	((struct end *)arg)->dialled = true;
}

static void on_alerting(struct cas_call *call, void *arg)
{
	(void)call;
	((struct end *)arg)->alerting = true;
}

static void on_answered(struct cas_call *call, void *arg)
{
	(void)call;
	((struct end *)arg)->answered = true;
}

static void on_flash(struct cas_call *call, void *arg)
{
	(void)call;
	((struct end *)arg)->flash++;
}

static void on_pulse(struct cas_call *call, char digit, void *arg)
{
	(void)call;
	(void)digit;
	(void)arg;
}

static void on_ended(struct cas_call *call, int cause, void *arg)
{
	struct end *end = arg;

	(void)call;
	end->cause = cause;
	end->ended++;
}

static void on_alarm(struct cas_line *line, bool alarm, void *arg)
{
	(void)line;
	(void)alarm;
	(void)arg;
}

static void on_active(struct cas_line *of, bool active, void *arg)
{
	(void)of;
	(void)arg;
	(void)active;
}

static const struct cas_ops ops = { .incoming = on_incoming,
				    .digits = on_digits,
				    .dialled = on_dialled,
				    .alerting = on_alerting,
				    .answered = on_answered,
				    .flash = on_flash,
				    .pulse = on_pulse,
				    .ended = on_ended,
				    .alarm = on_alarm,
				    .active = on_active };

/* What the leg's detector is to do: DTMF of the channel's sound is told to the call. */
static void listen(struct end *end)
{
	static const char keys[] = "0123456789*#ABCD";
	uint8_t sound[1024];
	ssize_t n = read(cas_line_fd(end->line), sound, sizeof(sound));

	for (ssize_t i = 0; i < n; i++) {
		if (!phd_detect_sample(&end->ear, phd_decode(false, sound[i])))
			continue;
		if (end->ear.tone != PHD_NO_TONE && end->heard == PHD_NO_TONE && end->in)
			cas_call_digit(end->in, keys[end->ear.tone]);
		end->heard = end->ear.tone;
	}
}

static void on_limit(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void look(void *arg)
{
	struct loop_timer *timer = arg;

	listen(exchange);
	if (awaited())
		loop_stop(loop);
	else
		loop_timer_set(loop, timer, 10, look, timer);
}

static bool until_ms(bool (*good)(void), uint64_t limit)
{
	struct loop_timer timer = { 0 }, end = { 0 };

	awaited = good;
	loop_timer_set(loop, &timer, 0, look, &timer);
	loop_timer_set(loop, &end, limit, on_limit, NULL);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_del(&timer);
	loop_timer_del(&end);
	return good();
}

static bool until(bool (*good)(void))
{
	return until_ms(good, LIMIT_MS);
}

static bool never(void)
{
	return false;
}

static bool both_idle(void)
{
	return cas_line_state(exchange->line) == CAS_IDLE &&
	       cas_line_state(telephone->line) == CAS_IDLE;
}

static unsigned int channel_of(int end, int kind)
{
	unsigned int first[2];

	assert_int_equal(sscanf(getenv("PHONION_LINES"), "%u %u", &first[0], &first[1]), 2);
	return first[end] + kind;
}

static void open_pair(int kind, bool pulse)
{
	struct cas_line_conf conf = { .pulse = pulse, .number = "030123" };
	int fd;

	assert_int_equal(loop_new(&loop), 0);
	memset(ends, 0, sizeof(ends));
	for (int i = 0; i < 2; i++) {
		conf.signalling = kinds[kind][i];
		assert_int_equal(cas_channel_open(channel_of(i, kind), conf.signalling, &fd), 0);
		assert_int_equal(cas_line_new(&ends[i].line, loop, &conf, fd, &ops, &ends[i]), 0);
		phd_detect_init(&ends[i].ear);
		ends[i].heard = PHD_NO_TONE;
	}
	assert_true(until(both_idle));
	assert_false(until_ms(never, 2500)); /* DAHDI hears no ringing before */
}

static void close_pair(void)
{
	cas_line_free(exchange->line);
	cas_line_free(telephone->line);
	loop_free(loop);
}

static bool exchange_has_number(void)
{
	return exchange->complete;
}

static bool exchange_has_it(void)
{
	return exchange->in;
}

static bool telephone_has_it(void)
{
	return telephone->in;
}

static bool telephone_answered(void)
{
	return telephone->answered;
}

static bool exchange_answered(void)
{
	return exchange->answered;
}

static bool exchange_ended(void)
{
	return exchange->ended;
}

static bool telephone_ended(void)
{
	return telephone->ended;
}

static bool flashed(void)
{
	return exchange->flash;
}

static int dial(const char *number)
{
	return cas_call_new(telephone->line, number, NULL, &telephone->out);
}

/* The telephone calls, by pulses or DTMF, and is answered. */
static void connect_call(const char *number)
{
	assert_int_equal(dial(number), 0);
	assert_int_equal(dial(number), -EBUSY);
	assert_true(until(exchange_has_number));
	assert_string_equal(exchange->number, NUMBER);
	assert_int_equal(cas_answer(exchange->in), 0);
	assert_true(until(telephone_answered));
	assert_true(telephone->dialled);
}

static void test_call_by_pulses_and_caller_clears(void **state)
{
	(void)state;
	for (int kind = KS; kind <= GS; kind++) {
		open_pair(kind, true);
		connect_call(NUMBER);
		cas_hangup(telephone->out, 16);
		assert_true(until(exchange_ended));
		assert_int_equal(exchange->cause, 16);
		assert_true(until(both_idle));
		assert_int_equal(telephone->ended, 0);
		close_pair();
	}
}

static void test_call_by_dtmf_and_exchange_clears(void **state)
{
	(void)state;
	for (int kind = KS; kind <= EM; kind++) {
		open_pair(kind, false);
		connect_call(NUMBER "#");
		cas_hangup(exchange->in, 16);
		if (kind == LS) { /* it cannot be told */
			assert_false(until_ms(telephone_ended, 5000));
			assert_int_equal(cas_line_state(exchange->line), CAS_CLEARING);
			cas_hangup(telephone->out, 16);
		} else {
			assert_true(until(telephone_ended));
			assert_int_equal(telephone->cause, 16);
		}
		assert_true(until(both_idle));
		assert_int_equal(exchange->ended, 0);
		close_pair();
	}
}

static void ring(void)
{
	assert_int_equal(cas_call_new(exchange->line, NULL, NULL, &exchange->out), 0);
	assert_true(until(telephone_has_it));
	assert_true(exchange->alerting);
	assert_string_equal(telephone->number, "030123");
	assert_true(telephone->complete);
}

static void test_telephone_rings_and_answers(void **state)
{
	(void)state;
	for (int kind = KS; kind <= GS; kind++) {
		open_pair(kind, false);
		ring();
		assert_false(exchange->answered);
		assert_int_equal(cas_answer(telephone->in), 0);
		assert_true(until(exchange_answered));
		cas_hangup(telephone->in, 16);
		assert_true(until(exchange_ended));
		assert_int_equal(exchange->cause, 16);
		assert_true(until(both_idle));
		close_pair();
	}
}

static void test_ringing_given_up(void **state)
{
	(void)state;
	for (int kind = KS; kind <= GS; kind++) {
		open_pair(kind, false);
		ring();
		cas_hangup(exchange->out, 16);
		assert_true(until(telephone_ended));
		assert_int_equal(telephone->cause, 16);
		assert_true(until(both_idle));
		close_pair();
	}
}

static void test_flash(void **state)
{
	(void)state;
	for (int kind = KS; kind <= GS; kind++) {
		open_pair(kind, true);
		connect_call(NUMBER);
		assert_int_equal(line_hook(telephone->line, DAHDI_FLASH), 0);
		assert_true(until(flashed));
		assert_false(until_ms(exchange_ended, 2000));
		assert_int_equal(cas_line_state(exchange->line), CAS_BUSY);
		close_pair();
	}
}

/* Refused at once, and the receiver replaced at once: the next off hook is seen. */
static void test_refused_then_again(void **state)
{
	(void)state;
	for (int kind = KS; kind <= GS; kind++) {
		open_pair(kind, true);
		exchange->refuse = 21;
		assert_int_equal(dial(NUMBER), 0);
		assert_true(until(exchange_has_it));
		if (!telephone->ended)
			cas_hangup(telephone->out, 16);
		assert_true(until(both_idle));
		exchange->refuse = exchange->complete = 0;
		connect_call(NUMBER);
		close_pair();
	}
}

static void test_glare(void **state)
{
	(void)state;
	open_pair(EM, false);
	assert_int_equal(dial(NUMBER), 0);
	assert_int_equal(cas_call_new(exchange->line, "1", NULL, &exchange->out), 0);
	assert_true(until(exchange_ended) && until(telephone_ended));
	assert_int_equal(exchange->cause, 44);
	assert_int_equal(telephone->cause, 44);
	assert_true(until(both_idle));
	connect_call(NUMBER "#");
	close_pair();

	open_pair(GS, false);
	assert_int_equal(dial(NUMBER), 0);
	assert_int_equal(cas_call_new(exchange->line, NULL, NULL, &exchange->out), 0);
	assert_true(until(telephone_ended));
	assert_int_equal(telephone->cause, 44);
	assert_true(until(telephone_has_it)); /* the exchange's call goes first */
	assert_int_equal(exchange->answered + exchange->ended, 0);
	assert_int_equal(cas_answer(telephone->in), 0);
	assert_true(until(exchange_answered));
	close_pair();
}

/* Nobody is at the other end. */
static void test_no_answer_to_seizure(void **state)
{
	static const int silent[] = { GS, EM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		open_pair(silent[i], false);
		loop_io_del(exchange->line->io);
		exchange->line->io = NULL;
		assert_int_equal(dial(NUMBER), 0);
		assert_true(until(telephone_ended));
		assert_int_equal(telephone->cause, 38);
		close_pair();
	}
}

/* A held descriptor keeps the channel, and nobody can open it; what is closed is on hook. */
static void test_held(void **state)
{
	int held, fd;

	(void)state;
	open_pair(KS, true);
	connect_call(NUMBER);
	held = dup(cas_line_fd(telephone->line));
	close(telephone->line->fd);
	telephone->line->fd = dup(held);
	assert_false(until_ms(exchange_ended, 3000));
	assert_int_equal(cas_channel_open(channel_of(1, KS), CAS_FXS_KS, &fd), -EBUSY);
	close(held);
	loop_io_del(telephone->line->io);
	telephone->line->io = NULL;
	close(telephone->line->fd);
	assert_true(until(exchange_ended));
	assert_int_equal(cas_channel_open(channel_of(1, KS), CAS_FXS_KS, &telephone->line->fd), 0);
	close_pair();
}

static void test_another_signalling(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(cas_channel_open(channel_of(0, KS), CAS_FXO_LS, &fd), -EPROTOTYPE);
	assert_int_equal(cas_channel_open(channel_of(0, KS), CAS_FXS_KS, &fd), -EPROTOTYPE);
}

static void test_no_channel(void **state)
{
	int fd;

	(void)state;
	assert_true(cas_channel_open(100000, CAS_EM, &fd) < 0);
}

int main(void)
{
	const struct CMUnitTest without[] = { cmocka_unit_test(test_no_channel) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_channel),
		cmocka_unit_test(test_another_signalling),
		cmocka_unit_test(test_call_by_pulses_and_caller_clears),
		cmocka_unit_test(test_call_by_dtmf_and_exchange_clears),
		cmocka_unit_test(test_telephone_rings_and_answers),
		cmocka_unit_test(test_ringing_given_up),
		cmocka_unit_test(test_flash),
		cmocka_unit_test(test_refused_then_again),
		cmocka_unit_test(test_glare),
		cmocka_unit_test(test_no_answer_to_seizure),
		cmocka_unit_test(test_held),
	};

	return getenv("PHONION_LINES") ? cmocka_run_group_tests(tests, NULL, NULL)
				       : cmocka_run_group_tests(without, NULL, NULL);
}
