// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "path/graph.h"

#define NAME_SIZE 256 /* longer ones are compared so far */

struct name {
	path_name number;
	char text[NAME_SIZE];
};

/* Lower case, and single spaces in between only. */
static void normalise(char out[NAME_SIZE], const char *text)
{
	size_t n = 0;
	bool space = false;

	for (; *text && n < NAME_SIZE - 2; text++) {
		if (isspace((unsigned char)*text)) {
			space = n > 0;
			continue;
		}
		if (space)
			out[n++] = ' ';
		space = false;
		out[n++] = tolower((unsigned char)*text);
	}
	out[n] = '\0';
}

bool path_same_name(const char *a, const char *b)
{
	char x[NAME_SIZE], y[NAME_SIZE];

	normalise(x, a);
	normalise(y, b);
	return !strcmp(x, y);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* Looked up with a name on the stack, so that only a new one needs memory. */
path_name graph_name(struct path_graph *graph, const char *text)
{
	struct name key, **found;
	struct name *name;

	normalise(key.text, text);
	found = tfind(&key, &graph->names, compare);
	if (found)
		return (*found)->number;
	name = malloc(sizeof(*name));
	if (!name)
		return 0;
	key.number = graph->n_names + 1;
	memcpy(name, &key, offsetof(struct name, text) + strlen(key.text) + 1);
	if (!tsearch(name, &graph->names, compare)) {
		free(name);
		return 0;
	}
	return ++graph->n_names;
}

int path_graph_new(struct path_graph **graph)
{
	*graph = calloc(1, sizeof(**graph));
	return *graph ? 0 : -ENOMEM;
}

void path_graph_free(struct path_graph *graph)
{
	if (!graph)
		return;
	tdestroy(graph->names, free);
	free(graph->nodes);
	free(graph->doors);
	free(graph);
}

/* Room for N more items. */
static int reserve(void **items, size_t *room, size_t used, size_t n, size_t size)
{
	size_t want = *room ? *room : 64;
	void *new;

	while (want < used + n)
		want *= 2;
	if (want == *room)
		return 0;
	new = realloc(*items, want * size);
	if (!new)
		return -ENOMEM;
	*items = new;
	*room = want;
	return 0;
}

static int add_trunk(struct path_graph *graph, struct node *node, uint32_t trunk,
		     path_free_fn is_free, void *arg)
{
	const struct descriptor_trunk *t = &node->descriptor->trunks[trunk];

	node->carriers[trunk] = graph_name(graph, t->carrier);
	if (!node->carriers[trunk] ||
	    reserve((void **)&graph->doors, &graph->room_doors, graph->n_doors, t->n_ingresses,
		    sizeof(*graph->doors)))
		return -ENOMEM;
	for (size_t i = 0; i < t->n_ingresses; i++) {
		const struct ingress *ingress = &t->ingresses[i];

		graph->doors[graph->n_doors++] = (struct door){
			.node = graph->n_nodes,
			.trunk = trunk,
			.ingress = ingress,
			.free = !is_free || is_free(node->descriptor, ingress, arg),
		};
		node->n++;
	}
	return 0;
}

int path_graph_add(struct path_graph *graph, const struct descriptor *descriptor, void *cookie,
		   path_free_fn is_free, void *arg)
{
	struct node node = { .descriptor = descriptor, .cookie = cookie, .first = graph->n_doors };
	int err = reserve((void **)&graph->nodes, &graph->room_nodes, graph->n_nodes, 1,
			  sizeof(*graph->nodes));

	if (err)
		return err;
	node.operator= graph_name(graph, descriptor->operator);
	if (!node.operator)
		return -ENOMEM;
	for (uint32_t i = 0; i < descriptor->n_trunks && !err; i++)
		err = add_trunk(graph, &node, i, is_free, arg);
	if (err)
		graph->n_doors = node.first;
	else
		graph->nodes[graph->n_nodes++] = node;
	return err;
}
