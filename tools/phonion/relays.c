// SPDX-License-Identifier: GPL-2.0
/* phonion relays */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/base64url.h"
#include "directories.h"
#include "words.h"

struct listing {
	const char *region, *technology, *window;
	struct words regions, technologies;
	struct directories directories;
	struct window when;
	struct out_table table;
	json_t *json;
};

static const char *free_text(const struct listing *listing, const struct known_relay *relay,
			     const struct ingress *ingress)
{
	if (!listing->window)
		return NULL;
	return directories_free(&listing->directories, relay, ingress->number, &listing->when)
		       ? "yes"
		       : "no";
}

static void add_json(struct listing *listing, const struct known_relay *relay,
		     const struct descriptor_trunk *trunk, const struct ingress *ingress)
{
	const struct descriptor *d = relay->descriptor;
	const char *is_free = free_text(listing, relay, ingress);
	char name[SIGN_KEY_CHARS + 1];
	json_t *item;

	base64url_encode(name, d->relay, SIGN_KEY_LEN);
	item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "relay", name, "operator",
			 d->operator, "carrier", trunk->carrier, "region", trunk->region,
			 "technology", technology_name(trunk->technology), "number",
			 ingress->number, "lanes", (int)ingress->lanes, "price", (int)d->price);
	if (is_free)
		json_object_set_new(item, "free", json_boolean(!strcmp(is_free, "yes")));
	json_array_append_new(listing->json, item);
}

static void add_row(struct listing *listing, const struct known_relay *relay,
		    const struct descriptor_trunk *trunk, const struct ingress *ingress)
{
	const struct descriptor *d = relay->descriptor;
	const char *is_free = free_text(listing, relay, ingress);
	struct out_table *t = &listing->table;
	char name[RELAY_SHORT_SIZE];

	relay_short(name, d->relay);
	out_row(t);
	out_cell(t, 0, "%s", name);
	out_cell(t, 1, "%s", d->operator);
	out_cell(t, 2, "%s", trunk->carrier);
	out_cell(t, 3, "%s", trunk->region);
	out_cell(t, 4, "%s", technology_name(trunk->technology));
	out_cell(t, 5, "%s", ingress->number);
	if (ingress->lanes)
		out_cell(t, 6, "shared by %u", ingress->lanes);
	else
		out_cell(t, 6, "own");
	out_cell(t, 7, "%u", d->price);
	if (is_free)
		out_cell(t, 8, "%s", is_free);
}

static void add_relay(struct listing *listing, const struct known_relay *relay)
{
	for (size_t i = 0; i < relay->descriptor->n_trunks; i++) {
		const struct descriptor_trunk *trunk = &relay->descriptor->trunks[i];

		if (!words_have(&listing->regions, trunk->region) ||
		    !words_have(&listing->technologies, technology_name(trunk->technology)))
			continue;
		for (size_t j = 0; j < trunk->n_ingresses; j++) {
			if (listing->json)
				add_json(listing, relay, trunk, &trunk->ingresses[j]);
			else
				add_row(listing, relay, trunk, &trunk->ingresses[j]);
		}
	}
}

static int show(struct client *client, struct listing *listing)
{
	if (client->opts.json)
		listing->json = json_array();
	for (size_t i = 0; i < listing->directories.n_relays; i++) {
		struct known_relay *relay = &listing->directories.relays[i];

		while (!relay->bad && !directories_verify(relay))
			warn(client, "a relay's descriptor is left out: it is forged");
		if (!relay->bad)
			add_relay(listing, relay);
	}
	if (listing->json)
		return out_json(&client->opts, listing->json);
	out_table(&listing->table);
	return out_end(&client->opts);
}

static int check_words(struct client *client, struct listing *listing)
{
	enum technology technology;

	if (words_split(&listing->regions, listing->region) ||
	    words_split(&listing->technologies, listing->technology))
		return fail_usage(&client->opts, "more than %d words in a list", WORDS_MAX);
	for (unsigned int i = 0; i < listing->technologies.n; i++)
		if (technology_parse(&technology, listing->technologies.list[i]))
			return fail_usage(&client->opts, "unknown technology '%s'",
					  listing->technologies.list[i]);
	return EXIT_DONE;
}

static int list(struct client *client, struct listing *listing)
{
	const char *error;
	int status = check_words(client, listing);

	if (!status && listing->window &&
	    window_parse(&listing->when, listing->window, time(NULL), &error))
		return fail_usage(&client->opts, "%s", error);
	if (!status)
		status = state_open(client, false);
	if (!status)
		status = directories_get(client, &listing->directories);
	if (!status && listing->window)
		status = directories_round(client, &listing->directories, &listing->when);
	return status ? status : show(client, listing);
}

int cmd_relays(struct client *client, int argc, char **argv)
{
	struct listing listing = {
		.table.heads = { "RELAY", "OPERATOR", "CARRIER", "REGION", "BY", "NUMBER", "KIND",
				 "PRICE", "FREE" },
	};
	const struct option_word words[] = {
		{ "--region", &listing.region, NULL },
		{ "--technology", &listing.technology, NULL },
		{ "--window", &listing.window, NULL },
		{ NULL, NULL, NULL },
	};
	int n = options_read(client, words, argc, argv), status;

	if (n < 0)
		return EXIT_USAGE;
	if (n != 1)
		return fail_usage(&client->opts, "'relays' takes options only");
	status = list(client, &listing);
	directories_release(&listing.directories);
	words_release(&listing.regions);
	words_release(&listing.technologies);
	return status;
}
