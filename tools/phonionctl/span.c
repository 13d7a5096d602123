// SPDX-License-Identifier: GPL-2.0
/* phonionctl span: the daemon's ISDN spans. */
#include <string.h>

#include "control.h"
#include "tools/lib/out.h"

static unsigned int count(const json_t *channels, const char *state)
{
	const json_t *channel;
	unsigned int n = 0;
	size_t i;

	json_array_foreach(channels, i, channel)
		n += !strcmp(out_str(channel, "state"), state);
	return n;
}

static void print_spans(const json_t *spans)
{
	struct out_table t = { .heads = { "TRUNK", "STATE", "LINE", "SWITCH", "DCHANNEL", "BUSY",
					  "IDLE", "RESTARTING", "OUT" } };
	const json_t *span, *channels;
	size_t i;

	json_array_foreach(spans, i, span) {
		channels = json_object_get(span, "channels");
		out_row(&t);
		out_cell(&t, 0, "%s", out_str(span, "trunk"));
		out_cell(&t, 1, "%s", out_str(span, "state"));
		out_cell(&t, 2, "%s %s", out_str(span, "line"), out_str(span, "side"));
		out_cell(&t, 3, "%s", out_str(span, "switch"));
		out_cell(&t, 4, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(span, "dchannel")));
		out_cell(&t, 5, "%u", count(channels, "busy"));
		out_cell(&t, 6, "%u", count(channels, "idle"));
		out_cell(&t, 7, "%u", count(channels, "restarting"));
		out_cell(&t, 8, "%u", count(channels, "out"));
	}
	out_table(&t);
}

int cmd_span(const struct opts *opts, int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "list")))
		return fail_usage(opts, "span: '%s' is too much", argv[argc - 1]);
	return control_list(opts, "span.list", print_spans);
}
