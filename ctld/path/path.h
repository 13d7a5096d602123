/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chooses the relays of a circuit, on the callee's machine. Pure: no I/O but
 * the random numbers, no clock.
 *
 * A circuit of hops r1 ... rL has links 0 ... L, and each link the carriers
 * that see it:
 *
 *   link 0  caller's carrier, if told; the carrier of r1's ingress
 *   link i  the carrier by which r_i dials r_i+1's ingress; that ingress's
 *   link L  the carrier by which r_L dials the callee; the callee's, if told
 *
 * Admissible is a path in which no carrier is in two links, no relay and no
 * operator is there twice, every ingress is free, every relay has a route to
 * the next number, and all that the wish says holds.
 *
 * Distribution: each hop's relay is drawn evenly from all that may stand there,
 * then one of its free ingresses, evenly; and the whole is drawn again until it
 * is admissible. So an admissible path's chance is proportional to the product
 * over its hops of 1 / (free ingresses of the relay): all admissible chains of
 * relays are equally likely but for their numbers, and a relay with a thousand
 * numbers is no likelier than one with a single one. Where admissible paths are
 * so rare that this finds none, all paths are searched and one is drawn with
 * the same chances; where there are too many for that as well, a path is drawn
 * from those that a bounded search in random order met, and EXACT is false.
 */
#ifndef PHONION_PATH_H
#define PHONION_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "path/random.h"
#include "protocol/descriptor.h"

#define PATH_MAX_HOPS 8
#define PATH_WHY_SIZE 256

struct path_graph;

int path_graph_new(struct path_graph **graph);
void path_graph_free(struct path_graph *graph); /* NULL is allowed */

/* Is an ingress free for the whole window? */
typedef bool (*path_free_fn)(const struct descriptor *descriptor, const struct ingress *ingress,
			     void *arg);
/*
 * Adds a relay, each only once; DESCRIPTOR must outlive the graph, COOKIE comes
 * back with each hop. IS_FREE NULL: everything is free.
 */
int path_graph_add(struct path_graph *graph, const struct descriptor *descriptor, void *cookie,
		   path_free_fn is_free, void *arg);

/* What the number is that the caller dials. */
enum path_entry {
	PATH_ENTRY_ANY,
	PATH_ENTRY_OWN,	   /* no access code: for telephones that cannot send tones */
	PATH_ENTRY_SHARED, /* with a code */
};

/* What stands at a hop already. */
struct path_pin {
	const uint8_t *relay; /* SIGN_KEY_LEN octets; NULL: any */
	const char *ingress;  /* NULL: any of that relay */
};

struct path_wish {
	unsigned int hops;				   /* 1 to PATH_MAX_HOPS */
	const char *to;					   /* the callee's number, E.164 with + */
	const char *from_carrier, *to_carrier;		   /* NULL: not told */
	const char *const *regions, *const *entry_regions; /* of ingresses, NULL ends; NULL: all */
	enum path_entry entry;
	uint32_t price_below; /* tokens for each slot; 0: any price */
	struct path_pin pins[PATH_MAX_HOPS];
};

struct path_hop {
	const struct descriptor *descriptor;
	const struct descriptor_trunk *in, *out; /* out: dials the next number */
	const struct ingress *ingress;
	void *cookie;
};

struct path {
	unsigned int n;
	struct path_hop hops[PATH_MAX_HOPS];
	bool exact;	/* drawn with the chances above */
	bool own_inner; /* an inner hop has a number of its own */
};

/*
 * Inner hops get shared ingresses if that is possible at all: the booking of a
 * number of one's own shows in the broker's public list of busy slots, and
 * several with the same window would give the circuit away.
 *
 * -ENOENT: there is none, and WHY names the constraint that cannot be met.
 */
int path_choose(struct path_graph *graph, const struct path_wish *wish, struct path_random *random,
		struct path *path, char why[PATH_WHY_SIZE]);

/* Names of one carrier or operator, written differently: case and spaces do not count. */
bool path_same_name(const char *a, const char *b);

#endif
