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

static json_t *stock(const struct client *client)
{
	json_t *list = json_array();
	struct broker brokers[MAX_BROKERS];
	unsigned int n = brokers_list(client, brokers);

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:o}", "broker", brokers[i].name, "tokens",
					(json_int_t)tokens_at_hand(client, brokers[i].key),
					"batches", tokens_batches(client, brokers[i].key)));
	return list;
}

static int show(const struct client *client)
{
	struct out_table table = { .heads = { "BROKER", "TOKENS", "BATCHES" } };
	json_t *list = stock(client);

	if (client->opts.json)
		return out_json(&client->opts, list);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		out_row(&table);
		out_cell(&table, 0, "%s", out_str(item, "broker"));
		out_cell(&table, 1, "%lu", (unsigned long)state_uint(item, "tokens"));
		out_cell(&table, 2, "%zu", json_array_size(json_object_get(item, "batches")));
	}
	json_decref(list);
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
