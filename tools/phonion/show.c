// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "crypto/base64url.h"
#include "directories.h"
#include "show.h"
#include "timing.h"

const char *show_verdict(const struct booking *hop)
{
	if (hop->state == BOOKING_PLANNED)
		return "planned";
	return hop->answered ? receipt_verdict_name(hop->verdict) : "waiting";
}

const char *show_advice(const struct booking *hop)
{
	static const char *const advice[RECEIPT_VERDICTS] = {
		[RECEIPT_CANCELLED] = "somebody has cancelled it: cancel the rest and reserve anew",
		[RECEIPT_NO_INGRESS] =
			"the relay no longer has this number: cancel and reserve anew",
		[RECEIPT_CODE_TAKEN] =
			"by chance its access code is taken: cancel and reserve anew",
		[RECEIPT_NEXT_DENIED] =
			"the relay may not dial the next number: cancel and reserve by "
			"other relays; if it is the last hop, look at the number",
		[RECEIPT_WINDOW] = "the window is over, too long or too far ahead for this relay: "
				   "cancel and take another",
		[RECEIPT_TIMING] =
			"the relay keeps no legs up without a caller: cancel and reserve by others, or "
			"with --timing demand",
	};

	return hop->answered ? advice[hop->verdict] : NULL;
}

void show_hops(const struct circuit *circuit)
{
	struct out_table table = { .heads = { "HOP", "RELAY", "OPERATOR", "NUMBER", "KIND", "IN BY",
					      "OUT BY", "TO", "STATE" } };
	char name[RELAY_SHORT_SIZE];

	for (unsigned int i = 0; i < circuit->n; i++) {
		const struct booking *hop = &circuit->hops[i];

		relay_short(name, hop->relay);
		out_row(&table);
		out_cell(&table, 0, "%u", i + 1);
		out_cell(&table, 1, "%s", name);
		out_cell(&table, 2, "%s", hop->operator);
		out_cell(&table, 3, "%s", hop->ingress);
		out_cell(&table, 4, "%s", hop->code[0] ? "shared" : "own");
		out_cell(&table, 5, "%s", hop->carrier_in);
		out_cell(&table, 6, "%s", hop->carrier_out);
		out_cell(&table, 7, "%s", hop->next);
		out_cell(&table, 8, "%s", show_verdict(hop));
	}
	out_table(&table);
}

void show_export(const struct circuit *circuit)
{
	const struct booking *first = &circuit->hops[0];
	char text[WINDOW_TEXT_SIZE], uri[CIRCUIT_URI_SIZE];

	window_text(text, &circuit->window);
	circuit_uri(circuit, uri);
	printf("Circuit:  %s\n", circuit->id);
	printf("Call:     %s\n", first->ingress);
	if (first->code[0])
		printf("Code:     %s and #, in tones, when it has answered\n", first->code);
	else
		printf("Code:     none\n");
	printf("Between:  %s\n", text);
	printf("Timing:   %s\n", timing_name(circuit->timing));
	printf("URI:      %s\n", uri);
}

json_t *show_export_json(const struct circuit *circuit)
{
	const struct booking *first = &circuit->hops[0];
	char from[WINDOW_TEXT_SIZE], to[WINDOW_TEXT_SIZE], uri[CIRCUIT_URI_SIZE];
	json_t *json;

	window_time_iso(from, circuit->window.from);
	window_time_iso(to, circuit->window.to);
	circuit_uri(circuit, uri);
	json = json_pack("{s:s, s:s, s:s, s:s, s:s}", "circuit", circuit->id, "number",
			 first->ingress, "from", from, "to", to, "uri", uri);
	json_object_set_new(json, "code", first->code[0] ? json_string(first->code) : json_null());
	return json;
}

static json_t *hop_json(const struct booking *hop)
{
	char relay[SIGN_KEY_CHARS + 1];
	const char *advice = show_advice(hop);
	json_t *json;

	base64url_encode(relay, hop->relay, SIGN_KEY_LEN);
	json = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:i, s:s}", "relay", relay,
			 "operator", hop->operator, "ingress", hop->ingress, "shared",
			 hop->code[0] != 0, "carrier_in", hop->carrier_in, "carrier_out",
			 hop->carrier_out, "next", hop->next, "tokens", (int)hop->tokens, "state",
			 show_verdict(hop));
	if (advice)
		json_object_set_new(json, "advice", json_string(advice));
	if (hop->answered)
		json_object_set_new(json, "answered", json_integer(hop->answered_at));
	return json;
}

json_t *show_json(const struct circuit *circuit)
{
	json_t *json = show_export_json(circuit), *hops = json_array();

	for (unsigned int i = 0; i < circuit->n; i++)
		json_array_append_new(hops, hop_json(&circuit->hops[i]));
	json_object_set_new(json, "callee", json_string(circuit->to));
	json_object_set_new(json, "timing", json_string(timing_name(circuit->timing)));
	json_object_set_new(json, "hops", hops);
	return json;
}
