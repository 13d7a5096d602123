// SPDX-License-Identifier: GPL-2.0
/* phonionctl stats: counters of the network namespace. */
#include <stdio.h>

#include "names.h"
#include "nl.h"
#include "tools/lib/out.h"

static int on_stats(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *a[PHONION_A_STATS_MAX + 1];
	json_t *stats = arg;

	attrs_parse(nlh, GENL_HDRLEN, a, PHONION_A_STATS_MAX);
	for (size_t i = 0; i < n_net_counters; i++)
		if (net_counters[i].name && a[i])
			json_object_set_new(stats, net_counters[i].name,
					    json_integer(attr_uint(a[i])));
	return 0;
}

static void print(const json_t *stats)
{
	for (size_t i = 0; i < n_net_counters; i++) {
		const char *name = net_counters[i].name;
		const json_t *value = name ? json_object_get(stats, name) : NULL;

		if (value)
			printf("%-14s %10" JSON_INTEGER_FORMAT "  %s\n", name,
			       json_integer_value(value), net_counters[i].text);
	}
}

int cmd_stats(const struct opts *opts, int argc, char **argv)
{
	union nl_buf buf;
	json_t *stats;
	struct genl nl;
	int status, err;

	if (argc > 1)
		return fail_usage(opts, "stats: '%s' is too much", argv[1]);
	status = nl_open_or_fail(opts, &nl);
	if (status)
		return status;
	stats = json_object();
	err = nl_do(&nl, nl_request(&buf, PHONION_CMD_STATS_GET), on_stats, stats);
	if (err)
		status = nl_fail(opts, &nl, err, "stats", NULL, 0);
	else if (opts->json)
		status = out_json(opts, json_incref(stats));
	else
		print(stats);
	json_decref(stats);
	genl_close(&nl);
	return status ? status : out_end(opts);
}
