// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "broker.h"
#include "directories.h"
#include "sees.h"

#define CALLER "the caller's number"

static json_t *party(json_t *list, const char *is, const char *who)
{
	json_t *item;

	for (size_t i = 0; i < json_array_size(list); i++) {
		item = json_array_get(list, i);
		if (strcmp(state_text(item, "is"), is))
			continue;
		/* One carrier may be written in two ways; the others' names are ours. */
		if (strcmp(is, "carrier") ? !strcmp(state_text(item, "who"), who)
					  : path_same_name(state_text(item, "who"), who))
			return item;
	}
	item = json_pack("{s:s, s:s, s:[], s:b, s:b}", "is", is, "who", who, "sees", "caller", 0,
			 "callee", 0);
	json_array_append_new(list, item);
	return item;
}

static void add(json_t *party, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(json_t *party, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(json_object_get(party, "sees"), json_string(text));
	explicit_bzero(text, sizeof(text));
}

static void mark(json_t *party, bool caller, bool callee)
{
	if (caller)
		json_object_set_new(party, "caller", json_true());
	if (callee)
		json_object_set_new(party, "callee", json_true());
}

/* The one who calls on a link: the caller, or a relay. */
static void calling(const struct circuit *circuit, unsigned int link, char *text, size_t size)
{
	char name[RELAY_SHORT_SIZE];

	if (!link) {
		snprintf(text, size, CALLER);
		return;
	}
	relay_short(name, circuit->hops[link - 1].relay);
	snprintf(text, size, "relay %s of %s", name, circuit->hops[link - 1].operator);
}

static void carrier_sees(json_t *list, const struct circuit *circuit, unsigned int link,
			 const char *carrier)
{
	const char *called = link < circuit->n ? circuit->hops[link].ingress : circuit->to;
	char from[160];
	json_t *item;

	if (!carrier[0])
		return;
	calling(circuit, link, from, sizeof(from));
	item = party(list, "carrier", carrier);
	add(item, "%s calls %s", from, called);
	mark(item, !link, link == circuit->n);
}

/* A carrier that is on both sides of one link sees its calls once. */
static void carriers(json_t *list, const struct circuit *circuit)
{
	for (unsigned int link = 0; link <= circuit->n; link++) {
		const char *out = link ? circuit->hops[link - 1].carrier_out
				       : circuit->from_carrier;
		const char *in = link < circuit->n ? circuit->hops[link].carrier_in
						   : circuit->to_carrier;

		carrier_sees(list, circuit, link, out);
		if (!path_same_name(out, in))
			carrier_sees(list, circuit, link, in);
	}
	if (!circuit->from_carrier[0]) {
		json_t *item = party(list, "carrier", "(the caller's)");

		add(item, "%s calls %s", CALLER, circuit->hops[0].ingress);
		mark(item, true, false);
	}
	if (!circuit->to_carrier[0]) {
		char from[160];
		json_t *item = party(list, "carrier", "(the callee's)");

		calling(circuit, circuit->n, from, sizeof(from));
		add(item, "%s calls %s", from, circuit->to);
		mark(item, false, true);
	}
}

static void relays(json_t *list, const struct circuit *circuit)
{
	for (unsigned int i = 0; i < circuit->n; i++) {
		const struct booking *hop = &circuit->hops[i];
		char name[RELAY_SHORT_SIZE], who[160];
		json_t *item;

		relay_short(name, hop->relay);
		snprintf(who, sizeof(who), "%s of %s", name, hop->operator);
		item = party(list, "relay", who);
		add(item, "%s calls %s, which goes on to %s",
		    i ? "what the carrier shows of the relay before" : CALLER, hop->ingress,
		    hop->next);
		mark(item, !i, i + 1 == circuit->n);
	}
}

static void brokers(json_t *list, const struct client *client, const struct circuit *circuit)
{
	for (unsigned int i = 0; i < circuit->n; i++) {
		struct broker broker;

		if (broker_find(client, circuit->hops[i].broker, &broker))
			add(party(list, "broker", broker.name), "%s is booked, by somebody at %s",
			    circuit->hops[i].ingress,
			    client->settings.proxy ? "the proxy's far end"
						   : "this machine's address");
	}
}

/* The directory lists what has no lane free. */
static void everybody(json_t *list, const struct circuit *circuit)
{
	for (unsigned int i = 0; i < circuit->n; i++)
		if (!circuit->hops[i].code[0])
			add(party(list, "everybody", "directory"), "%s is booked in this window",
			    circuit->hops[i].ingress);
}

json_t *sees_json(const struct client *client, const struct circuit *circuit)
{
	json_t *list = json_array();

	carriers(list, circuit);
	relays(list, circuit);
	brokers(list, client, circuit);
	everybody(list, circuit);
	return list;
}

bool sees_both(const json_t *sees)
{
	for (size_t i = 0; i < json_array_size(sees); i++) {
		const json_t *item = json_array_get(sees, i);

		if (json_is_true(json_object_get(item, "caller")) &&
		    json_is_true(json_object_get(item, "callee")))
			return true;
	}
	return false;
}

void sees_print(const json_t *sees)
{
	struct out_table table = { .heads = { "WHO", "", "SEES THAT" } };

	for (size_t i = 0; i < json_array_size(sees); i++) {
		const json_t *item = json_array_get(sees, i);
		const json_t *lines = json_object_get(item, "sees");

		for (size_t j = 0; j < json_array_size(lines); j++) {
			out_row(&table);
			out_cell(&table, 0, "%s", j ? "" : out_str(item, "is"));
			out_cell(&table, 1, "%s", j ? "" : out_str(item, "who"));
			out_cell(&table, 2, "%s", json_string_value(json_array_get(lines, j)));
		}
	}
	out_table(&table);
	printf(sees_both(sees) ? "One of them sees both ends: take more hops.\n"
			       : "None of them sees both ends.\n");
}
