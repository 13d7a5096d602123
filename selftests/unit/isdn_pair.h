/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two spans, whose D channels are the ends of a socket; or, in
 * PHONION_DCHANNELS="24 48", two of DAHDI's that are one wire.
 */
#ifndef PHONION_TEST_ISDN_PAIR_H
#define PHONION_TEST_ISDN_PAIR_H

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isdn/isdn.h"

#define LIMIT_MS 120000

struct end {
	struct isdn_span *span;
	int fd;
	struct isdn_call *in, *out; /* the last that came, and ours */
	char number[ISDN_NUMBER_SIZE];
	bool complete, proceeding, inband, alerting, answered;
	int incoming, cause, ended;
	int refuse; /* cause for what comes; 0: it is left to the test */
};

static struct loop *loop;
static struct end ends[2]; /* NET, CPE */
static bool (*awaited)(void);

static inline void on_setup(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	struct end *end = arg;

	end->in = call;
	end->incoming++;
	end->complete = setup->complete;
	snprintf(end->number, sizeof(end->number), "%s", setup->number);
	if (end->refuse)
		isdn_hangup(call, end->refuse);
}

static inline void on_digits(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	struct end *end = arg;

	assert_ptr_equal(call, end->in);
	end->complete = setup->complete;
	snprintf(end->number, sizeof(end->number), "%s", setup->number);
}

static inline void on_proceeding(struct isdn_call *call, bool inband, void *arg)
{
	(void)call;
	(void)inband;
	((struct end *)arg)->proceeding = true;
}

static inline void on_progress(struct isdn_call *call, bool inband, void *arg)
{
	(void)call;
	((struct end *)arg)->inband = inband;
}

static inline void on_alerting(struct isdn_call *call, bool inband, void *arg)
{
	struct end *end = arg;

	(void)call;
	end->alerting = true;
	end->inband = inband;
}

static inline void on_answered(struct isdn_call *call, void *arg)
{
	struct end *end = arg;

	assert_ptr_equal(call, end->out);
	end->answered = true;
}

static inline void on_ended(struct isdn_call *call, int cause, void *arg)
{
	struct end *end = arg;

	end->cause = cause;
	end->ended++;
	if (call == end->in)
		end->in = NULL;
	if (call == end->out)
		end->out = NULL;
}

static inline void on_state(struct isdn_span *span, enum isdn_state state, void *arg)
{
	assert_int_equal(isdn_span_state(span), state);
	(void)arg;
}

static const struct isdn_ops ops = {
	.incoming = on_setup,
	.digits = on_digits,
	.proceeding = on_proceeding,
	.progress = on_progress,
	.alerting = on_alerting,
	.answered = on_answered,
	.ended = on_ended,
	.state = on_state,
};

static inline void on_limit(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static inline void look(void *arg)
{
	struct loop_timer *timer = arg;

	if (awaited())
		loop_stop(loop);
	else
		loop_timer_set(loop, timer, 2, look, timer);
}

/* Lets the loop run until GOOD is true, or the time is over. */
static inline bool until_ms(bool (*good)(void), uint64_t limit)
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

static inline bool until(bool (*good)(void))
{
	return until_ms(good, LIMIT_MS);
}

static inline bool both_up(void)
{
	return isdn_span_state(ends[0].span) == ISDN_UP && isdn_span_state(ends[1].span) == ISDN_UP;
}

static inline const char *dchannels(void)
{
	return getenv("PHONION_DCHANNELS");
}

static inline void open_line(int fds[2])
{
	unsigned int channels[2];

	if (!dchannels()) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
		return;
	}
	assert_int_equal(sscanf(dchannels(), "%u %u", &channels[0], &channels[1]), 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(isdn_dchannel_open(channels[i], &fds[i]), 0);
}

/* Its side is the one that ENDS has it for. */
static inline void open_end(struct end *end, const struct isdn_span_conf *conf, int fd)
{
	struct isdn_span_conf own = *conf;

	memset(end, 0, sizeof(*end));
	own.network = end == ends;
	end->fd = fd;
	assert_int_equal(isdn_span_new(&end->span, loop, &own, fd, &ops, end), 0);
}

static inline void open_pair(const struct isdn_span_conf *conf)
{
	int fds[2];

	assert_int_equal(loop_new(&loop), 0);
	open_line(fds);
	for (int i = 0; i < 2; i++)
		open_end(&ends[i], conf, fds[i]);
	assert_true(until(both_up));
}

/* As by a crash: the peer hears no word, and the line is there. */
static inline void reopen(struct end *end, const struct isdn_span_conf *conf)
{
	unsigned int channels[2];
	int fd = dchannels() ? -1 : dup(end->fd);

	isdn_span_free(end->span);
	if (dchannels()) {
		assert_int_equal(sscanf(dchannels(), "%u %u", &channels[0], &channels[1]), 2);
		assert_int_equal(isdn_dchannel_open(channels[end - ends], &fd), 0);
	}
	open_end(end, conf, fd);
}

static inline void close_pair(void)
{
	isdn_span_free(ends[0].span);
	isdn_span_free(ends[1].span);
	loop_free(loop);
}

static const struct isdn_span_conf e1 = {
	.variant = ISDN_EUROISDN, .alaw = true, .channels = 31, .dchannel = 16
};
static const struct isdn_span_conf t1 = { .variant = ISDN_NI2, .channels = 24, .dchannel = 24 };
static const struct isdn_span_conf variants[] = {
	{ .variant = ISDN_NI2, .channels = 24, .dchannel = 24 },
	{ .variant = ISDN_EUROISDN, .channels = 31, .dchannel = 16, .alaw = true },
	{ .variant = ISDN_EUROISDN, .channels = 24, .dchannel = 24 },
	{ .variant = ISDN_DMS100, .channels = 24, .dchannel = 24 },
	{ .variant = ISDN_5ESS, .channels = 24, .dchannel = 24 },
	{ .variant = ISDN_4ESS, .channels = 24, .dchannel = 24 },
	{ .variant = ISDN_QSIG, .channels = 31, .dchannel = 16, .alaw = true },
};
#define VARIANTS (sizeof(variants) / sizeof(*variants))

static inline int dial(struct end *end, const char *number)
{
	struct isdn_dial dial = {
		.number = number, .owner = end, .restricted = true, .caller = "+4930123"
	};

	return isdn_call_new(end->span, &dial, &end->out);
}

static inline bool cpe_has_it(void)
{
	return ends[1].in;
}

static inline bool net_has_it(void)
{
	return ends[0].in;
}

static inline bool cpe_alerted(void)
{
	return ends[1].alerting;
}

static inline bool cpe_answered(void)
{
	return ends[1].answered;
}

static inline bool net_answered(void)
{
	return ends[0].answered;
}

static inline bool net_ended(void)
{
	return ends[0].ended;
}

static inline bool cpe_ended(void)
{
	return ends[1].ended;
}

static inline unsigned int busy(const struct end *end)
{
	unsigned int usable, n;

	isdn_span_count(end->span, &usable, &n);
	return n;
}

static inline bool all_idle(void)
{
	return !busy(&ends[0]) && !busy(&ends[1]);
}

/* By RESTART, or before that by STATUS, which is sent if frames were lost (Q.931, 5.8.8). */
static inline bool was_cleared(const struct end *end)
{
	return end->cause == 41 || end->cause == 101;
}

/* The CPE calls; NET rings and answers. */
static inline void connect_call(void)
{
	assert_int_equal(dial(&ends[1], "+49301234567"), 0);
	assert_true(until(net_has_it));
	assert_int_equal(isdn_alerting(ends[0].in, true), 0);
	assert_true(until(cpe_alerted));
	assert_int_equal(isdn_answer(ends[0].in), 0);
	assert_true(until(cpe_answered));
}

#endif
