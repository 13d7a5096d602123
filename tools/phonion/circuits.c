// SPDX-License-Identifier: GPL-2.0
/* phonion export, cancel and passphrase */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker.h"
#include "show.h"
#include "tools/lib/passphrase.h"
#include "tools/lib/secret.h"
#include "tools/lib/vault.h"

static int find(struct client *client, int argc, char **argv, json_t **item)
{
	int status;

	*item = NULL;
	if (argc != 2)
		return fail_usage(&client->opts, "'%s' takes one circuit", argv[0]);
	status = state_open(client, false);
	if (!status)
		*item = circuit_find(client, argv[1], &status);
	return status;
}

int cmd_export(struct client *client, int argc, char **argv)
{
	struct circuit *circuit;
	json_t *item;
	int status = find(client, argc, argv, &item);

	if (status)
		return status;
	circuit = circuit_from(item);
	if (!circuit)
		return fail(&client->opts, EXIT_STATE, NULL, "the circuit cannot be read");
	if (client->opts.json) {
		status = out_json(&client->opts, show_export_json(circuit));
	} else {
		show_export(circuit);
		status = out_end(&client->opts);
	}
	secret_free(circuit);
	return status;
}

/* On the disk before it is sent, so that it is sent whatever happens here. */
int cmd_cancel(struct client *client, int argc, char **argv)
{
	char id[CIRCUIT_ID_LEN + 1];
	json_t *item;
	size_t left;
	int status = find(client, argc, argv, &item);

	if (status)
		return status;
	snprintf(id, sizeof(id), "%s", state_text(item, "id"));
	circuit_abandon(client, item);
	circuit_remove(client, id);
	status = state_save(client);
	if (status)
		return status;
	progress(client, "Cancelling %zu hops",
		 json_array_size(state_list(client, "cancellations")));
	left = broker_cancel_all(client);
	status = state_save(client);
	if (status)
		return status;
	if (left)
		return fail(&client->opts, EXIT_BROKER,
			    "'phonion status' tries it again, until the window is over.",
			    "%zu hops could not be cancelled yet", left);
	if (client->opts.json)
		return out_json(&client->opts, json_pack("{s:s}", "cancelled", id));
	printf("Circuit %s is cancelled.\n", id);
	return out_end(&client->opts);
}

static int set_passphrase(struct client *client, const char *file)
{
	char *passphrase;
	int err = passphrase_get(&passphrase, file, "New passphrase", true), status;

	if (!err) {
		err = vault_set_passphrase(client->vault, passphrase, client->settings.scrypt);
		secret_free(passphrase);
	}
	if (err)
		return fail(&client->opts, EXIT_STATE, "The old one is still good.",
			    err == -ESTALE   ? "these were two different passphrases"
			    : err == -ENXIO  ? "there is no terminal to ask for the passphrase"
			    : err == -EINVAL ? "the passphrase is empty or too long"
					     : "the passphrase could not be changed");
	status = state_save(client);
	if (!status && client->opts.json)
		return out_json(&client->opts, json_pack("{s:b}", "changed", 1));
	return status;
}

int cmd_passphrase(struct client *client, int argc, char **argv)
{
	const char *file = NULL;
	const struct option_word words[] = { { "--new-file", &file, NULL }, { NULL, NULL, NULL } };
	int n = options_read(client, words, argc, argv), status;

	if (n < 0)
		return EXIT_USAGE;
	if (n != 1)
		return fail_usage(&client->opts, "'passphrase' takes options only");
	status = state_open(client, false);
	return status ? status : set_passphrase(client, file);
}
