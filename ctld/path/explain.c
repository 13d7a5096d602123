// SPDX-License-Identifier: GPL-2.0
/* Which constraint is it that no path can meet? Each is lifted in turn. */
#include <stdio.h>
#include <string.h>

#include "path/search.h"

/* In the order in which they are easiest to do something about. */
static const struct {
	unsigned int lift;
	const char *sentence;
} constraints[] = {
	{ LIFT_FREE, "the numbers that it needs are booked in this window: take another window" },
	{ LIFT_ENTRY, "no number of the kind that the caller is to dial (own or shared) leads into "
		      "one: allow the other kind" },
	{ LIFT_PRICE, "the relays that it needs cost more tokens than one reservation may hold: "
		      "take a shorter window" },
	{ LIFT_PINS, "the relays that you named cannot be on one path: name others, or fewer" },
	{ LIFT_REGION, "the regions that you allow have too few relays: allow more" },
	{ LIFT_FROM,
	  "the caller's carrier would be on another link as well: it carries a number or "
	  "a route that every path needs" },
	{ LIFT_TO,
	  "the callee's carrier would be on another link as well: it carries a number or a "
	  "route that every path needs" },
	{ LIFT_OPERATOR, "there are too few operators: no operator may have two hops. Take fewer "
			 "hops" },
	{ LIFT_CARRIER, "there are too few carriers: no carrier may be on two links. Take fewer "
			"hops" },
};

static bool has_route(const struct search *search)
{
	for (size_t i = 0; i < search->graph->n_nodes; i++)
		if (descriptor_route(search->graph->nodes[i].descriptor, search->wish->to))
			return true;
	return false;
}

static bool pin_known(const struct search *search, unsigned int hop)
{
	const uint8_t *relay = search->wish->pins[hop].relay;

	for (size_t i = 0; i < search->graph->n_nodes && relay; i++)
		if (!memcmp(search->graph->nodes[i].descriptor->relay, relay, SIGN_KEY_LEN))
			return true;
	return !relay;
}

/* What needs no search. */
static const char *plain_reason(const struct search *search)
{
	const struct path_wish *wish = search->wish;

	if (!search->graph->n_nodes)
		return "the directory has no relay: ask later, or add another broker";
	if (!has_route(search))
		return "no relay dials the callee's number: is it complete, with + and the country's "
		       "code?";
	if (wish->from_carrier && wish->to_carrier &&
	    path_same_name(wish->from_carrier, wish->to_carrier))
		return "caller and callee have the same carrier, and it would see both ends: one of "
		       "them must call from elsewhere";
	if (search->graph->n_nodes < wish->hops)
		return "the directory has fewer relays than the path has hops: take fewer hops, or "
		       "add another broker";
	for (unsigned int i = 0; i < wish->hops; i++)
		if (!pin_known(search, i))
			return "a relay that you named is not in the directory";
	return NULL;
}

static const char *hindrance(const struct search *search)
{
	struct search trial = *search;
	struct path path;

	for (size_t i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++) {
		trial.flags = constraints[i].lift;
		if (!search_run(&trial, &path))
			return constraints[i].sentence;
	}
	trial.flags = LIFT_ALL;
	if (search_run(&trial, &path))
		return "too few relays can reach each other's numbers and the callee's: take fewer "
		       "hops, or add another broker";
	return "several constraints together leave none, and lifting one alone would not help: wish "
	       "for less, or add another broker";
}

void search_explain(const struct search *search, char why[PATH_WHY_SIZE])
{
	const char *reason = plain_reason(search);
	const char *head = search->exhausted ? "there is no such path: "
					     : "no such path was found in a bounded search: ";

	snprintf(why, PATH_WHY_SIZE, "%s%s", head, reason ? reason : hindrance(search));
}
