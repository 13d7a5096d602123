// SPDX-License-Identifier: GPL-2.0
/* A span: libpri on the daemon's loop. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "isdn/internal.h"
#include "log/log.h"

#define FRAMES_A_TURN 32
#define NAP_MAX_MS    10000 /* libpri's clock is the wall's, which may be set */

/* libpri has no end for what pri_new() begins: the last, whose userdata is the one before. */
static struct pri *parked;

static void on_message(struct pri *pri, char *text)
{
	(void)pri;
	(void)text; /* numbers are in it */
}

enum isdn_state isdn_span_state(const struct isdn_span *span)
{
	if (span->alarm)
		return ISDN_ALARM;
	return span->up ? ISDN_UP : ISDN_DOWN;
}

bool isdn_span_lost(const struct isdn_span *span)
{
	return !span->io;
}

void span_tell(struct isdn_span *span, enum isdn_state before)
{
	enum isdn_state now = isdn_span_state(span);

	if (now != before)
		span->ops->state(span, now, span->arg);
}

static void on_timer(void *arg)
{
	struct isdn_span *span = arg;
	pri_event *event;

	while ((event = pri_schedule_run(span->pri)))
		event_handle(span, event);
	span_schedule(span);
}

void span_schedule(struct isdn_span *span)
{
	struct timeval *next = pri_schedule_next(span->pri), now, left;
	uint64_t ms = 0;

	if (!next) {
		loop_timer_del(&span->timer);
		return;
	}
	gettimeofday(&now, NULL);
	if (timercmp(next, &now, >)) {
		timersub(next, &now, &left);
		ms = left.tv_sec < NAP_MAX_MS / 1000 ? left.tv_sec * 1000 + left.tv_usec / 1000 + 1
						     : NAP_MAX_MS;
	}
	loop_timer_set(span->loop, &span->timer, ms, on_timer, span);
}

static void set_alarm(struct isdn_span *span, bool alarm)
{
	enum isdn_state before = isdn_span_state(span);

	span->alarm = alarm;
	span_tell(span, before);
}

/* No timer of libpri's could bring anything back. */
static void lose(struct isdn_span *span)
{
	log_error("ISDN: a D channel is gone");
	loop_io_del(span->io);
	span->io = NULL;
	set_alarm(span, true);
	while (span->calls)
		call_clear(span->calls, PRI_CAUSE_NETWORK_OUT_OF_ORDER);
}

static void read_frames(struct isdn_span *span)
{
	pri_event *event;
	int n = 0;

	do {
		event = pri_check_event(span->pri);
		if (event)
			event_handle(span, event);
	} while (span->got && ++n < FRAMES_A_TURN);
}

static void on_io(int fd, short revents, void *arg)
{
	struct isdn_span *span = arg;
	int alarm;

	if (revents & POLLPRI)
		while ((alarm = dchannel_event(fd)) >= 0)
			set_alarm(span, alarm);
	if (revents & POLLIN)
		read_frames(span);
	if (revents & (POLLERR | POLLHUP | POLLNVAL))
		lose(span);
	span_schedule(span);
}

static int switch_of(const struct isdn_span_conf *conf)
{
	static const int types[] = {
		[ISDN_NI2] = PRI_SWITCH_NI2,	   [ISDN_EUROISDN] = PRI_SWITCH_EUROISDN_E1,
		[ISDN_DMS100] = PRI_SWITCH_DMS100, [ISDN_5ESS] = PRI_SWITCH_LUCENT5E,
		[ISDN_4ESS] = PRI_SWITCH_ATT4ESS,  [ISDN_QSIG] = PRI_SWITCH_QSIG
	};

	if (conf->variant == ISDN_EUROISDN && conf->channels <= 24)
		return PRI_SWITCH_EUROISDN_T1;
	return types[conf->variant];
}

static int start(struct isdn_span *span)
{
	const struct isdn_span_conf *conf = &span->conf;

	pri_set_message(on_message);
	pri_set_error(on_message);
	span->pri = pri_new_cb(span->fd, conf->network ? PRI_NETWORK : PRI_CPE, switch_of(conf),
			       dchannel_read, dchannel_write, span);
	if (!span->pri)
		return -ENOMEM;
	pri_set_overlapdial(span->pri, conf->overlap);
	pri_hangup_fix_enable(span->pri, 1);
	channels_init(span);
	span->alarm = dchannel_alarm(span->fd);
	span_schedule(span);
	return loop_io_add(span->loop, &span->io, span->fd, POLLIN | POLLPRI, on_io, span);
}

int isdn_span_new(struct isdn_span **span, struct loop *loop, const struct isdn_span_conf *conf,
		  int fd, const struct isdn_ops *ops, void *arg)
{
	bool good = conf->channels <= ISDN_MAX_CHANNELS && conf->dchannel &&
		    conf->dchannel <= conf->channels;
	struct isdn_span *new = good ? calloc(1, sizeof(*new)) : NULL;
	int err;

	if (!new) {
		close(fd);
		return good ? -ENOMEM : -EINVAL;
	}
	new->loop = loop;
	new->conf = *conf;
	new->fd = fd;
	new->ops = ops;
	new->arg = arg;
	err = start(new);
	if (err)
		isdn_span_free(new);
	else
		*span = new;
	return err;
}

/* Kept where it can be found: it must outlive nothing, but cannot be freed. */
static void park(struct pri *pri)
{
	pri_set_userdata(pri, parked);
	parked = pri;
}

void isdn_span_free(struct isdn_span *span)
{
	if (!span)
		return;
	while (span->calls) {
		pri_destroycall(span->pri, span->calls->q931);
		call_remove(span->calls);
	}
	loop_timer_del(&span->t316);
	loop_timer_del(&span->timer);
	loop_io_del(span->io);
	if (span->pri)
		park(span->pri);
	close(span->fd);
	free(span);
}
