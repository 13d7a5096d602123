// SPDX-License-Identifier: GPL-2.0
/* phonionctl call and circuit: what the daemon knows. */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "tools/lib/out.h"
#include "tools/lib/parse.h"

static void print_calls(const json_t *calls)
{
	struct out_table t = { .heads = { "CALL", "CIRCUIT", "STATE", "SECONDS", "LEGS" } };
	const json_t *call, *leg, *id;
	size_t i, k;

	json_array_foreach(calls, i, call) {
		const json_t *legs = json_object_get(call, "legs");
		char text[256] = "";

		json_array_foreach(legs, k, leg) {
			size_t used = strlen(text);

			id = json_object_get(leg, "leg");
			if (json_integer_value(id))
				snprintf(text + used, sizeof(text) - used,
					 "%s%s %s: leg %" JSON_INTEGER_FORMAT, used ? ", " : "",
					 out_str(leg, "direction"), out_str(leg, "trunk"),
					 json_integer_value(id));
			else
				snprintf(text + used, sizeof(text) - used, "%s%s %s: no leg yet",
					 used ? ", " : "", out_str(leg, "direction"),
					 out_str(leg, "trunk"));
		}
		out_row(&t);
		out_cell(&t, 0, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(call, "id")));
		out_cell(&t, 1, "%s", out_str(call, "circuit"));
		out_cell(&t, 2, "%s", out_str(call, "state"));
		out_cell(&t, 3, "%.0f", json_number_value(json_object_get(call, "duration_s")));
		out_cell(&t, 4, "%s", text[0] ? text : "-");
	}
	out_table(&t);
}

static void print_circuits(const json_t *circuits)
{
	struct out_table t = { .heads = { "CIRCUIT", "FROM", "INGRESS", "TO", "NOT BEFORE",
					  "NOT AFTER", "CALLS" } };
	const json_t *circuit;
	char edge[32];
	size_t i;

	json_array_foreach(circuits, i, circuit) {
		out_row(&t);
		out_cell(&t, 0, "%s", out_str(circuit, "name"));
		out_cell(&t, 1, "%s", out_str(circuit, "trunk_in"));
		out_cell(&t, 2, "%s", out_str(circuit, "ingress"));
		out_cell(&t, 3, "%s", out_str(circuit, "trunk_out"));
		out_cell(&t, 4, "%s", out_instant(circuit, "not_before", edge));
		out_cell(&t, 5, "%s", out_instant(circuit, "not_after", edge));
		out_cell(&t, 6, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(circuit, "calls")));
	}
	out_table(&t);
}

static int hangup(const struct opts *opts, int argc, char **argv)
{
	char what[64];
	json_t *result;
	uint64_t id;
	int status;

	if (argc != 1)
		return fail_usage(opts, "call hangup: it takes the number of one call");
	if (parse_uint(argv[0], 0, INT64_MAX, &id))
		return fail_usage(opts, "call hangup: '%s' is not the number of a call", argv[0]);
	snprintf(what, sizeof(what), "call hangup %s", argv[0]);
	status = control_ask(opts, what, "'phonionctl call' lists the calls that exist.",
			     json_pack("{s:s, s:I}", "cmd", "call.hangup", "id", (json_int_t)id),
			     &result);
	json_decref(result);
	return status;
}

int cmd_call(const struct opts *opts, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "show";

	if (!strcmp(verb, "hangup"))
		return hangup(opts, argc - 2, argv + 2);
	if (strcmp(verb, "show"))
		return fail_usage(opts, "call: unknown word '%s'; it is one of show, hangup", verb);
	if (argc > 2)
		return fail_usage(opts, "call show: '%s' is too much", argv[2]);
	return control_list(opts, "call.list", print_calls);
}

int cmd_circuit(const struct opts *opts, int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "show")))
		return fail_usage(opts, "circuit: '%s' is too much", argv[argc - 1]);
	return control_list(opts, "circuit.list", print_circuits);
}
