// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "dataplane/internal.h"

int dataplane_open(struct dataplane **dp, struct loop *loop, dp_event_fn fn, void *arg)
{
	struct dataplane *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->ops = &kernel_ops;
	err = new->ops->open(new, loop, fn, arg);
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
	return dp->genl.error;
}
