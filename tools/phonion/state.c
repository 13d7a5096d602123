// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <time.h>

#include "circuit.h"
#include "crypto/base64url.h"
#include "state.h"
#include "tools/lib/passphrase.h"
#include "tools/lib/secret.h"
#include "tools/lib/vault.h"

#define VERSION 1

const char *state_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

uint64_t state_uint(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value < 0 ? 0 : value;
}

int state_octets(const json_t *object, const char *name, void *out, size_t len)
{
	return base64url_exact(out, len, state_text(object, name));
}

void state_set_octets(json_t *object, const char *name, const void *data, size_t len)
{
	char *text = secret_alloc(BASE64URL_CHARS(len) + 1);

	if (!text)
		return;
	base64url_encode(text, data, len);
	json_object_set_new(object, name, json_string(text));
	secret_free(text);
}

json_t *state_list(const struct client *client, const char *name)
{
	json_t *list = json_object_get(client->state, name);

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(client->state, name, list);
	}
	return list;
}

uint64_t state_next_batch(struct client *client)
{
	uint64_t batch = state_uint(client->state, "batch") + 1;

	json_object_set_new(client->state, "batch", json_integer(batch));
	return batch;
}

static void forget_over(json_t *list, const char *until, uint64_t now)
{
	for (size_t i = json_array_size(list); i-- > 0;)
		if (state_uint(json_array_get(list, i), until) <= now)
			json_array_remove(list, i);
}

/* What an interrupted run left is of no use: nobody knows all of its hops to be reserved. */
static void give_up_unfinished(struct client *client)
{
	json_t *list = state_list(client, "circuits");

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *item = json_array_get(list, i);

		if (strcmp(state_text(item, "state"), "building"))
			continue;
		warn(client, "an earlier 'phonion reserve' was interrupted; what it reserved is "
			     "given back");
		circuit_abandon(client, item);
		json_array_remove(list, i);
	}
}

static void tidy(struct client *client)
{
	uint64_t now = time(NULL);

	forget_over(state_list(client, "circuits"), "until", now);
	forget_over(state_list(client, "tokens"), "not_after", now);
	forget_over(state_list(client, "cancellations"), "until", now);
	give_up_unfinished(client);
}

static int open_failed(const struct client *client, int err)
{
	const struct opts *opts = &client->opts;
	const char *dir = client->settings.state_dir;

	switch (err) {
	case -EWOULDBLOCK:
		return fail(opts, EXIT_STATE, "Wait until it is done.",
			    "another phonion is using %s", dir);
	case -EKEYREJECTED:
		return fail(opts, EXIT_STATE, "Try again.", "wrong passphrase for %s/state", dir);
	case -EBADMSG:
		return fail(
			opts, EXIT_STATE,
			"Restore it from a copy, or move it away and begin anew; circuits in it can "
			"then no longer be cancelled.",
			"%s/state is damaged, or somebody has altered it", dir);
	case -ENXIO:
		return fail(opts, EXIT_STATE, "Use --passphrase-file FILE.",
			    "there is no terminal to ask for the passphrase");
	case -EINVAL:
		return fail(opts, EXIT_STATE, "It is one line of up to 1023 octets.",
			    "the passphrase is empty or too long");
	case -ESTALE:
		return fail(opts, EXIT_STATE, "Try again.", "these were two different passphrases");
	default:
		return fail(opts, EXIT_STATE,
			    "Make it yours to write, or name another with --state.", "%s: %s", dir,
			    strerror(-err));
	}
}

static int load(struct client *client, const char *passphrase)
{
	int err = vault_load(client->vault, passphrase, &client->state);

	if (err)
		return open_failed(client, err);
	if (!json_is_object(client->state) || state_uint(client->state, "version") != VERSION)
		return fail(&client->opts, EXIT_STATE, "Use a newer phonion.",
			    "the state was written by another version");
	tidy(client);
	return EXIT_DONE;
}

static int make_new(struct client *client, const char *passphrase)
{
	int err = vault_set_passphrase(client->vault, passphrase, client->settings.scrypt);

	if (err)
		return open_failed(client, err);
	client->state = json_pack("{s:i}", "version", VERSION);
	return client->state ? EXIT_DONE : open_failed(client, -ENOMEM);
}

int state_open(struct client *client, bool make)
{
	const struct settings *settings = &client->settings;
	char *passphrase;
	bool there;
	int err = vault_new(&client->vault, settings->state_dir), status;

	if (err)
		return open_failed(client, err);
	there = vault_exists(client->vault);
	if (!there && !make)
		return fail(&client->opts, EXIT_STATE, "Begin with 'phonion broker add URL KEY'.",
			    "there is nothing in %s yet", settings->state_dir);
	err = passphrase_get(&passphrase, settings->passphrase_file,
			     there ? "Passphrase" : "New passphrase", !there);
	if (err && settings->passphrase_file && err != -EINVAL)
		return fail(&client->opts, EXIT_STATE,
			    "Name another with --passphrase-file, or none, to be asked.", "%s: %s",
			    settings->passphrase_file, strerror(-err));
	if (err)
		return open_failed(client, err);
	status = there ? load(client, passphrase) : make_new(client, passphrase);
	secret_free(passphrase);
	return status;
}

int state_save(struct client *client)
{
	int err = vault_save(client->vault, client->state);

	if (err)
		return fail(&client->opts, EXIT_STATE, "Is the disk full, or read-only?",
			    "%s/state could not be written and is as it was: %s",
			    client->settings.state_dir, strerror(-err));
	return EXIT_DONE;
}

void state_close(struct client *client)
{
	json_decref(client->state);
	vault_free(client->vault);
}
