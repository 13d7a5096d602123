// SPDX-License-Identifier: GPL-2.0
/* A line and its channel's events. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cas/internal.h"
#include "dahdi/dahdi.h"
#include "log/log.h"

#define EVENTS_A_TURN 64 /* DAHDI keeps no more */

enum cas_state cas_line_state(const struct cas_line *line)
{
	return line->alarm ? CAS_ALARM : line->state;
}

bool cas_line_lost(const struct cas_line *line)
{
	return line->lost;
}

const struct cas_counters *cas_line_counters(const struct cas_line *line)
{
	return &line->counters;
}

bool cas_line_alaw(const struct cas_line *line)
{
	return line->alaw;
}

int cas_line_fd(const struct cas_line *line)
{
	return line->fd;
}

int line_hook(struct cas_line *line, int what)
{
	return line->channel->hook(line->fd, what);
}

struct channel_status line_status(const struct cas_line *line)
{
	struct channel_status status = { 0 };

	line->channel->status(line->fd, &status); /* a channel that is gone tells so by an event */
	return status;
}

void line_set_alarm(struct cas_line *line, bool alarm)
{
	if (line->alarm == alarm)
		return;
	line->alarm = alarm;
	line->counters.alarms += alarm;
	line->ops->alarm(line, alarm, line->arg);
	if (alarm && line->call.stage)
		cas_ended(line, Q850_NETWORK_OUT_OF_ORDER);
	if (!alarm) { /* what was told meanwhile was not looked at */
		line->offhook = !line->end->rest_ms && line_status(line).offhook;
		line_clear(line);
	}
}

/* No event would come any more. */
static void lose(struct cas_line *line)
{
	log_error("a line's channel is gone");
	line->lost = true;
	loop_io_del(line->io);
	line->io = NULL;
	loop_timer_del(&line->timer);
	line_set_alarm(line, true);
}

static void handle(struct cas_line *line, int event)
{
	if (event < 0 || event == DAHDI_EVENT_REMOVED)
		lose(line);
	else if (event == DAHDI_EVENT_ALARM || event == DAHDI_EVENT_NOALARM)
		line_set_alarm(line, event == DAHDI_EVENT_ALARM);
	else if (line->alarm || !line->end->event(line, event))
		line->counters.ignored++;
}

void line_read(struct cas_line *line)
{
	for (int n = 0, event; n < EVENTS_A_TURN && !line->lost; n++) {
		event = line->channel->event(line->fd);
		if (event == DAHDI_EVENT_NONE)
			break;
		handle(line, event);
	}
}

static void on_io(int fd, short revents, void *arg)
{
	struct cas_line *line = arg;

	(void)fd;
	if (revents & POLLPRI)
		line_read(line);
	if ((revents & (POLLIN | POLLOUT)) && line->end->media && !line->lost)
		line->end->media(line);
	if ((revents & (POLLERR | POLLHUP | POLLNVAL)) && !line->lost)
		lose(line);
}

static const struct end_ops *end_of(enum cas_signalling signalling)
{
#ifdef HAVE_R2
	if (signalling == CAS_R2)
		return &end_r2;
#endif
	if (signalling == CAS_EM)
		return &end_em;
	return signalling <= CAS_FXO_KS ? &end_exchange : &end_telephone;
}

/* DAHDI went on hook when the channel was opened; the other end may be off hook. */
static int start(struct cas_line *line)
{
	struct channel_status status;
	int err = line->end->open ? line->end->open(line) : 0;

	if (!err)
		err = line->channel->status(line->fd, &status);
	if (!err)
		err = line_watch(line);
	if (err)
		return err;
	line->alaw = status.alaw;
	line->alarm = status.alarm;
	line->offhook = !line->end->rest_ms && status.offhook;
	line->state = CAS_CLEARING;
	line_clear(line);
	return 0;
}

int line_watch(struct cas_line *line)
{
	return loop_io_add(line->loop, &line->io, line->fd, POLLPRI, on_io, line);
}

struct cas_line *line_alloc(struct loop *loop, const struct cas_line_conf *conf,
			    const struct channel_ops *channel, int fd, const struct cas_ops *ops,
			    void *arg)
{
	struct cas_line *line = calloc(1, sizeof(*line));

	if (!line) {
		close(fd);
		return NULL;
	}
	*line = (struct cas_line){ .loop = loop,
				   .conf = *conf,
				   .channel = channel,
				   .end = end_of(conf->signalling),
				   .ops = ops,
				   .arg = arg,
				   .fd = fd,
				   .call = { .line = line } };
	return line;
}

int line_new(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
	     const struct channel_ops *channel, int fd, const struct cas_ops *ops, void *arg)
{
	struct cas_line *new = line_alloc(loop, conf, channel, fd, ops, arg);
	int err;

	if (!new)
		return -ENOMEM;
	err = start(new);
	if (err)
		cas_line_free(new);
	else
		*line = new;
	return err;
}

int cas_line_new(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
		 int fd, const struct cas_ops *ops, void *arg)
{
	return line_new(line, loop, conf, &channel_dahdi, fd, ops, arg);
}

void cas_line_drop(struct cas_line *line)
{
	if (line->call.stage)
		cas_ended(line, Q850_TEMPORARY_FAILURE);
}

void cas_line_free(struct cas_line *line)
{
	if (!line)
		return;
	loop_timer_del(&line->timer);
	loop_timer_del(&line->call.timer);
	loop_io_del(line->io);
	if (line->call.stage == STAGE_ACTIVE && line_outlives(line))
		line->ops->active(line, false, line->arg);
	if (line->end->close)
		line->end->close(line);
	line_hook(line, DAHDI_ONHOOK); /* a leg may hold the channel open */
	close(line->fd);
	explicit_bzero(line, sizeof(*line)); /* it may hold a number */
	free(line);
}
