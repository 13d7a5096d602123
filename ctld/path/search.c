// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "path/search.h"

/* Draws of whole paths before all are searched, and steps of that search: tens of ms each. */
#define MAX_DRAWS 50000
#define MAX_STEPS 500000

/* The doors that fit at a hop, those of a relay together. */
struct choice {
	uint32_t first, n; /* in doors */
};

struct pool {
	struct choice *choices;
	size_t n;
	uint32_t *doors;
};

/* A path as far as it is built; what is at a depth counts only when it is reached. */
struct state {
	struct search *search;
	struct pool pools[PATH_MAX_HOPS];
	uint32_t nodes[PATH_MAX_HOPS];
	uint32_t doors[PATH_MAX_HOPS];
	const struct descriptor_trunk *out[PATH_MAX_HOPS];
	path_name links[PATH_MAX_HOPS + 1][2];
	path_name to_carrier;
	/* of the search of all */
	uint64_t steps;
	double weight;
	bool found;
	struct path *path;
};

static bool in_list(const char *const *list, const char *region)
{
	if (!list)
		return true;
	for (; *list; list++)
		if (!strcasecmp(*list, region))
			return true;
	return false;
}

static bool fits_pin(const struct path_pin *pin, const struct descriptor *descriptor,
		     const struct ingress *ingress)
{
	if (pin->relay && memcmp(pin->relay, descriptor->relay, SIGN_KEY_LEN))
		return false;
	return !pin->ingress || !strcmp(pin->ingress, ingress->number);
}

static bool fits_kind(const struct search *search, unsigned int hop, const struct ingress *ingress)
{
	enum path_entry entry = search->wish->entry;

	if (hop)
		return !(search->flags & INNER_SHARED) || ingress->lanes;
	if (search->flags & LIFT_ENTRY || entry == PATH_ENTRY_ANY)
		return true;
	return entry == PATH_ENTRY_SHARED ? ingress->lanes != 0 : !ingress->lanes;
}

bool search_fits(const struct search *search, unsigned int hop, const struct door *door)
{
	const struct path_wish *wish = search->wish;
	const struct descriptor *descriptor = search->graph->nodes[door->node].descriptor;
	const char *region = descriptor->trunks[door->trunk].region;
	unsigned int flags = search->flags;

	if (!door->free && !(flags & LIFT_FREE))
		return false;
	if (!(flags & LIFT_REGION) &&
	    (!in_list(wish->regions, region) || (!hop && !in_list(wish->entry_regions, region))))
		return false;
	if (!(flags & LIFT_PRICE) && wish->price_below && descriptor->price >= wish->price_below)
		return false;
	if (!(flags & LIFT_PINS) && !fits_pin(&wish->pins[hop], descriptor, door->ingress))
		return false;
	return fits_kind(search, hop, door->ingress);
}

static int fill_pool(struct search *search, unsigned int hop, struct pool *pool)
{
	const struct path_graph *graph = search->graph;
	uint32_t n = 0;

	pool->choices = calloc(graph->n_nodes ? graph->n_nodes : 1, sizeof(*pool->choices));
	pool->doors = calloc(graph->n_doors ? graph->n_doors : 1, sizeof(*pool->doors));
	if (!pool->choices || !pool->doors)
		return -ENOMEM;
	for (size_t i = 0; i < graph->n_nodes; i++) {
		struct choice choice = { .first = n };

		for (uint32_t j = 0; j < graph->nodes[i].n; j++)
			if (search_fits(search, hop, &graph->doors[graph->nodes[i].first + j]))
				pool->doors[n++] = graph->nodes[i].first + j;
		choice.n = n - choice.first;
		if (choice.n)
			pool->choices[pool->n++] = choice;
	}
	return 0;
}

/* May the link that was just filled in be there, with the links before it and the callee's? */
static bool link_disjoint(const struct state *state, unsigned int link, bool last)
{
	const path_name *now = state->links[link];

	if (state->search->flags & LIFT_CARRIER)
		return true;
	for (int i = 0; i < 2; i++) {
		if (!now[i])
			continue;
		if (!last && now[i] == state->to_carrier)
			return false;
		for (unsigned int l = 0; l < link; l++)
			if (state->links[l][0] == now[i] || state->links[l][1] == now[i])
				return false;
	}
	return true;
}

static bool seen_before(const struct state *state, unsigned int hop, uint32_t node)
{
	const struct node *nodes = state->search->graph->nodes;
	bool operators = !(state->search->flags & LIFT_OPERATOR);

	for (unsigned int i = 0; i < hop; i++)
		if (state->nodes[i] == node ||
		    (operators && nodes[state->nodes[i]].operator== nodes[node].operator))
			return true;
	return false;
}

/* The relay of HOP dials NUMBER: by which trunk? */
static bool route(struct state *state, unsigned int hop, const char *number)
{
	const struct node *node = &state->search->graph->nodes[state->nodes[hop]];

	state->out[hop] = descriptor_route(node->descriptor, number);
	if (!state->out[hop])
		return false;
	state->links[hop + 1][0] = node->carriers[state->out[hop] - node->descriptor->trunks];
	return true;
}

/* Puts a door at HOP if it may stand there after those before. */
static bool extend(struct state *state, unsigned int hop, uint32_t door)
{
	const struct path_graph *graph = state->search->graph;
	const struct door *d = &graph->doors[door];

	if (seen_before(state, hop, d->node))
		return false;
	if (hop && !route(state, hop - 1, d->ingress->number))
		return false;
	state->links[hop][1] = graph->nodes[d->node].carriers[d->trunk];
	if (!link_disjoint(state, hop, false))
		return false;
	state->nodes[hop] = d->node;
	state->doors[hop] = door;
	return true;
}

static bool complete(struct state *state)
{
	unsigned int hops = state->search->wish->hops;

	if (!route(state, hops - 1, state->search->wish->to))
		return false;
	state->links[hops][1] = state->to_carrier;
	return link_disjoint(state, hops, true);
}

static void keep(struct state *state)
{
	const struct path_graph *graph = state->search->graph;
	struct path *path = state->path;

	path->n = state->search->wish->hops;
	path->own_inner = false;
	for (unsigned int i = 0; i < path->n; i++) {
		const struct door *door = &graph->doors[state->doors[i]];
		const struct node *node = &graph->nodes[door->node];

		path->hops[i] = (struct path_hop){
			.descriptor = node->descriptor,
			.in = &node->descriptor->trunks[door->trunk],
			.out = state->out[i],
			.ingress = door->ingress,
			.cookie = node->cookie,
		};
		path->own_inner |= i && !door->ingress->lanes;
	}
	state->found = true;
}

static bool draw(struct state *state)
{
	struct path_random *random = state->search->random;

	for (unsigned int hop = 0; hop < state->search->wish->hops; hop++) {
		const struct pool *pool = &state->pools[hop];
		const struct choice *choice = &pool->choices[random_below(random, pool->n)];
		uint32_t door = pool->doors[choice->first + random_below(random, choice->n)];

		if (!extend(state, hop, door))
			return false;
	}
	return complete(state);
}

/* Each path met takes the place of the one kept with its share of the weight so far. */
static void weigh(struct state *state, double weight)
{
	state->weight += weight;
	if (random_unit(state->search->random) * state->weight < weight)
		keep(state);
}

static void search_all(struct state *state, unsigned int hop, double weight)
{
	const struct pool *pool = &state->pools[hop];

	for (size_t i = 0; i < pool->n; i++) {
		const struct choice *choice = &pool->choices[i];

		for (uint32_t j = 0; j < choice->n; j++) {
			if (state->steps++ >= MAX_STEPS)
				return;
			if (!extend(state, hop, pool->doors[choice->first + j]))
				continue;
			if (hop + 1 < state->search->wish->hops)
				search_all(state, hop + 1, weight / choice->n);
			else if (complete(state))
				weigh(state, weight / choice->n);
		}
	}
}

static int start(struct state *state)
{
	struct search *search = state->search;
	const struct path_wish *wish = search->wish;
	int err = 0;

	if (wish->from_carrier && !(search->flags & LIFT_FROM)) {
		state->links[0][0] = graph_name(search->graph, wish->from_carrier);
		err = state->links[0][0] ? 0 : -ENOMEM;
	}
	if (wish->to_carrier && !(search->flags & LIFT_TO)) {
		state->to_carrier = graph_name(search->graph, wish->to_carrier);
		err = state->to_carrier ? err : -ENOMEM;
	}
	for (unsigned int i = 0; i < wish->hops && !err; i++) {
		err = fill_pool(search, i, &state->pools[i]);
		if (!err && !state->pools[i].n)
			err = -ENOENT;
	}
	search->exhausted = err == -ENOENT;
	return err;
}

static void find(struct state *state)
{
	struct search *search = state->search;

	for (unsigned int i = 0; i < MAX_DRAWS; i++) {
		if (draw(state)) {
			keep(state);
			state->path->exact = true;
			return;
		}
	}
	for (unsigned int i = 0; i < search->wish->hops; i++)
		random_shuffle(search->random, state->pools[i].choices, state->pools[i].n,
			       sizeof(*state->pools[i].choices));
	search_all(state, 0, 1);
	search->exhausted = state->steps <= MAX_STEPS;
	state->path->exact = search->exhausted;
}

int search_run(struct search *search, struct path *path)
{
	struct state state = { .search = search, .path = path };
	int err = start(&state);

	if (!err)
		find(&state);
	for (unsigned int i = 0; i < PATH_MAX_HOPS; i++) {
		free(state.pools[i].choices);
		free(state.pools[i].doors);
	}
	if (!err && !state.found)
		err = -ENOENT;
	explicit_bzero(&state, sizeof(state));
	return err;
}
