// SPDX-License-Identifier: GPL-2.0
/* phonionctl bridge: show, add, del. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nl.h"
#include "tools/lib/out.h"
#include "tools/lib/parse.h"

static int on_bridge(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *a[PHONION_A_BRIDGE_MAX + 1];
	struct nl_rows *rows = arg;
	json_t *bridge;

	attrs_parse(nlh, GENL_HDRLEN, a, PHONION_A_BRIDGE_MAX);
	bridge = json_pack("{s:I, s:I, s:b}", "leg_a",
			   (json_int_t)attr_uint(a[PHONION_A_BRIDGE_LEG_A]), "leg_b",
			   (json_int_t)attr_uint(a[PHONION_A_BRIDGE_LEG_B]), "convert",
			   (int)attr_uint(a[PHONION_A_BRIDGE_CONVERT]));
	return json_array_append_new(rows->list, bridge) ? -ENOMEM : 0;
}

static void print(const json_t *bridges)
{
	struct out_table t = { .heads = { "LEG", "LEG", "G.711 CONVERSION" } };
	const json_t *bridge;
	size_t i;

	json_array_foreach(bridges, i, bridge) {
		out_row(&t);
		out_cell(&t, 0, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(bridge, "leg_a")));
		out_cell(&t, 1, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_object_get(bridge, "leg_b")));
		out_cell(&t, 2, "%s",
			 json_is_true(json_object_get(bridge, "convert")) ? "yes" : "no");
	}
	out_table(&t);
}

static int show(const struct opts *opts)
{
	struct nl_rows rows = { .opts = opts, .list = json_array() };
	struct genl nl;
	int status, err;

	status = nl_open_or_fail(opts, &nl);
	if (status) {
		json_decref(rows.list);
		return status;
	}
	err = nl_dump(&nl, PHONION_CMD_BRIDGE_GET, on_bridge, &rows);
	if (err)
		status = nl_fail(opts, &nl, err, "bridge show", NULL, 0);
	else if (opts->json)
		status = out_json(opts, json_incref(rows.list));
	else
		print(rows.list);
	json_decref(rows.list);
	genl_close(&nl);
	return status ? status : out_end(opts);
}

/* CMD with the legs named by ARGV, as many as it takes. */
static int change(const struct opts *opts, uint8_t cmd, int takes, int argc, char **argv)
{
	static const uint16_t attrs[] = { PHONION_A_BRIDGE_LEG_A, PHONION_A_BRIDGE_LEG_B };
	const char *verb = cmd == PHONION_CMD_BRIDGE_NEW ? "add" : "del";
	const char *words[PHONION_A_BRIDGE_LEG_B + 1] = { NULL };
	union nl_buf buf;
	char what[64];
	struct nlmsghdr *nlh = nl_request(&buf, cmd);
	struct genl nl;
	uint64_t id;
	int status, err;

	if (argc != takes)
		return fail_usage(opts, "bridge %s: it takes the number%s of %s", verb,
				  takes > 1 ? "s" : "", takes > 1 ? "two legs" : "one leg");
	for (int i = 0; i < argc; i++) {
		if (parse_uint(argv[i], 1, UINT32_MAX, &id))
			return fail_usage(opts, "bridge %s: '%s' is not the number of a leg", verb,
					  argv[i]);
		mnl_attr_put_u32(nlh, attrs[i], id);
		words[attrs[i]] = argv[i];
	}
	status = nl_open_or_fail(opts, &nl);
	if (status)
		return status;
	err = nl_do(&nl, nlh, NULL, NULL);
	snprintf(what, sizeof(what), "bridge %s %s%s%s", verb, argv[0], takes > 1 ? " " : "",
		 takes > 1 ? argv[1] : "");
	if (err)
		status = nl_fail(opts, &nl, err, what, words, PHONION_A_BRIDGE_LEG_B + 1);
	genl_close(&nl);
	return status;
}

int cmd_bridge(const struct opts *opts, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "show";

	if (!strcmp(verb, "show"))
		return argc > 2 ? fail_usage(opts, "bridge show: '%s' is too much", argv[2])
				: show(opts);
	if (!strcmp(verb, "add"))
		return change(opts, PHONION_CMD_BRIDGE_NEW, 2, argc - 2, argv + 2);
	if (!strcmp(verb, "del"))
		return change(opts, PHONION_CMD_BRIDGE_DEL, 1, argc - 2, argv + 2);
	return fail_usage(opts, "bridge: unknown word '%s'; it is one of show, add, del", verb);
}
