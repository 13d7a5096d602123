// SPDX-License-Identifier: GPL-2.0
/*
 * A line whose answered call has outlived the daemon: its channel was never closed, so that
 * DAHDI did not go on hook, and has kept the events.
 */
#include <errno.h>

#include "cas/internal.h"

#define LOOK_MS 1500 /* longer than a flash */

static void on_look(void *arg);

/* Twice on hook is on hook, and no flash. */
static void seems_over(struct cas_line *line)
{
	if (line->call.over) {
		cas_ended(line, Q850_NORMAL_CLEARING);
		return;
	}
	line->call.over = true;
	cas_await(line, LOOK_MS, on_look);
}

/*
 * The events tell, unless there were more than DAHDI keeps: so it is looked at, too. Of an
 * exchange there is nothing to see.
 */
static void on_look(void *arg)
{
	struct cas_line *line = arg;
	struct channel_status status;

	line_read(line);
	if (line->call.stage != STAGE_ACTIVE || line->lost)
		return;
	status = line_status(line);
	if (status.alarm)
		line_set_alarm(line, true);
	else if (!status.offhook && !line->end->rest_ms)
		seems_over(line);
}

static int take_up(struct cas_line *line, void *owner)
{
	struct channel_status status;
	int err = line->channel->status(line->fd, &status);

	if (err)
		return err;
	line->alaw = status.alaw;
	line->offhook = !line->end->rest_ms;
	cas_begin(line, STAGE_ACTIVE);
	line->call.owner = owner;
	line->call.over = false;
	cas_await(line, 0, on_look);
	return line_watch(line);
}

int line_adopt(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
	       const struct channel_ops *channel, int fd, const struct cas_ops *ops, void *arg,
	       void *owner, struct cas_call **call)
{
	struct cas_line *new = line_alloc(loop, conf, channel, fd, ops, arg);
	int err;

	if (!new)
		return -ENOMEM;
	err = line_outlives(new) ? take_up(new, owner) : -EOPNOTSUPP;
	if (err) {
		cas_line_free(new);
		return err;
	}
	*line = new;
	*call = &new->call;
	return 0;
}

int cas_line_adopt(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
		   int fd, const struct cas_ops *ops, void *arg, void *owner,
		   struct cas_call **call)
{
	return line_adopt(line, loop, conf, &channel_dahdi, fd, ops, arg, owner, call);
}
