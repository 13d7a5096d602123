// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "store/ops.h"

static int open_store(struct store **store, const char *path, char **error)
{
	(void)store;
	(void)path;
	*error = strdup("PostgreSQL is not served yet: use sqlite:PATH");
	return -EOPNOTSUPP;
}

const struct store_ops store_postgres = {
	.open = open_store,
};
