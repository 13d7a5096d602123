// SPDX-License-Identifier: GPL-2.0
/* phonionctl bridge: show, add, del. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nl.h"
#include "tools/lib/out.h"
#include "tools/lib/parse.h"
#include "userspace.h"

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

/* The laws differ: neither has what the other has. */
static bool converts(const json_t *a, const json_t *b)
{
	const json_t *pt;
	size_t i;

	json_array_foreach(json_object_get(a, "payload_types"), i, pt) {
		const char *codec = out_str(pt, "codec");
		json_t *other;
		bool found = false;
		size_t k;

		if (strcmp(codec, "pcmu") && strcmp(codec, "pcma"))
			continue;
		json_array_foreach(json_object_get(b, "payload_types"), k, other)
			found |= !strcmp(out_str(other, "codec"), codec);
		if (!found)
			return true;
	}
	return false;
}

/* Each bridge with its first leg. */
static void bridges_of(const json_t *legs, json_t *bridges)
{
	const json_t *a, *b;
	size_t i, k;

	json_array_foreach(legs, i, a) {
		json_int_t id = json_integer_value(json_object_get(a, "id"));
		json_int_t to = json_integer_value(json_object_get(a, "bridged_to"));

		json_array_foreach(legs, k, b)
			if (id < to && json_integer_value(json_object_get(b, "id")) == to)
				json_array_append_new(bridges, json_pack("{s:I, s:I, s:b}", "leg_a",
									 id, "leg_b", to, "convert",
									 converts(a, b)));
	}
}

static bool show_userspace(const struct opts *opts, json_t *bridges)
{
	json_t *legs = json_array();
	bool theirs = userspace_legs(opts, legs);

	if (theirs)
		bridges_of(legs, bridges);
	json_decref(legs);
	return theirs;
}

static int show(const struct opts *opts)
{
	struct nl_rows rows = { .opts = opts, .list = json_array() };
	struct genl nl;
	int status = EXIT_DONE, err;

	if (show_userspace(opts, rows.list)) {
		if (opts->json)
			return out_json(opts, rows.list) ?: out_end(opts);
		print(rows.list);
		json_decref(rows.list);
		return out_end(opts);
	}
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
