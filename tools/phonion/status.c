// SPDX-License-Identifier: GPL-2.0
/* phonion status */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker.h"
#include "crypto/base64url.h"
#include "show.h"
#include "tools/lib/secret.h"

/* A receipt counts only for this reservation, this box, and from this relay. */
static int open_receipt(struct booking *hop, const char *text)
{
	uint8_t box[RECEIPT_BOX_LEN];
	struct receipt receipt;
	int err = base64url_exact(box, sizeof(box), text) ? -EBADMSG : 0;

	if (!err)
		err = receipt_open(&receipt, hop->relay, hop->reply_private, box);
	if (!err && (memcmp(receipt.reservation, hop->id, sizeof(hop->id)) ||
		     memcmp(receipt.box_hash, hop->box_hash, sizeof(hop->box_hash))))
		err = -EBADMSG;
	/* A broker may keep an older one back, but not pass it for a later. */
	if (err || (hop->answered && receipt.issued < hop->answered_at))
		return err;
	hop->answered = true;
	hop->verdict = receipt.verdict;
	hop->answered_at = receipt.issued;
	return 0;
}

static void read_status(struct client *client, struct booking *hop, const struct broker *broker,
			const char *body)
{
	json_t *root = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	const char *receipt = json_string_value(json_object_get(root, "receipt"));

	if (!json_is_object(root))
		warn(client, "%s: the answer is not a broker's", broker->name);
	else if (receipt && open_receipt(hop, receipt))
		warn(client,
		     "%s shows a receipt that is not the relay's for this hop; it is ignored",
		     broker->name);
	json_decref(root);
}

static int poll_hop(struct client *client, struct booking *hop)
{
	char id[RESERVATION_ID_CHARS + 1], path[64];
	struct answer answer;
	struct broker broker;
	int status = EXIT_DONE;

	if (!broker_find(client, hop->broker, &broker)) {
		warn(client, "the broker of a hop was removed, so nothing can be asked of it");
		return EXIT_BROKER;
	}
	base64url_encode(id, hop->id, sizeof(hop->id));
	snprintf(path, sizeof(path), "/v1/reservations/%s", id);
	if (broker_ask(client, &broker, "GET", path, NULL, &answer)) {
		read_status(client, hop, &broker, answer.body);
	} else {
		warn(client, "%s", answer.why);
		status = answer.status == 404 ? EXIT_REFUSED : EXIT_BROKER;
	}
	answer_release(&answer);
	return status;
}

/* In random order, for the order of hops is nobody's business. */
static int poll_circuit(struct client *client, struct circuit *circuit)
{
	unsigned int order[PATH_MAX_HOPS];
	int worst = EXIT_DONE;

	for (unsigned int i = 0; i < circuit->n; i++)
		order[i] = i;
	random_shuffle(&client->random, order, circuit->n, sizeof(order[0]));
	for (unsigned int i = 0; i < circuit->n; i++) {
		int status;

		progress(client, "Asking for a receipt (%u of %u)", i + 1, circuit->n);
		status = poll_hop(client, &circuit->hops[order[i]]);

		worst = status > worst ? status : worst;
		if (i + 1 < circuit->n)
			broker_pause(client);
	}
	return worst;
}

/* Of all hops together. */
static int state_of(const struct circuit *circuit)
{
	int state = EXIT_DONE;

	for (unsigned int i = 0; i < circuit->n; i++) {
		if (!circuit->hops[i].answered)
			state = state == EXIT_HOP_REFUSED ? state : EXIT_WAITING;
		else if (circuit->hops[i].verdict != RECEIPT_ACCEPTED)
			state = EXIT_HOP_REFUSED;
	}
	return state;
}

static const char *state_word(int state)
{
	return state == EXIT_DONE ? "accepted" : state == EXIT_WAITING ? "waiting" : "refused";
}

static void print(const struct circuit *circuit)
{
	char text[WINDOW_TEXT_SIZE];

	window_text(text, &circuit->window);
	printf("Circuit %s, %s: %s\n", circuit->id, text, state_word(state_of(circuit)));
	show_hops(circuit);
	for (unsigned int i = 0; i < circuit->n; i++)
		if (show_advice(&circuit->hops[i]))
			printf("Hop %u: %s.\n", i + 1, show_advice(&circuit->hops[i]));
}

struct asking {
	bool offline;
	json_t *json;
	int status;
};

static void look(struct client *client, const json_t *item, struct asking *asking)
{
	struct circuit *circuit = circuit_from(item);
	int status = EXIT_DONE;

	if (!circuit) {
		warn(client, "a circuit in the state cannot be read");
		asking->status = EXIT_STATE;
		return;
	}
	if (!asking->offline) {
		status = poll_circuit(client, circuit);
		circuit_keep(client, circuit);
	}
	if (!status)
		status = state_of(circuit);
	asking->status = status > asking->status ? status : asking->status;
	if (asking->json) {
		json_t *json = show_json(circuit);

		json_object_set_new(json, "state", json_string(state_word(state_of(circuit))));
		json_array_append_new(asking->json, json);
	} else {
		print(circuit);
	}
	secret_free(circuit);
}

static void look_at_all(struct client *client, struct asking *asking)
{
	/* Keeping a circuit puts it at the list's end. */
	json_t *list = json_copy(state_list(client, "circuits"));

	for (size_t i = 0; i < json_array_size(list); i++)
		look(client, json_array_get(list, i), asking);
	if (!json_array_size(list) && !asking->json)
		printf("There is no circuit.\n");
	json_decref(list);
}

static int finish(struct client *client, struct asking *asking)
{
	int status;

	if (!asking->offline) {
		broker_cancel_all(client);
		status = state_save(client);
		asking->status = status ? status : asking->status;
	}
	status = asking->json ? out_json(&client->opts, asking->json) : out_end(&client->opts);
	return status ? status : asking->status;
}

int cmd_status(struct client *client, int argc, char **argv)
{
	struct asking asking = { 0 };
	const struct option_word words[] = { { "--offline", NULL, &asking.offline },
					     { NULL, NULL, NULL } };
	int n = options_read(client, words, argc, argv), status;
	json_t *item;

	if (n < 0)
		return EXIT_USAGE;
	if (n > 2)
		return fail_usage(&client->opts, "'status' takes one circuit, or none");
	status = state_open(client, false);
	if (status)
		return status;
	item = n == 2 ? circuit_find(client, argv[1], &status) : NULL;
	if (status)
		return status;
	if (client->opts.json)
		asking.json = json_array();
	if (item)
		json_incref(item);
	if (item)
		look(client, item, &asking);
	else
		look_at_all(client, &asking);
	json_decref(item);
	return finish(client, &asking);
}
