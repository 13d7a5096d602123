// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "dataplane/internal.h"

static int open_as(struct dataplane *dp, const struct dataplane_ops *ops, struct loop *loop,
		   dp_event_fn fn, void *arg)
{
	dp->ops = ops;
	return ops->open(dp, loop, fn, arg);
}

int dataplane_open(struct dataplane **dp, enum dataplane_kind kind, struct loop *loop,
		   dp_event_fn fn, void *arg)
{
	struct dataplane *new = calloc(1, sizeof(*new));
	int err = -ENOENT;

	if (!new)
		return -ENOMEM;
	if (kind != DATAPLANE_IO_URING)
		err = open_as(new, &kernel_ops, loop, fn, arg);
	if (err == -ENOENT && kind != DATAPLANE_KERNEL)
		err = open_as(new, &uring_ops, loop, fn, arg);
	if (err) {
		free(new);
		return err;
	}
	*dp = new;
	return 0;
}

void dataplane_close(struct dataplane *dp)
{
	if (!dp)
		return;
	dp->ops->close(dp);
	free(dp);
}

const struct dataplane_ops *dataplane_ops(const struct dataplane *dp)
{
	return dp->ops;
}

const char *dataplane_error(const struct dataplane *dp)
{
	return dp->error;
}
