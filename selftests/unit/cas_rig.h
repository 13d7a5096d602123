/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line, on a channel that tells what the test wants and notes what it is asked. No
 * time passes: what the line awaits is let happen.
 */
#ifndef PHONION_CAS_RIG_H
#define PHONION_CAS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "cas/internal.h"
#include "dahdi/dahdi.h"

#define NOTHING -1

static struct {
	int events[80];
	size_t n_events, at;
	struct channel_status status;
	int status_err, hook_err, dial_err, reverse_err, busy_err;
	int hook; /* asked last */
	char dialled[CAS_NUMBER_SIZE + 1];
	int reversed, busy;
} fake;

static struct {
	struct cas_call *call;
	char number[CAS_NUMBER_SIZE], pulse;
	bool complete, refuse;
	int incoming, digits, dialled, alerting, answered, flash, ended, cause, alarms;
	bool alarm;
	int active; /* or have been */
} told;

static struct loop *loop;
static struct cas_line *line;

static int fake_hook(int fd, int what)
{
	(void)fd;
	if (!fake.hook_err)
		fake.hook = what;
	return what == DAHDI_ONHOOK ? 0 : fake.hook_err;
}

static int fake_dial(int fd, const char *string)
{
	(void)fd;
	snprintf(fake.dialled, sizeof(fake.dialled), "%s", string);
	return fake.dial_err;
}

static int fake_event(int fd)
{
	(void)fd;
	return fake.at < fake.n_events ? fake.events[fake.at++] : DAHDI_EVENT_NONE;
}

static int fake_status(int fd, struct channel_status *status)
{
	(void)fd;
	*status = fake.status;
	return fake.status_err;
}

static int fake_reverse(int fd, bool reversed)
{
	(void)fd;
	fake.reversed = reversed;
	return fake.reverse_err;
}

static int fake_busy(int fd, bool heard)
{
	(void)fd;
	if (!fake.busy_err)
		fake.busy = heard;
	return fake.busy_err;
}

static const struct channel_ops channel = { fake_hook,	 fake_dial,    fake_event,
					    fake_status, fake_reverse, fake_busy };

static void on_incoming(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	assert_ptr_equal(arg, &told);
	told.call = call;
	told.incoming++;
	told.complete = setup->complete;
	snprintf(told.number, sizeof(told.number), "%s", setup->number);
	if (told.refuse)
		cas_hangup(call, 1);
}

static void on_digits(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	(void)arg;
	assert_ptr_equal(call, told.call);
	told.digits++;
	told.complete = setup->complete;
	snprintf(told.number, sizeof(told.number), "%s", setup->number);
}

static void on_dialled(struct cas_call *call, void *arg)
{
	(void)call;
	(void)arg;
	told.dialled++;
}

static void on_alerting(struct cas_call *call, void *arg)
{
	(void)call;
	(void)arg;
	told.alerting++;
}

static void on_answered(struct cas_call *call, void *arg)
{
	(void)call;
	(void)arg;
	told.answered++;
}

static void on_flash(struct cas_call *call, void *arg)
{
	(void)call;
	(void)arg;
	told.flash++;
}

static void on_pulse(struct cas_call *call, char digit, void *arg)
{
	(void)call;
	(void)arg;
	told.pulse = digit;
}

static void on_ended(struct cas_call *call, int cause, void *arg)
{
	(void)arg;
	told.cause = cause;
	told.ended++;
	cas_hangup(call, 16); /* is of no use, and no harm */
}

static void on_alarm(struct cas_line *of, bool alarm, void *arg)
{
	(void)of;
	(void)arg;
	told.alarms++;
	told.alarm = alarm;
}

static void on_active(struct cas_line *of, bool active, void *arg)
{
	(void)of;
	(void)arg;
	told.active += active ? 1 : -1;
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

static inline void open_conf(const struct cas_line_conf *conf)
{
	memset(&told, 0, sizeof(told));
	fake.hook = fake.reversed = fake.busy = NOTHING;
	fake.busy_err = -ENOSYS; /* the zone has none, unless the test says so */
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(line_new(&line, loop, conf, &channel, eventfd(0, 0), &ops, &told), 0);
}

static inline void close_line(void)
{
	cas_line_free(line);
	loop_free(loop);
	memset(&fake, 0, sizeof(fake));
}

static inline void tell(int event)
{
	fake.events[0] = event;
	fake.n_events = 1;
	fake.at = 0;
	line_read(line);
}

/* What is awaited happens. */
static inline void fire(struct loop_timer *timer)
{
	loop_fn fn = timer->fn;
	void *arg = timer->arg;

	assert_true(timer->slot);
	loop_timer_del(timer);
	fn(arg);
}

#endif
