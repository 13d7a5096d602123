// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "path/search.h"

static int choose(struct search *search, struct path *path)
{
	int err;

	search->flags = INNER_SHARED;
	err = search_run(search, path);
	if (err != -ENOENT)
		return err;
	search->flags = 0;
	return search_run(search, path);
}

int path_choose(struct path_graph *graph, const struct path_wish *wish, struct path_random *random,
		struct path *path, char why[PATH_WHY_SIZE])
{
	struct search search = { .graph = graph, .wish = wish, .random = random };
	int err;

	why[0] = '\0';
	if (!wish->hops || wish->hops > PATH_MAX_HOPS)
		return -EINVAL;
	err = choose(&search, path);
	if (err == -ENOENT)
		search_explain(&search, why);
	return err;
}
