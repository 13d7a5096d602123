// SPDX-License-Identifier: GPL-2.0
/* phonion broker */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "crypto/base64url.h"
#include "crypto/certificate.h"

#define MAX_URL	 1000
#define MAX_NAME 100

static bool read_broker(const json_t *item, struct broker *broker)
{
	const char *pin = state_text(item, "pin");

	broker->name = state_text(item, "name");
	broker->url = state_text(item, "url");
	broker->pin = pin[0] ? pin : NULL;
	return !state_octets(item, "key", broker->key, sizeof(broker->key));
}

unsigned int brokers_list(const struct client *client, struct broker list[MAX_BROKERS])
{
	json_t *items = state_list(client, "brokers");
	unsigned int n = 0;

	for (size_t i = 0; i < json_array_size(items) && n < MAX_BROKERS; i++)
		if (read_broker(json_array_get(items, i), &list[n]))
			n++;
	return n;
}

bool broker_find(const struct client *client, const uint8_t key[SIGN_KEY_LEN],
		 struct broker *broker)
{
	struct broker list[MAX_BROKERS];
	unsigned int n = brokers_list(client, list);

	for (unsigned int i = 0; i < n; i++) {
		if (memcmp(list[i].key, key, SIGN_KEY_LEN))
			continue;
		*broker = list[i];
		return true;
	}
	return false;
}

struct adding {
	const char *url, *key, *name, *pin;
	bool ca;
};

/* "https://HOST[:PORT]", without a path, for ours are put after it. */
static bool url_valid(const char *url)
{
	const char *host = url + strlen("https://");

	if (strncmp(url, "https://", strlen("https://")) || strlen(url) > MAX_URL || !*host)
		return false;
	for (const char *s = host; *s; s++)
		if (*s <= ' ' || *s >= 0x7f || strchr("/?#@\\\"", *s))
			return false;
	return true;
}

static int check(struct client *client, const struct adding *adding, uint8_t key[SIGN_KEY_LEN])
{
	const struct opts *opts = &client->opts;

	if (!url_valid(adding->url))
		return fail_usage(opts, "'%s' is not https://HOST:PORT", adding->url);
	if (base64url_exact(key, SIGN_KEY_LEN, adding->key))
		return fail_usage(opts, "'%s' is not a broker's key: %d characters of base64url",
				  adding->key, SIGN_KEY_CHARS);
	if (adding->pin && adding->ca)
		return fail_usage(opts, "--pin and --ca exclude each other");
	if (adding->pin && (strncmp(adding->pin, "sha256//", 8) ||
			    strlen(adding->pin) != CERTIFICATE_PIN_SIZE - 1))
		return fail_usage(opts, "--pin must be sha256//BASE64, as curl's --pinnedpubkey");
	if (strlen(adding->name) > MAX_NAME)
		return fail_usage(opts, "the name is longer than %d characters", MAX_NAME);
	return EXIT_DONE;
}

static int check_new(struct client *client, const char *name, const uint8_t key[SIGN_KEY_LEN])
{
	struct broker list[MAX_BROKERS];
	unsigned int n = brokers_list(client, list);

	if (n == MAX_BROKERS)
		return fail(&client->opts, EXIT_REFUSED, "Remove one with 'phonion broker remove'.",
			    "there are %d brokers already", MAX_BROKERS);
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(list[i].name, name) || !memcmp(list[i].key, key, SIGN_KEY_LEN))
			return fail(&client->opts, EXIT_REFUSED, "'phonion broker list' shows it.",
				    "a broker of this name or key is there already");
	return EXIT_DONE;
}

static int add(struct client *client, struct adding *adding)
{
	char own_pin[CERTIFICATE_PIN_SIZE];
	uint8_t key[SIGN_KEY_LEN];
	int status = check(client, adding, key);
	json_t *item;

	if (!status)
		status = state_open(client, true);
	if (!status)
		status = check_new(client, adding->name, key);
	if (status)
		return status;
	/* A broker makes its certificate of its key unless it has another. */
	if (!adding->pin && !adding->ca) {
		if (certificate_key_pin(own_pin, key))
			return fail_usage(&client->opts, "'%s' is not a key", adding->key);
		adding->pin = own_pin;
	}
	item = json_pack("{s:s, s:s, s:s, s:s}", "name", adding->name, "url", adding->url, "key",
			 adding->key, "pin", adding->pin ? adding->pin : "");
	if (!item)
		return fail_usage(&client->opts, "the name is not UTF-8");
	json_array_append_new(state_list(client, "brokers"), item);
	return state_save(client);
}

static int cmd_add(struct client *client, int argc, char **argv)
{
	struct adding adding = { 0 };
	const struct option_word words[] = {
		{ "--name", &adding.name, NULL },
		{ "--pin", &adding.pin, NULL },
		{ "--ca", NULL, &adding.ca },
		{ NULL, NULL, NULL },
	};
	int n = options_read(client, words, argc, argv);

	if (n < 0)
		return EXIT_USAGE;
	if (n != 3)
		return fail_usage(&client->opts, "'broker add' takes a URL and a key");
	adding.url = argv[1];
	adding.key = argv[2];
	if (!adding.name)
		adding.name = adding.url + strcspn(adding.url, "/") + 2 * !!strchr(adding.url, '/');
	return add(client, &adding);
}

/* What was reserved by it could no longer be cancelled. */
static bool in_use(const struct client *client, const char *key)
{
	json_t *circuits = state_list(client, "circuits"),
	       *list = state_list(client, "cancellations");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(state_text(json_array_get(list, i), "broker"), key))
			return true;
	for (size_t i = 0; i < json_array_size(circuits); i++) {
		list = json_object_get(json_array_get(circuits, i), "hops");
		for (size_t j = 0; j < json_array_size(list); j++)
			if (!strcmp(state_text(json_array_get(list, j), "broker"), key))
				return true;
	}
	return false;
}

static int remove_named(struct client *client, const char *name)
{
	json_t *items = state_list(client, "brokers");

	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (strcmp(state_text(item, "name"), name))
			continue;
		if (in_use(client, state_text(item, "key")))
			return fail(&client->opts, EXIT_REFUSED,
				    "Cancel them first, or wait until their windows are over.",
				    "circuits were reserved by this broker");
		json_array_remove(items, i);
		return state_save(client);
	}
	return fail(&client->opts, EXIT_REFUSED, "'phonion broker list' shows them.",
		    "there is no broker '%s'", name);
}

static int cmd_remove(struct client *client, int argc, char **argv)
{
	int status;

	if (argc != 2)
		return fail_usage(&client->opts, "'broker remove' takes the name of a broker");
	status = state_open(client, false);
	return status ? status : remove_named(client, argv[1]);
}

static int cmd_list(struct client *client, int argc, char **argv)
{
	struct out_table table = { .heads = { "BROKER", "URL", "KEY", "CERTIFICATE" } };
	json_t *items;
	int status;

	(void)argv;
	if (argc > 1)
		return fail_usage(&client->opts, "'broker list' takes nothing more");
	status = state_open(client, false);
	if (status)
		return status;
	items = state_list(client, "brokers");
	if (client->opts.json)
		return out_json(&client->opts, json_incref(items));
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		out_row(&table);
		out_cell(&table, 0, "%s", out_str(item, "name"));
		out_cell(&table, 1, "%s", out_str(item, "url"));
		out_cell(&table, 2, "%s", out_str(item, "key"));
		out_cell(&table, 3, "%s",
			 state_text(item, "pin")[0] ? out_str(item, "pin") : "by the system's CAs");
	}
	out_table(&table);
	return out_end(&client->opts);
}

int cmd_broker(struct client *client, int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "list"))
		return cmd_list(client, argc - 1, argv + 1);
	if (!strcmp(argv[1], "add"))
		return cmd_add(client, argc - 1, argv + 1);
	if (!strcmp(argv[1], "remove"))
		return cmd_remove(client, argc - 1, argv + 1);
	return fail_usage(&client->opts, "unknown word '%s'", argv[1]);
}
