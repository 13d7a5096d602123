// SPDX-License-Identifier: GPL-2.0
/* phonion tokens */
#include <string.h>

#include "tokens.h"
#include "tools/lib/parse.h"

#define MAX_GET 1024

static int get_more(struct client *client, size_t more)
{
	struct directories directories;
	int status = directories_get(client, &directories);

	for (unsigned int i = 0; i < directories.n && !status; i++) {
		size_t now = tokens_at_hand(client, directories.brokers[i].key);

		if (directories.of[i])
			status = tokens_provide(client, &directories, i, now + more);
	}
	directories_release(&directories);
	return status;
}

static int show(const struct client *client)
{
	struct out_table table = { .heads = { "BROKER", "TOKENS" } };
	json_t *json = json_array();
	struct broker list[MAX_BROKERS];
	unsigned int n = brokers_list(client, list);

	for (unsigned int i = 0; i < n; i++) {
		size_t at_hand = tokens_at_hand(client, list[i].key);

		json_array_append_new(json, json_pack("{s:s, s:I}", "broker", list[i].name,
						      "tokens", (json_int_t)at_hand));
		if (client->opts.json)
			continue;
		out_row(&table);
		out_cell(&table, 0, "%s", list[i].name);
		out_cell(&table, 1, "%zu", at_hand);
	}
	if (client->opts.json)
		return out_json(&client->opts, json);
	json_decref(json);
	out_table(&table);
	return out_end(&client->opts);
}

int cmd_tokens(struct client *client, int argc, char **argv)
{
	const char *get = NULL;
	const struct option_word words[] = { { "--get", &get, NULL }, { NULL, NULL, NULL } };
	int n = options_read(client, words, argc, argv), status;
	uint64_t more = 0;

	if (n < 0)
		return EXIT_USAGE;
	if (n != 1)
		return fail_usage(&client->opts, "'tokens' takes options only");
	if (get && parse_uint(get, 1, MAX_GET, &more))
		return fail_usage(&client->opts, "--get must be 1 to %d", MAX_GET);
	status = state_open(client, false);
	if (!status && more)
		status = get_more(client, more);
	return status ? status : show(client);
}
