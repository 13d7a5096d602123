// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "circuit.h"
#include "state.h"
#include "timing.h"
#include "tools/lib/secret.h"

static const char *const state_names[BOOKING_STATES] = { "planned", "sent", "reserved" };

struct circuit *circuit_new(void)
{
	return secret_alloc(sizeof(struct circuit));
}

/* The texts of a hop, by name. */
static const struct {
	const char *name;
	size_t offset, size;
} texts[] = {
#define TEXT(field)                                                                           \
	{                                                                                     \
#field, offsetof(struct booking, field), sizeof(((struct booking *)0)->field) \
	}
	TEXT(operator), TEXT(carrier_in), TEXT(carrier_out), TEXT(ingress), TEXT(code), TEXT(next),
	TEXT(postd),
#undef TEXT
}, keys[] = {
#define KEY(field)                                                                            \
	{                                                                                     \
#field, offsetof(struct booking, field), sizeof(((struct booking *)0)->field) \
	}
	KEY(id), KEY(broker), KEY(relay), KEY(seal_key), KEY(reply_private), KEY(reply_key),
	KEY(cancel_secret), KEY(box_hash),
#undef KEY
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static json_t *write_booking(const struct booking *hop)
{
	json_t *item =
		json_pack("{s:s, s:i, s:I, s:I, s:I}", "state", state_names[hop->state], "tokens",
			  (int)hop->tokens, "slot_s", (json_int_t)hop->slots.length_s, "first",
			  (json_int_t)hop->slots.first, "count", (json_int_t)hop->slots.count);

	for (size_t i = 0; i < COUNT(texts); i++)
		json_object_set_new(item, texts[i].name,
				    json_string((const char *)hop + texts[i].offset));
	for (size_t i = 0; i < COUNT(keys); i++)
		state_set_octets(item, keys[i].name, (const char *)hop + keys[i].offset,
				 keys[i].size);
	if (hop->answered) {
		json_object_set_new(item, "verdict", json_integer(hop->verdict));
		json_object_set_new(item, "answered_at", json_integer(hop->answered_at));
	}
	return item;
}

static int read_booking(const json_t *item, struct booking *hop)
{
	const char *state = state_text(item, "state");

	while (hop->state < BOOKING_STATES && strcmp(state_names[hop->state], state))
		hop->state++;
	if (hop->state == BOOKING_STATES)
		return -EINVAL;
	for (size_t i = 0; i < COUNT(texts); i++)
		snprintf((char *)hop + texts[i].offset, texts[i].size, "%s",
			 state_text(item, texts[i].name));
	for (size_t i = 0; i < COUNT(keys); i++)
		if (state_octets(item, keys[i].name, (char *)hop + keys[i].offset, keys[i].size))
			return -EINVAL;
	hop->tokens = state_uint(item, "tokens");
	hop->slots = (struct slots){ state_uint(item, "slot_s"), state_uint(item, "first"),
				     state_uint(item, "count") };
	hop->answered = json_object_get(item, "verdict") != NULL;
	hop->verdict = state_uint(item, "verdict");
	hop->answered_at = state_uint(item, "answered_at");
	return hop->verdict < RECEIPT_VERDICTS ? 0 : -EINVAL;
}

static json_t *write_circuit(const struct circuit *circuit)
{
	json_t *hops = json_array();

	for (unsigned int i = 0; i < circuit->n; i++)
		json_array_append_new(hops, write_booking(&circuit->hops[i]));
	return json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:s, s:s, s:s, s:o}", "id", circuit->id,
			 "state", circuit->building ? "building" : "reserved", "timing",
			 timing_name(circuit->timing), "lead", circuit->lead_s, "from",
			 (json_int_t)circuit->window.from, "until", (json_int_t)circuit->window.to,
			 "to", circuit->to, "from_carrier", circuit->from_carrier, "to_carrier",
			 circuit->to_carrier, "hops", hops);
}

void circuit_remove(struct client *client, const char *id)
{
	json_t *list = state_list(client, "circuits");

	for (size_t i = json_array_size(list); i-- > 0;)
		if (!strcmp(state_text(json_array_get(list, i), "id"), id))
			json_array_remove(list, i);
}

int circuit_keep(struct client *client, const struct circuit *circuit)
{
	json_t *item = write_circuit(circuit);

	if (!item)
		return -ENOMEM;
	circuit_remove(client, circuit->id);
	return json_array_append_new(state_list(client, "circuits"), item) ? -ENOMEM : 0;
}

struct circuit *circuit_from(const json_t *item)
{
	const json_t *hops = json_object_get(item, "hops");
	struct circuit *circuit = circuit_new();
	size_t n = json_array_size(hops);

	if (!circuit)
		return NULL;
	snprintf(circuit->id, sizeof(circuit->id), "%s", state_text(item, "id"));
	snprintf(circuit->to, sizeof(circuit->to), "%s", state_text(item, "to"));
	snprintf(circuit->from_carrier, sizeof(circuit->from_carrier), "%s",
		 state_text(item, "from_carrier"));
	snprintf(circuit->to_carrier, sizeof(circuit->to_carrier), "%s",
		 state_text(item, "to_carrier"));
	if (timing_parse(state_text(item, "timing"), &circuit->timing))
		circuit->timing = CIRCUIT_DEMAND; /* of a client that knew no other */
	circuit->lead_s = state_uint(item, "lead");
	circuit->building = !strcmp(state_text(item, "state"), "building");
	circuit->window = (struct window){ state_uint(item, "from"), state_uint(item, "until") };
	if (!n || n > PATH_MAX_HOPS)
		goto err_free;
	for (; circuit->n < n; circuit->n++)
		if (read_booking(json_array_get(hops, circuit->n), &circuit->hops[circuit->n]))
			goto err_free;
	return circuit;
err_free:
	secret_free(circuit);
	return NULL;
}

json_t *circuit_find(const struct client *client, const char *id, int *status)
{
	json_t *list = state_list(client, "circuits"), *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_array_get(list, i);

		if (id && strncmp(state_text(item, "id"), id, strlen(id)))
			continue;
		found = item;
		n++;
	}
	if (n == 1)
		return found;
	*status = fail(&client->opts, EXIT_REFUSED, "'phonion status' lists them.",
		       n ? "there are %zu such circuits: name one"
			 : "there is no such circuit, or its window is over",
		       n);
	return NULL;
}

void booking_abandon(struct client *client, const struct circuit *circuit,
		     const struct booking *booking)
{
	json_t *item;

	if (booking->state == BOOKING_PLANNED)
		return;
	item = json_pack("{s:I}", "until", (json_int_t)circuit->window.to);
	state_set_octets(item, "broker", booking->broker, sizeof(booking->broker));
	state_set_octets(item, "id", booking->id, sizeof(booking->id));
	state_set_octets(item, "secret", booking->cancel_secret, sizeof(booking->cancel_secret));
	json_array_append_new(state_list(client, "cancellations"), item);
}

void circuit_abandon(struct client *client, const json_t *item)
{
	struct circuit *circuit = circuit_from(item);

	for (unsigned int i = 0; circuit && i < circuit->n; i++)
		booking_abandon(client, circuit, &circuit->hops[i]);
	secret_free(circuit);
}

void circuit_uri(const struct circuit *circuit, char uri[CIRCUIT_URI_SIZE])
{
	const struct booking *first = &circuit->hops[0];

	snprintf(uri, CIRCUIT_URI_SIZE, "tel:%s%s%s", first->ingress,
		 first->code[0] ? ";postd=p" : "", first->code);
}
