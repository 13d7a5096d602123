// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plan.h"
#include "protocol/token.h"

#define CODE_DIGITS 10

/* May a reservation for this window be made at this broker? */
static bool takes(const struct directory *directory, const struct window *window)
{
	return window->to <= (uint64_t)time(NULL) + directory->horizon_s;
}

/* Only brokers that have the newest word of the relay, for an older may lack the number. */
static unsigned int brokers_of(const struct plan *plan, const struct known_relay *relay,
			       const struct window *window, unsigned int out[MAX_BROKERS])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < relay->n; i++)
		if (relay->at[i].entry->descriptor->sequence == relay->descriptor->sequence &&
		    takes(plan->directories->of[relay->at[i].broker], window))
			out[n++] = relay->at[i].broker;
	return n;
}

struct looking {
	const struct plan *plan;
	const struct known_relay *relay;
	const struct window *window;
	bool open; /* some broker takes reservations of it */
};

static bool is_free(const struct descriptor *descriptor, const struct ingress *ingress, void *arg)
{
	const struct looking *looking = arg;
	const struct busy_numbers *busy = &looking->plan->busy;

	(void)descriptor;
	for (unsigned int i = 0; i < busy->n; i++)
		if (!strcmp(busy->numbers[i], ingress->number))
			return false;
	return looking->open && directories_free(looking->plan->directories, looking->relay,
						 ingress->number, looking->window);
}

static int fill_graph(struct plan *plan, const struct window *window, struct path_graph *graph)
{
	struct directories *directories = plan->directories;
	unsigned int brokers[MAX_BROKERS];
	uint64_t now = time(NULL);
	int err = 0;

	for (size_t i = 0; i < directories->n_relays && !err; i++) {
		struct known_relay *relay = &directories->relays[i];
		struct looking looking = { plan, relay, window, false };

		if (relay->bad || relay->descriptor->expires <= now)
			continue;
		looking.open = brokers_of(plan, relay, window, brokers) > 0;
		err = path_graph_add(graph, relay->descriptor, relay, is_free, &looking);
	}
	return err;
}

/* A directory may hold forged descriptors: only those on the path are worth the time. */
static bool verified(const struct path *path)
{
	bool good = true;

	for (unsigned int i = 0; i < path->n; i++)
		good &= directories_verify(path->hops[i].cookie);
	return good;
}

static int find_path(struct plan *plan, const struct window *window, struct path *path,
		     char why[PATH_WHY_SIZE])
{
	struct path_graph *graph;
	int err;

	do {
		err = path_graph_new(&graph);
		if (err)
			return err;
		err = fill_graph(plan, window, graph);
		if (!err)
			err = path_choose(graph, &plan->wish, &plan->client->random, path, why);
		path_graph_free(graph);
	} while (!err && !verified(path));
	return err;
}

int plan_renew(struct booking *hop)
{
	hop->state = BOOKING_PLANNED;
	hop->answered = false;
	if (RAND_bytes(hop->id, sizeof(hop->id)) != 1 ||
	    RAND_priv_bytes(hop->cancel_secret, sizeof(hop->cancel_secret)) != 1)
		return -EIO;
	return hpke_keypair(hop->reply_private, hop->reply_key);
}

static int fill_hop(struct plan *plan, const struct window *window, const struct path_hop *from,
		    struct booking *hop)
{
	const struct known_relay *relay = from->cookie;
	const struct descriptor *d = from->descriptor;
	unsigned int brokers[MAX_BROKERS];
	unsigned int n = brokers_of(plan, relay, window, brokers), broker;

	if (!n)
		return -ENOENT;
	memset(hop, 0, sizeof(*hop));
	broker = brokers[random_below(&plan->client->random, n)];
	memcpy(hop->broker, plan->directories->brokers[broker].key, sizeof(hop->broker));
	memcpy(hop->relay, d->relay, sizeof(hop->relay));
	memcpy(hop->seal_key, d->seal_key, sizeof(hop->seal_key));
	snprintf(hop->operator, sizeof(hop->operator), "%s", d->operator);
	snprintf(hop->carrier_in, sizeof(hop->carrier_in), "%s", from->in->carrier);
	snprintf(hop->ingress, sizeof(hop->ingress), "%s", from->ingress->number);
	if (from->ingress->lanes)
		random_digits(&plan->client->random, hop->code, CODE_DIGITS);
	if (slots_cover(&hop->slots, plan->directories->of[broker]->slot_s, window->from,
			window->to))
		return -ERANGE;
	hop->tokens = d->price * hop->slots.count;
	return plan_renew(hop);
}

/* Each hop is told how the next one is reached. */
static void link_hops(struct circuit *circuit, const struct path *path, unsigned int first)
{
	for (unsigned int i = first; i < circuit->n; i++) {
		struct booking *hop = &circuit->hops[i];
		const struct booking *next = i + 1 < circuit->n ? hop + 1 : NULL;

		snprintf(hop->carrier_out, sizeof(hop->carrier_out), "%s",
			 path->hops[i].out->carrier);
		snprintf(hop->next, sizeof(hop->next), "%s", next ? next->ingress : circuit->to);
		hop->postd[0] = '\0';
		if (next && next->code[0])
			snprintf(hop->postd, sizeof(hop->postd), "p%s#", next->code);
	}
}

int plan_choose(struct plan *plan, struct circuit *circuit, unsigned int keep,
		char why[PATH_WHY_SIZE])
{
	struct path_pin pins[PATH_MAX_HOPS];
	struct path path;
	int err;

	memcpy(pins, plan->wish.pins, sizeof(pins));
	for (unsigned int i = 0; i < keep; i++)
		plan->wish.pins[i] =
			(struct path_pin){ circuit->hops[i].relay, circuit->hops[i].ingress };
	err = find_path(plan, &circuit->window, &path, why);
	memcpy(plan->wish.pins, pins, sizeof(pins));
	if (err)
		return err;
	circuit->n = path.n;
	for (unsigned int i = keep; i < path.n && !err; i++)
		err = fill_hop(plan, &circuit->window, &path.hops[i], &circuit->hops[i]);
	if (!err)
		link_hops(circuit, &path, keep ? keep - 1 : 0);
	plan->own_inner = path.own_inner;
	plan->exact = path.exact;
	return err;
}
