// SPDX-License-Identifier: GPL-2.0
/* Getting tokens and spending them. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/base64url.h"
#include "protocol/token.h"
#include "tokens.h"
#include "tools/lib/secret.h"

/* A token that ends while it is on its way would be refused. */
#define MARGIN_S 60

static bool good(const json_t *token, const char *broker)
{
	return !strcmp(state_text(token, "broker"), broker) &&
	       state_uint(token, "not_after") > (uint64_t)time(NULL) + MARGIN_S;
}

size_t tokens_at_hand(const struct client *client, const uint8_t broker[SIGN_KEY_LEN])
{
	json_t *list = state_list(client, "tokens");
	char name[SIGN_KEY_CHARS + 1];
	size_t n = 0;

	base64url_encode(name, broker, SIGN_KEY_LEN);
	for (size_t i = 0; i < json_array_size(list); i++)
		n += good(json_array_get(list, i), name);
	return n;
}

json_t *tokens_batches(const struct client *client, const uint8_t broker[SIGN_KEY_LEN])
{
	json_t *list = state_list(client, "tokens"), *counts = json_object(),
	       *numbers = json_array();
	char name[SIGN_KEY_CHARS + 1], batch[24];
	json_t *count;
	const char *key;

	base64url_encode(name, broker, SIGN_KEY_LEN);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *token = json_array_get(list, i);

		if (!good(token, name))
			continue;
		snprintf(batch, sizeof(batch), "%lu", (unsigned long)state_uint(token, "batch"));
		count = json_integer(state_uint(counts, batch) + 1);
		json_object_set_new(counts, batch, count);
	}
	json_object_foreach(counts, key, count)
		json_array_append(numbers, count);
	json_decref(counts);
	return numbers;
}

/* A batch on its way. */
struct batch {
	const struct token_key *key;
	EVP_PKEY *epoch_key;
	struct token_request *requests;
	json_t *body;
};

static const struct token_key *current_key(const struct directory *directory)
{
	uint64_t now = time(NULL);
	const struct token_key *best = NULL;

	/* The one that is good longest. */
	for (size_t i = 0; i < directory->n_tokens; i++) {
		const struct token_key *key = &directory->tokens[i];

		if (key->not_before <= now && now + MARGIN_S < key->not_after &&
		    (!best || key->not_after > best->not_after))
			best = key;
	}
	return best;
}

static int prepare(struct batch *batch, const struct directory *directory)
{
	char text[BASE64URL_CHARS(TOKEN_SIGNATURE_LEN) + 1];
	json_t *blinded = json_array();
	int err = 0;

	batch->key = current_key(directory);
	if (!batch->key)
		err = -ENOKEY;
	else
		err = blind_key_read(&batch->epoch_key, batch->key->der, batch->key->der_len);
	batch->requests = secret_alloc(TOKEN_BATCH * sizeof(*batch->requests));
	if (!batch->requests)
		err = -ENOMEM;
	for (size_t i = 0; i < TOKEN_BATCH && !err; i++) {
		err = token_request(&batch->requests[i], batch->epoch_key, batch->key->epoch);
		base64url_encode(text, batch->requests[i].blinded, TOKEN_SIGNATURE_LEN);
		json_array_append_new(blinded, json_string(text));
	}
	batch->body = err ? NULL
			  : json_pack("{s:I, s:O}", "epoch", (json_int_t)batch->key->epoch,
				      "blinded", blinded);
	json_decref(blinded);
	return err;
}

static void batch_release(struct batch *batch)
{
	EVP_PKEY_free(batch->epoch_key);
	secret_free(batch->requests);
	json_decref(batch->body);
}

static json_t *kept_token(const struct batch *batch, const struct token *token, const char *broker,
			  uint64_t number)
{
	json_t *item = json_pack("{s:s, s:I, s:I, s:I}", "broker", broker, "epoch",
				 (json_int_t)token->epoch, "not_after",
				 (json_int_t)batch->key->not_after, "batch", (json_int_t)number);

	state_set_octets(item, "prepared", token->prepared, sizeof(token->prepared));
	state_set_octets(item, "signature", token->signature, sizeof(token->signature));
	return item;
}

/* All or none: a signature that is wrong may be a mark to know us by. */
static int finish(struct client *client, struct batch *batch, const struct broker *broker,
		  const char *text)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *signatures = json_object_get(root, "signatures");
	uint8_t signature[TOKEN_SIGNATURE_LEN];
	char name[SIGN_KEY_CHARS + 1];
	int err = json_array_size(signatures) == TOKEN_BATCH ? 0 : -EBADMSG;
	uint64_t number = state_next_batch(client);

	base64url_encode(name, broker->key, SIGN_KEY_LEN);
	for (size_t i = 0; i < TOKEN_BATCH && !err; i++) {
		const char *one = json_string_value(json_array_get(signatures, i));

		err = one ? base64url_exact(signature, sizeof(signature), one) : -EBADMSG;
		if (!err)
			err = token_finish(&batch->requests[i], batch->epoch_key, signature);
	}
	for (size_t i = 0; i < TOKEN_BATCH && !err; i++)
		json_array_append_new(state_list(client, "tokens"),
				      kept_token(batch, &batch->requests[i].token, name, number));
	json_decref(root);
	return err;
}

static int get_batch(struct client *client, const struct broker *broker,
		     const struct directory *directory)
{
	struct batch batch = { 0 };
	struct answer answer = { 0 };
	int err = prepare(&batch, directory), status = EXIT_BROKER;

	if (err)
		status = fail(&client->opts, EXIT_BROKER, "Try again later.",
			      "%s has no key for tokens that can be used: %s", broker->name,
			      strerror(-err));
	else if (!broker_ask(client, broker, "POST", "/v1/tokens", batch.body, &answer))
		status = fail(&client->opts, answer.status ? EXIT_REFUSED : EXIT_BROKER,
			      answer.status == 429 ? "Get tokens some hours ahead." : NULL,
			      "no tokens: %s", answer.why);
	else if (finish(client, &batch, broker, answer.body))
		status = fail(&client->opts, EXIT_BROKER, "Do not use this broker.",
			      "%s signs tokens wrongly, by which it could know them again",
			      broker->name);
	else
		status = state_save(client);
	answer_release(&answer);
	batch_release(&batch);
	return status;
}

int tokens_provide(struct client *client, const struct directories *directories,
		   unsigned int broker, size_t n)
{
	const struct broker *b = &directories->brokers[broker];
	int status = EXIT_DONE;

	while (!status && tokens_at_hand(client, b->key) < n) {
		progress(client, "Getting %d tokens from %s", TOKEN_BATCH, b->name);
		status = get_batch(client, b, directories->of[broker]);
		if (!status && tokens_at_hand(client, b->key) < n)
			broker_pause(client);
	}
	return status;
}

/* How often a batch was taken from already. */
static size_t uses(const json_t *taken, uint64_t batch)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(taken); i++)
		n += state_uint(json_array_get(taken, i), "batch") == batch;
	return n;
}

/* A random one of those whose batch was taken from least; -1: there is none. */
static ssize_t pick(struct client *client, const char *broker, const json_t *taken)
{
	json_t *list = state_list(client, "tokens");
	size_t least = SIZE_MAX, same = 0;
	ssize_t found = -1;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *token = json_array_get(list, i);
		size_t used;

		if (!good(token, broker))
			continue;
		used = uses(taken, state_uint(token, "batch"));
		if (used < least)
			same = 0;
		if (used > least)
			continue;
		least = used;
		if (!random_below(&client->random, ++same))
			found = i;
	}
	return found;
}

json_t *tokens_take(struct client *client, const uint8_t broker[SIGN_KEY_LEN], size_t n)
{
	json_t *list = state_list(client, "tokens"), *taken = json_array();
	char name[SIGN_KEY_CHARS + 1];

	base64url_encode(name, broker, SIGN_KEY_LEN);
	while (json_array_size(taken) < n) {
		ssize_t i = pick(client, name, taken);

		if (i < 0) {
			json_array_extend(list, taken);
			json_decref(taken);
			return NULL;
		}
		json_array_append(taken, json_array_get(list, i));
		json_array_remove(list, i);
	}
	return taken;
}

json_t *tokens_body(const json_t *list)
{
	json_t *body = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *token = json_array_get(list, i);

		json_array_append_new(
			body, json_pack("{s:O, s:O, s:O}", "epoch", json_object_get(token, "epoch"),
					"prepared", json_object_get(token, "prepared"), "signature",
					json_object_get(token, "signature")));
	}
	return body;
}
