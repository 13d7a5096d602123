// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "state.h"
#include "timing.h"
#include "tools/anonymity/predict.h"

#define SPREAD_S 300 /* and no more than a quarter of the window, for the caller waits for it */
#define LINGER_S 60

static const struct {
	const char *name;
	enum anonymity_timing is;
} policies[CIRCUIT_TIMINGS] = {
	[CIRCUIT_DEMAND] = { "demand", ANONYMITY_ON_DEMAND },
	[CIRCUIT_LINGER] = { "linger", ANONYMITY_LINGER },
	[CIRCUIT_QUANTISED] = { "quantised", ANONYMITY_QUANTISED },
	[CIRCUIT_EARLY] = { "early", ANONYMITY_EARLY },
	[CIRCUIT_STANDBY] = { "standby", ANONYMITY_STANDBY },
};

int timing_parse(const char *text, enum circuit_timing *timing)
{
	for (int i = 0; i < CIRCUIT_TIMINGS; i++) {
		if (strcmp(text, policies[i].name))
			continue;
		*timing = i;
		return 0;
	}
	return -EINVAL;
}

const char *timing_name(enum circuit_timing timing)
{
	return policies[timing].name;
}

static uint16_t spread_s(const struct circuit *circuit)
{
	uint64_t quarter = (circuit->window.to - circuit->window.from) / 4;

	if (circuit->lead_s)
		return circuit->lead_s;
	return quarter < SPREAD_S ? quarter : SPREAD_S;
}

struct hop_timing timing_of(const struct circuit *circuit, unsigned int hop)
{
	struct hop_timing stands = { HOP_RAISE_WINDOW, HOP_KEEP_WINDOW, HOP_NEAR_RELAY,
				     spread_s(circuit) };
	bool first = !hop, last = hop == circuit->n - 1;

	switch (circuit->timing) {
	case CIRCUIT_LINGER: /* those after the first go down when its leg does */
		if (first)
			return (struct hop_timing){ .keep = HOP_KEEP_LINGER, .spread_s = LINGER_S };
		break;
	case CIRCUIT_QUANTISED:
		if (first)
			return (struct hop_timing){ .keep = HOP_KEEP_WINDOW };
		break;
	case CIRCUIT_EARLY:
		if (first)
			stands.near = HOP_NEAR_FOLLOW;
		else if (last)
			return (struct hop_timing){ HOP_RAISE_TOLD, HOP_KEEP_CALL, HOP_NEAR_RELAY,
						    0 };
		return stands;
	case CIRCUIT_STANDBY:
		if (first)
			stands.near = HOP_NEAR_RING;
		return stands;
	case CIRCUIT_DEMAND:
	case CIRCUIT_TIMINGS:
		break;
	}
	return (struct hop_timing){ HOP_RAISE_CALL, HOP_KEEP_CALL, HOP_NEAR_FOLLOW, 0 };
}

static void assume(struct anonymity_circuit *model, const struct circuit *circuit, size_t relays)
{
	anonymity_init(model);
	model->hops = circuit->n;
	model->linger_s = LINGER_S;
	model->slot_s = circuit->window.to - circuit->window.from;
	model->path = circuit->from_carrier[0] ? ANONYMITY_TOLD : ANONYMITY_DISJOINT;
	if (relays >= circuit->n) {
		model->relays = relays;
		model->bad = (relays + 19) / 20;
	}
}

json_t *timing_explain(const struct circuit *circuit, size_t relays)
{
	json_t *links = json_object(), *minutes = json_object();
	struct anonymity_prediction of[CIRCUIT_TIMINGS];
	struct anonymity_circuit model;

	assume(&model, circuit, relays);
	for (int i = 0; i < CIRCUIT_TIMINGS; i++) {
		model.timing = policies[i].is;
		anonymity_predict(&of[i], &model);
		json_object_set_new(minutes, policies[i].name, json_real(of[i].leg_minutes));
	}
	for (int c = 0; c < ANONYMITY_CLASSES; c++) {
		json_t *row = json_object();

		for (int i = 0; i < CIRCUIT_TIMINGS; i++)
			json_object_set_new(row, policies[i].name, json_real(of[i].link[c]));
		json_object_set_new(row, "sees", json_string(anonymity_class_sees[c]));
		json_object_set_new(links, anonymity_class_names[c], row);
	}
	return json_pack("{s:s, s:i, s:o, s:o, s:{s:f, s:f, s:f, s:f, s:i, s:i, s:i, s:i}}",
			 "timing", timing_name(circuit->timing), "hops", (int)circuit->n, "links",
			 links, "leg_minutes", minutes, "assumed", "calls_per_second",
			 model.calls_s, "start_known_to_s", model.window_s, "mean_call_s",
			 model.mean_s, "window_s", model.slot_s, "carriers", (int)model.carriers,
			 "coalition", (int)model.coalition, "relays", (int)model.relays,
			 "bad_relays", (int)model.bad);
}

static double number(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

static void print_row(struct out_table *table, const char *what, const json_t *row,
		      const char *format)
{
	out_row(table);
	out_cell(table, 0, "%s", what);
	for (int i = 0; i < CIRCUIT_TIMINGS; i++) {
		char text[32];

		snprintf(text, sizeof(text), format, number(row, policies[i].name));
		out_cell(table, i + 1, "%s", text);
	}
}

void timing_print(const json_t *explained)
{
	struct out_table table = { .heads = { "BY WHO HAS", "DEMAND", "LINGER", "QUANTISED",
					      "EARLY", "STANDBY" } };
	const json_t *assumed = json_object_get(explained, "assumed");
	json_t *links = json_object_get(explained, "links"), *row;
	const char *name;

	printf("Linked with its other end, a call through these %d relays is with a probability of\n",
	       (int)number(explained, "hops"));
	json_object_foreach(links, name, row)
		print_row(&table, state_text(row, "sees"), row, "%.4f");
	print_row(&table, "minutes of legs for a call", json_object_get(explained, "leg_minutes"),
		  "%.0f");
	out_table(&table);
	printf("(This circuit: %s. Assumed: %g calls/s through all relays, starts known to %g s, "
	       "calls of %g s,\n %d carriers of which %d work together, %d relays of which %d are "
	       "bad. phonion-sim has the rest.)\n",
	       state_text(explained, "timing"), number(assumed, "calls_per_second"),
	       number(assumed, "start_known_to_s"), number(assumed, "mean_call_s"),
	       (int)number(assumed, "carriers"), (int)number(assumed, "coalition"),
	       (int)number(assumed, "relays"), (int)number(assumed, "bad_relays"));
}
