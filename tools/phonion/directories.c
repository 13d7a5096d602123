// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/base64url.h"
#include "directories.h"
#include "tools/lib/secret.h"

static int get(const struct client *client, struct directories *directories, unsigned int i)
{
	const struct broker *broker = &directories->brokers[i];
	const char *error = NULL;
	size_t left_out = 0;
	struct answer answer;
	int err = -EIO;

	if (!broker_ask(client, broker, "GET", "/v1/directory", NULL, &answer)) {
		warn(client, "%s", answer.why);
	} else {
		secret_public_json(true);
		err = directory_read(&directories->of[i], answer.body, broker->key, time(NULL),
				     &left_out, &error);
		secret_public_json(false);
		if (err)
			warn(client, "the directory of %s is refused: %s", broker->name,
			     error ? error : strerror(-err));
	}
	if (left_out)
		warn(client, "%zu relays of %s are left out: their descriptors cannot be read",
		     left_out, broker->name);
	answer_release(&answer);
	return err;
}

/* All entries of all directories, those of a relay together, its newest first. */
struct entry {
	unsigned int broker;
	const struct directory_relay *relay;
};

static int compare(const void *a, const void *b)
{
	const struct descriptor *x = ((const struct entry *)a)->relay->descriptor;
	const struct descriptor *y = ((const struct entry *)b)->relay->descriptor;
	int order = memcmp(x->relay, y->relay, SIGN_KEY_LEN);

	if (order)
		return order;
	return x->sequence < y->sequence ? 1 : x->sequence > y->sequence ? -1 : 0;
}

static void add_entry(struct directories *directories, const struct entry *entry)
{
	const struct descriptor *descriptor = entry->relay->descriptor;
	struct known_relay *relay = &directories->relays[directories->n_relays];

	if (directories->n_relays &&
	    !memcmp(relay[-1].descriptor->relay, descriptor->relay, SIGN_KEY_LEN))
		relay--;
	else
		directories->n_relays++;
	if (!relay->n)
		relay->descriptor = descriptor;
	for (unsigned int i = 0; i < relay->n; i++)
		if (relay->at[i].broker == entry->broker)
			return; /* a directory names it twice */
	relay->at[relay->n].broker = entry->broker;
	relay->at[relay->n++].entry = entry->relay;
}

static int merge(struct directories *directories)
{
	struct entry *entries;
	size_t total = 0, n = 0;

	for (unsigned int i = 0; i < directories->n; i++)
		total += directories->of[i] ? directories->of[i]->n_relays : 0;
	entries = calloc(total + 1, sizeof(*entries));
	directories->relays = calloc(total + 1, sizeof(*directories->relays));
	if (!entries || !directories->relays) {
		free(entries);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < directories->n; i++)
		for (size_t j = 0; directories->of[i] && j < directories->of[i]->n_relays; j++)
			entries[n++] = (struct entry){ i, &directories->of[i]->relays[j] };
	qsort(entries, n, sizeof(*entries), compare);
	for (size_t i = 0; i < n; i++)
		add_entry(directories, &entries[i]);
	free(entries);
	return 0;
}

static bool differ(const struct known_relay *relay)
{
	for (unsigned int i = 1; i < relay->n; i++)
		if (strcmp(relay->at[i].entry->jws, relay->at[0].entry->jws))
			return true;
	return false;
}

/*
 * A forgery that is over or has no number is on no path, so nobody would verify it,
 * and the relay would be lost. What all brokers agree on is left to the paths: to
 * verify 10,000 relays takes a second.
 */
static void settle(const struct client *client, struct directories *directories)
{
	size_t forged[MAX_BROKERS] = { 0 };

	for (size_t i = 0; i < directories->n_relays; i++) {
		struct known_relay *relay = &directories->relays[i];

		while (differ(relay)) {
			unsigned int broker = relay->at[0].broker;

			if (directories_verify(relay))
				break;
			forged[broker]++;
		}
	}
	for (unsigned int i = 0; i < directories->n; i++)
		if (forged[i])
			warn(client, "%zu descriptors of %s are left out: they are forged",
			     forged[i], directories->brokers[i].name);
}

int directories_get(const struct client *client, struct directories *directories)
{
	unsigned int good = 0;

	memset(directories, 0, sizeof(*directories));
	directories->n = brokers_list(client, directories->brokers);
	if (!directories->n)
		return fail(&client->opts, EXIT_REFUSED,
			    "Add one with 'phonion broker add URL KEY'.", "no broker is known");
	for (unsigned int i = 0; i < directories->n; i++)
		good += !get(client, directories, i);
	if (!good)
		return fail(&client->opts, EXIT_BROKER,
			    "Is the network there, and the proxy? Are URL, key and pin still right "
			    "('phonion broker list')?",
			    "no broker gave a directory that can be trusted");
	if (merge(directories))
		return fail(&client->opts, EXIT_REFUSED, NULL, "out of memory");
	settle(client, directories);
	return EXIT_DONE;
}

void directories_release(struct directories *directories)
{
	for (unsigned int i = 0; i < directories->n; i++)
		directory_free(directories->of[i]);
	free(directories->relays);
	memset(directories, 0, sizeof(*directories));
}

int directories_round(const struct client *client, const struct directories *directories,
		      struct window *window)
{
	uint32_t slot_s[MAX_BROKERS];
	struct window asked = *window;
	char text[WINDOW_TEXT_SIZE];
	unsigned int n = 0;

	for (unsigned int i = 0; i < directories->n; i++)
		if (directories->of[i])
			slot_s[n++] = directories->of[i]->slot_s;
	if (window_round(window, slot_s, n))
		return fail(&client->opts, EXIT_NO_PATH, "Use brokers whose slots fit together.",
			    "the slots of your brokers have no common beginning and end near this "
			    "window");
	window_text(text, window);
	if (window->from != asked.from || window->to != asked.to)
		progress(client, "The window is widened to whole slots, as everybody's is: %s",
			 text);
	return EXIT_DONE;
}

bool directories_free(const struct directories *directories, const struct known_relay *relay,
		      const char *ingress, const struct window *window)
{
	struct slots slots;

	for (unsigned int i = 0; i < relay->n; i++) {
		const struct directory *directory = directories->of[relay->at[i].broker];

		if (slots_cover(&slots, directory->slot_s, window->from, window->to) ||
		    !directory_free_slots(relay->at[i].entry, ingress, &slots))
			return false;
	}
	return true;
}

bool directories_verify(struct known_relay *relay)
{
	struct descriptor *again;

	if (relay->bad)
		return false;
	if (!descriptor_read(&again, relay->at[0].entry->jws, DESCRIPTOR_VERIFY, NULL)) {
		descriptor_free(again);
		return true;
	}
	relay->n--;
	memmove(relay->at, relay->at + 1, relay->n * sizeof(relay->at[0]));
	relay->bad = !relay->n;
	if (relay->n)
		relay->descriptor = relay->at[0].entry->descriptor;
	return false;
}

void relay_short(char text[RELAY_SHORT_SIZE], const uint8_t relay[SIGN_KEY_LEN])
{
	base64url_encode(text, relay, SIGN_KEY_LEN);
	text[RELAY_SHORT_CHARS] = '\0';
}

const struct known_relay *directories_relay(const struct directories *directories,
					    const char *prefix)
{
	const struct known_relay *found = NULL;
	char name[SIGN_KEY_CHARS + 1];

	for (size_t i = 0; i < directories->n_relays; i++) {
		base64url_encode(name, directories->relays[i].descriptor->relay, SIGN_KEY_LEN);
		if (strncmp(name, prefix, strlen(prefix)))
			continue;
		if (found)
			return NULL;
		found = &directories->relays[i];
	}
	return found;
}
