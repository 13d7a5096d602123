// SPDX-License-Identifier: GPL-2.0
/* phonionctl reservation and broker: the book, as the daemon tells of it. */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "phonionctl.h"

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_reservations(const json_t *reservations)
{
	struct out_table t = { .heads = { "RESERVATION", "BROKER", "INGRESS", "KIND", "STATE",
					  "FROM", "TO" } };
	const json_t *reservation;
	char edge[OUT_INSTANT_SIZE];
	size_t i;

	json_array_foreach(reservations, i, reservation) {
		out_row(&t);
		out_cell(&t, 0, "%s", out_str(reservation, "id"));
		out_cell(&t, 1, "%s", out_str(reservation, "broker"));
		out_cell(&t, 2, "%s", out_str(reservation, "ingress"));
		out_cell(&t, 3, "%s", out_str(reservation, "kind"));
		out_cell(&t, 4, "%s", out_str(reservation, "state"));
		out_cell(&t, 5, "%s", out_instant(reservation, "first", edge));
		out_cell(&t, 6, "%s", out_instant(reservation, "end", edge));
	}
	out_table(&t);
}

static void print_refused(const json_t *refused)
{
	const char *why;
	json_t *n;
	bool any = false;

	json_object_foreach((json_t *)refused, why, n) {
		if (!json_integer_value(n))
			continue;
		printf("%s %s %" JSON_INTEGER_FORMAT, any ? "," : "; refused:", out_text(why),
		       json_integer_value(n));
		any = true;
	}
	printf("\n");
}

static void print_brokers(const json_t *result)
{
	struct out_table t = { .heads = { "BROKER", "STATE", "ANNOUNCED", "COLLECTED", "RECEIPTS",
					  "TROUBLE" } };
	const json_t *broker;
	char instant[OUT_INSTANT_SIZE];
	const char *trouble;
	size_t i;

	json_array_foreach(json_object_get(result, "brokers"), i, broker) {
		bool failing = json_is_true(json_object_get(broker, "failing"));

		out_row(&t);
		out_cell(&t, 0, "%s", out_str(broker, "name"));
		out_cell(&t, 1, "%s",
			 failing						 ? "failing"
			 : json_is_integer(json_object_get(broker, "collected")) ? "reachable"
										 : "new");
		out_cell(&t, 2, "%s", out_instant(broker, "announced", instant));
		out_cell(&t, 3, "%s", out_instant(broker, "collected", instant));
		out_cell(&t, 4, "%" JSON_INTEGER_FORMAT, number(broker, "receipts"));
		trouble = out_str(broker, "error");
		out_cell(&t, 5, "%s", failing && *trouble ? trouble : "-");
	}
	out_table(&t);
	printf("accepted: %" JSON_INTEGER_FORMAT, number(result, "accepted"));
	print_refused(json_object_get(result, "refused"));
}

static int only_show(const struct opts *opts, int argc, char **argv, const char *verb)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], verb) && strcmp(argv[1], "show")))
		return fail_usage(opts, "%s: '%s' is too much", argv[0], argv[argc - 1]);
	return EXIT_DONE;
}

int cmd_reservation(const struct opts *opts, int argc, char **argv)
{
	return only_show(opts, argc, argv, "list")
		       ?: control_list(opts, "reservation.list", print_reservations);
}

int cmd_broker(const struct opts *opts, int argc, char **argv)
{
	return only_show(opts, argc, argv, "list")
		       ?: control_list(opts, "broker.list", print_brokers);
}
