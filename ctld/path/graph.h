/* SPDX-License-Identifier: GPL-2.0 */
/* Relays and their ingresses, with the names of carriers and operators as numbers. */
#ifndef PHONION_PATH_GRAPH_H
#define PHONION_PATH_GRAPH_H

#include "path/path.h"

/* Number of a carrier's or operator's name; 0: none. */
typedef uint32_t path_name;

struct node {
	const struct descriptor *descriptor;
	void *cookie;
	path_name operator;
	path_name carriers[DESCRIPTOR_MAX_TRUNKS];
	uint32_t first, n; /* its doors */
};

/* An ingress at its relay. */
struct door {
	uint32_t node;
	uint32_t trunk;
	const struct ingress *ingress;
	bool free;
};

struct path_graph {
	struct node *nodes;
	size_t n_nodes, room_nodes;
	struct door *doors;
	size_t n_doors, room_doors;
	void *names; /* of tsearch(3) */
	uint32_t n_names;
};

/* 0 when there was no memory; the same number for the same name. */
path_name graph_name(struct path_graph *graph, const char *text);

#endif
