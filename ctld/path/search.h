/* SPDX-License-Identifier: GPL-2.0 */
/* A search for one path, with some of the constraints lifted to find out which one hinders. */
#ifndef PHONION_PATH_SEARCH_H
#define PHONION_PATH_SEARCH_H

#include "path/graph.h"

/* Constraints that can be lifted, and one that can be asked for on top. */
enum {
	LIFT_FREE = 1 << 0,
	LIFT_REGION = 1 << 1,
	LIFT_ENTRY = 1 << 2,
	LIFT_PRICE = 1 << 3,
	LIFT_PINS = 1 << 4,
	LIFT_FROM = 1 << 5,
	LIFT_TO = 1 << 6,
	LIFT_OPERATOR = 1 << 7,
	LIFT_CARRIER = 1 << 8,
	LIFT_ALL = (1 << 9) - 1,
	INNER_SHARED = 1 << 9,
};

struct search {
	struct path_graph *graph;
	const struct path_wish *wish;
	struct path_random *random;
	unsigned int flags;
	bool exhausted; /* out: all paths were looked at */
};

/* -ENOENT: none was found. */
int search_run(struct search *search, struct path *path);

/* Does the door fit at this hop, leaving aside all the others? */
bool search_fits(const struct search *search, unsigned int hop, const struct door *door);

/* Writes the sentence for a search that found nothing. */
void search_explain(const struct search *search, char why[PATH_WHY_SIZE]);

#endif
