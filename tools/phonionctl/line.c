// SPDX-License-Identifier: GPL-2.0
/* phonionctl line: the daemon's lines with channel-associated signalling. */
#include <string.h>

#include "control.h"
#include "tools/lib/out.h"

static void print_lines(const json_t *lines)
{
	static const char *const counters[] = { "incoming", "outgoing", "answered", "glare",
						"alarms" };
	struct out_table t = { .heads = { "TRUNK", "CHANNEL", "SIGNALLING", "STATE", "INCOMING",
					  "OUTGOING", "ANSWERED", "GLARE", "ALARMS" } };
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		out_row(&t);
		out_cell(&t, 0, "%s", out_str(line, "trunk"));
		out_cell(&t, 1, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(line, "channel")));
		out_cell(&t, 2, "%s", out_str(line, "signalling"));
		out_cell(&t, 3, "%s", out_str(line, "state"));
		for (size_t j = 0; j < sizeof(counters) / sizeof(counters[0]); j++)
			out_cell(&t, 4 + j, "%" JSON_INTEGER_FORMAT,
				 json_integer_value(json_object_get(line, counters[j])));
	}
	out_table(&t);
}

int cmd_line(const struct opts *opts, int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "list")))
		return fail_usage(opts, "line: '%s' is too much", argv[argc - 1]);
	return control_list(opts, "line.list", print_lines);
}
