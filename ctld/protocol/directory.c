// SPDX-License-Identifier: GPL-2.0
#include "protocol/directory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64url.h"
#include "protocol/json.h"
#include "protocol/lift.h"
#include "protocol/number.h"
#include "protocol/token.h"

#define VERSION	    1
#define MAX_TIME    (1ull << 40)
#define MAX_HORIZON (366 * 86400)
#define MAX_DER	    1024

static bool is_token_key(const uint8_t *der, size_t len)
{
	EVP_PKEY *key;
	bool is;

	if (blind_key_read(&key, der, len))
		return false;
	is = EVP_PKEY_get_size(key) == TOKEN_SIGNATURE_LEN;
	EVP_PKEY_free(key);
	return is;
}

/* What TEXT was before it was lifted out, to be freed. */
static char *take(struct json_reader *reader, struct lifted *lifted, const char *text)
{
	char *taken = lift_take(lifted, text);

	if (!taken && !reader->error)
		reader->error = "a text is not one of a directory, or memory is short";
	return taken;
}

static void read_key(struct json_reader *reader, const char *text, struct token_key *key)
{
	uint8_t der[MAX_DER];
	int n = base64url_decode(der, sizeof(der), text, strlen(text));

	if (n <= 0 || !is_token_key(der, n)) {
		if (!reader->error)
			reader->error = "a token key is not RSA 2048 with the exponent 65537";
		return;
	}
	key->der = malloc(n);
	if (!key->der)
		return;
	memcpy(key->der, der, n);
	key->der_len = n;
}

static void read_token(struct json_reader *reader, const json_t *object, struct lifted *lifted,
		       struct token_key *key)
{
	static const char *const names[] = { "epoch", "not_before", "not_after", "key", NULL };
	char *text;

	json_members(reader, object, names);
	key->epoch = json_uint(reader, object, "epoch", 0, MAX_TIME);
	key->not_before = json_uint(reader, object, "not_before", 0, MAX_TIME);
	key->not_after = json_uint(reader, object, "not_after", 0, MAX_TIME);
	if (key->not_after <= key->not_before && !reader->error)
		reader->error = "a token key is never good";
	text = take(reader, lifted, json_text(reader, object, "key"));
	if (text)
		read_key(reader, text, key);
	free(text);
}

static void read_busy(struct json_reader *reader, const json_t *object, struct busy *busy)
{
	static const char *const names[] = { "ingress", "first", "count", NULL };

	json_members(reader, object, names);
	json_name(reader, object, "ingress", busy->ingress, sizeof(busy->ingress));
	busy->first = json_uint(reader, object, "first", 0, MAX_TIME);
	busy->count = json_uint(reader, object, "count", 1, UINT32_MAX);
	if (!reader->error && !number_valid(busy->ingress))
		reader->error = "a busy ingress is not an E.164 number with +";
}

static int read_relay(struct json_reader *reader, const json_t *object, struct lifted *lifted,
		      struct directory_relay *relay)
{
	static const char *const names[] = { "descriptor", "busy", NULL };
	const json_t *list = json_list(reader, object, "busy", 0, SIZE_MAX);
	size_t n = json_array_size(list);

	json_members(reader, object, names);
	if (n > DIRECTORY_MAX_BUSY)
		return -E2BIG;
	relay->jws = take(reader, lifted, json_text(reader, object, "descriptor"));
	relay->busy = n ? calloc(n, sizeof(*relay->busy)) : NULL;
	if (n && !relay->busy)
		return -ENOMEM;
	for (; relay->n_busy < n; relay->n_busy++)
		read_busy(reader, json_array_get(list, relay->n_busy), &relay->busy[relay->n_busy]);
	return 0;
}

static void relay_free(struct directory_relay *relay)
{
	free(relay->jws);
	descriptor_free(relay->descriptor);
	free(relay->busy);
}

/* What is wrong with one relay must not take the others away. */
static int read_relays(struct json_reader *reader, const json_t *root, struct lifted *lifted,
		       struct directory *directory, size_t *left_out)
{
	const json_t *list = json_list(reader, root, "relays", 0, DIRECTORY_MAX_RELAYS);
	size_t n = json_array_size(list), i;
	struct directory_relay *relay;
	int err;

	directory->relays = calloc(n + 1, sizeof(*directory->relays));
	if (!directory->relays)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		relay = &directory->relays[directory->n_relays];
		err = read_relay(reader, json_array_get(list, i), lifted, relay);
		if (!err && !reader->error)
			err = descriptor_read(&relay->descriptor, relay->jws, 0, NULL);
		if (!err && !reader->error) {
			directory->n_relays++;
			continue;
		}
		relay_free(relay);
		memset(relay, 0, sizeof(*relay));
		if (err == -ENOMEM || reader->error)
			return err ?: -EBADMSG;
		++*left_out;
	}
	return 0;
}

static bool epoch_is_new(const struct directory *directory, uint64_t epoch)
{
	for (size_t i = 0; i < directory->n_tokens; i++)
		if (directory->tokens[i].epoch == epoch)
			return false;
	return true;
}

static int read_tokens(struct json_reader *reader, const json_t *root, struct lifted *lifted,
		       struct directory *directory)
{
	const json_t *list = json_list(reader, root, "tokens", 0, DIRECTORY_MAX_TOKENS);
	size_t n = json_array_size(list);

	directory->tokens = calloc(n + 1, sizeof(*directory->tokens));
	if (!directory->tokens)
		return -ENOMEM;
	for (; directory->n_tokens < n; directory->n_tokens++) {
		read_token(reader, json_array_get(list, directory->n_tokens), lifted,
			   &directory->tokens[directory->n_tokens]);
		if (!reader->error && !directory->tokens[directory->n_tokens].der)
			return -ENOMEM;
		if (!reader->error &&
		    !epoch_is_new(directory, directory->tokens[directory->n_tokens].epoch))
			reader->error = "an epoch stands twice";
	}
	return 0;
}

static int compare_relays(const void *a, const void *b)
{
	const struct descriptor *const *x = a, *const *y = b;

	return memcmp((*x)->relay, (*y)->relay, SIGN_KEY_LEN);
}

/* A relay that stands twice would be chosen twice as often. */
static int check_twice(struct json_reader *reader, const struct directory *directory)
{
	size_t n = directory->n_relays;
	const struct descriptor **sorted = calloc(n + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = directory->relays[i].descriptor;
	qsort(sorted, n, sizeof(*sorted), compare_relays);
	for (size_t i = 1; i < n && !reader->error; i++)
		if (!compare_relays(&sorted[i - 1], &sorted[i]))
			reader->error = "a relay stands twice";
	free(sorted);
	return 0;
}

static int read_root(struct json_reader *reader, const json_t *root, struct lifted *lifted,
		     struct directory *directory, size_t *left_out)
{
	static const char *const names[] = { "version", "broker", "issued", "expires", "slot",
					     "horizon", "tokens", "relays", NULL };
	int err;

	json_members(reader, root, names);
	json_uint(reader, root, "version", VERSION, VERSION);
	json_octets(reader, root, "broker", directory->broker, sizeof(directory->broker));
	directory->issued = json_uint(reader, root, "issued", 0, MAX_TIME);
	directory->expires = json_uint(reader, root, "expires", 0, MAX_TIME);
	directory->slot_s = json_uint(reader, root, "slot", SLOT_MIN_S, SLOT_MAX_S);
	directory->horizon_s = json_uint(reader, root, "horizon", 1, MAX_HORIZON);
	if (!reader->error && directory->expires <= directory->issued)
		reader->error = "it expires before it is issued";
	err = read_tokens(reader, root, lifted, directory);
	if (!err)
		err = read_relays(reader, root, lifted, directory, left_out);
	return err ?: check_twice(reader, directory);
}

static int read_payload(struct json_reader *reader, struct directory *directory, char *text,
			size_t len, size_t *left_out)
{
	struct lifted lifted = { NULL };
	json_t *root = NULL;
	int err = lift_texts(&lifted, text, &len);

	if (!err) {
		root = json_object_of(reader, text, len);
		err = root ? read_root(reader, root, &lifted, directory, left_out) : -EBADMSG;
	}
	json_decref(root);
	lift_free(&lifted);
	return err ?: reader->error ? -EBADMSG : 0;
}

static int check(struct json_reader *reader, const struct directory *directory,
		 const uint8_t broker[SIGN_KEY_LEN], uint64_t now)
{
	if (memcmp(directory->broker, broker, SIGN_KEY_LEN)) {
		reader->error = "it names another broker than the one that signed it";
		return -EBADMSG;
	}
	if (directory->issued > now + DIRECTORY_SKEW_S || now >= directory->expires) {
		reader->error = "it has expired, or is of the future: compare the clocks";
		return -ESTALE;
	}
	return 0;
}

int directory_read(struct directory **directory, const char *jws,
		   const uint8_t broker[SIGN_KEY_LEN], uint64_t now, size_t *left_out,
		   const char **error)
{
	struct json_reader reader = { NULL };
	struct directory *new = NULL;
	char *payload;
	size_t len, none;
	int err = strnlen(jws, DIRECTORY_MAX_LEN + 1) > DIRECTORY_MAX_LEN
			  ? -EBADMSG
			  : jws_verify(jws, broker, DIRECTORY_TYPE, &payload, &len);

	if (err) {
		reader.error = err == -EKEYREJECTED ? "it is not signed by this broker"
						    : "it is not a directory";
		goto err_report;
	}
	left_out = left_out ?: &none;
	*left_out = 0;
	new = calloc(1, sizeof(*new));
	err = new ? read_payload(&reader, new, payload, len, left_out) : -ENOMEM;
	free(payload);
	if (!err)
		err = check(&reader, new, broker, now);
	if (!err) {
		*directory = new;
		return 0;
	}
	directory_free(new);
err_report:
	if (error)
		*error = reader.error ?: "out of memory";
	return err;
}

void directory_free(struct directory *directory)
{
	size_t i;

	if (!directory)
		return;
	for (i = 0; i < directory->n_relays; i++)
		relay_free(&directory->relays[i]);
	for (i = 0; directory->tokens && i <= directory->n_tokens; i++)
		free(directory->tokens[i].der);
	free(directory->relays);
	free(directory->tokens);
	free(directory);
}

bool directory_free_slots(const struct directory_relay *relay, const char *ingress,
			  const struct slots *slots)
{
	const struct busy *busy;
	size_t i;

	for (i = 0; i < relay->n_busy; i++) {
		busy = &relay->busy[i];
		if (busy->first < slots->first + slots->count &&
		    slots->first < busy->first + busy->count && !strcmp(busy->ingress, ingress))
			return false;
	}
	return true;
}

/* NULL when one of the values is, so that nothing is left out in silence. */
static json_t *append(json_t *list, json_t *value)
{
	if (!json_array_append_new(list, value))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *write_token(const struct token_key *key)
{
	char text[BASE64URL_CHARS(MAX_DER) + 1];

	if (key->der_len > MAX_DER)
		return NULL;
	base64url_encode(text, key->der, key->der_len);
	return json_pack("{s:I, s:I, s:I, s:s}", "epoch", (json_int_t)key->epoch, "not_before",
			 (json_int_t)key->not_before, "not_after", (json_int_t)key->not_after,
			 "key", text);
}

static json_t *write_tokens(const struct directory *directory)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < directory->n_tokens; i++)
		list = append(list, write_token(&directory->tokens[i]));
	return list;
}

static json_t *write_busy(const struct directory_relay *relay)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < relay->n_busy; i++)
		list = append(list, json_pack("{s:s, s:I, s:I}", "ingress", relay->busy[i].ingress,
					      "first", (json_int_t)relay->busy[i].first, "count",
					      (json_int_t)relay->busy[i].count));
	return list;
}

static json_t *write_relays(const struct directory *directory)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < directory->n_relays; i++)
		list = append(list, json_pack("{s:s, s:o}", "descriptor", directory->relays[i].jws,
					      "busy", write_busy(&directory->relays[i])));
	return list;
}

static char *write_text(const struct directory *directory)
{
	char broker[SIGN_KEY_CHARS + 1];
	json_t *root;
	char *text;

	base64url_encode(broker, directory->broker, SIGN_KEY_LEN);
	root = json_pack("{s:i, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "version", VERSION, "broker",
			 broker, "issued", (json_int_t)directory->issued, "expires",
			 (json_int_t)directory->expires, "slot", (json_int_t)directory->slot_s,
			 "horizon", (json_int_t)directory->horizon_s, "tokens",
			 write_tokens(directory), "relays", write_relays(directory));
	text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

int directory_sign(char **jws, const struct directory *directory,
		   const uint8_t private_key[SIGN_KEY_LEN])
{
	char *text = write_text(directory);
	int err;

	if (!text)
		return -EINVAL;
	err = jws_sign(jws, private_key, DIRECTORY_TYPE, text, strlen(text));
	free(text);
	return err;
}
