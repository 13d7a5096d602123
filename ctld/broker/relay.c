// SPDX-License-Identifier: GPL-2.0
/* What only relays ask, each for itself: its TLS key is its name. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "broker/body.h"
#include "broker/handlers.h"
#include "crypto/base64url.h"

#define MAX_ITEMS    256
#define CLOCK_SKEW_S 300 /* by which a relay's clock may be ahead of ours */
#define FULL_RETRY_S 3600

int relay_certificate(struct http_exchange *exchange)
{
	if (exchange->peer_key)
		return 0;
	return reply_problem(exchange, PROBLEM_CERTIFICATE_REQUIRED,
			     "connect with a TLS client certificate of the relay's Ed25519 key");
}

static int relay_self(struct http_exchange *exchange, const char *name)
{
	uint8_t relay[SIGN_KEY_LEN];

	if (base64url_exact(relay, sizeof(relay), name))
		return reply_problem(exchange, PROBLEM_MALFORMED,
				     "the relay in the path must be %d octets in base64url "
				     "without padding",
				     SIGN_KEY_LEN);
	if (relay_certificate(exchange))
		return -EINVAL;
	if (!CRYPTO_memcmp(relay, exchange->peer_key, sizeof(relay)))
		return 0;
	return reply_problem(exchange, PROBLEM_WRONG_CERTIFICATE,
			     "the relay in the path must be the key of the client certificate");
}

/* Announcements */

static int check_descriptor(struct broker *broker, struct http_exchange *exchange,
			    const struct descriptor *descriptor)
{
	uint64_t now = broker_now();

	if (memcmp(descriptor->relay, exchange->peer_key, SIGN_KEY_LEN))
		return reply_problem(exchange, PROBLEM_WRONG_CERTIFICATE,
				     "the descriptor is another relay's");
	if (!broker_conf_admits(broker->conf, descriptor->relay))
		return reply_problem(exchange, PROBLEM_NOT_ADMITTED,
				     "ask the broker's operator to list the relay's key");
	if (descriptor->expires <= now)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "the descriptor's \"expires\" must be later than now");
	if (descriptor->expires > now + DESCRIPTOR_MAX_LIFETIME_S)
		return reply_problem(
			exchange, PROBLEM_OUT_OF_RANGE,
			"the descriptor's \"expires\" must be at most %d days from now",
			DESCRIPTOR_MAX_LIFETIME_S / 86400);
	if (descriptor->issued > now + CLOCK_SKEW_S)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "the descriptor's \"issued\" must not be later than now: "
				     "set the relay's clock");
	return 0;
}

static int check_room(struct broker *broker, struct http_exchange *exchange)
{
	const struct descriptor *known;
	int err = catalog_relay(broker->catalog, exchange->peer_key, broker_now(),
				loop_now(broker->loop), &known);

	if (err) {
		reply_store_error(exchange, err);
		return err;
	}
	if (known || catalog_relays(broker->catalog) < broker->conf->limits.relays)
		return 0;
	reply_problem(exchange, PROBLEM_DIRECTORY_FULL, "announce the relay at another broker");
	exchange->answer.retry_after_s = FULL_RETRY_S;
	return -EINVAL;
}

static void put(struct broker *broker, struct http_exchange *exchange,
		const struct descriptor *descriptor, const char *jws)
{
	int err = store_relay_put(broker->store, descriptor, jws);

	if (err == -ESTALE) {
		reply_problem(exchange, PROBLEM_STALE_SEQUENCE,
			      "sign the descriptor with a higher \"sequence\"");
	} else if (err) {
		reply_store_error(exchange, err);
	} else {
		catalog_relays_changed(broker->catalog);
		reply_empty(exchange, 204);
	}
}

static void announce(struct broker *broker, struct http_exchange *exchange, const char *jws)
{
	struct descriptor *descriptor = NULL;
	const char *error = NULL;
	int err = descriptor_read(&descriptor, jws, DESCRIPTOR_VERIFY, &error);

	if (err) {
		reply_problem(exchange, PROBLEM_MALFORMED, "\"descriptor\" is refused: %s",
			      error ? error : "it is not a statement of type " DESCRIPTOR_TYPE);
		return;
	}
	if (!check_descriptor(broker, exchange, descriptor) && !check_room(broker, exchange))
		put(broker, exchange, descriptor, jws);
	descriptor_free(descriptor);
}

HANDLER(relay_announce)
{
	static const char *const names[] = { "descriptor", NULL };
	const char *jws;
	json_t *root = NULL;

	if (!relay_self(exchange, name_) && !body_read(exchange, names, &root) &&
	    !body_text(exchange, root, "descriptor", DESCRIPTOR_MAX_LEN, &jws))
		announce(broker, exchange, jws);
	json_decref(root);
}

HANDLER(relay_withdraw)
{
	int err;

	if (relay_self(exchange, name_))
		return;
	err = store_relay_del(broker->store, exchange->peer_key);
	if (err) {
		reply_store_error(exchange, err);
		return;
	}
	catalog_relays_changed(broker->catalog);
	reply_empty(exchange, 204);
}

/* Collection */

struct collection {
	json_t *items;
	uint64_t next;
};

static json_t *octets(const void *data, size_t len)
{
	char text[BASE64URL_CHARS(HOP_BOX_LEN) + 1];
	json_t *value;

	base64url_encode(text, data, len);
	value = json_string(text);
	OPENSSL_cleanse(text, sizeof(text));
	return value;
}

static json_t *cancelled_json(const struct store_item *item)
{
	return json_pack("{s:I, s:o, s:o}", "sequence", (json_int_t)item->sequence, "id",
			 octets(item->id, sizeof(item->id)), "secret",
			 octets(item->cancel_secret, sizeof(item->cancel_secret)));
}

static json_t *reserved_json(const struct store_item *item)
{
	const struct hop_bind *bind = &item->bind;

	return json_pack("{s:I, s:o, s:s, s:I, s:I, s:I, s:I, s:o}", "sequence",
			 (json_int_t)item->sequence, "id", octets(item->id, sizeof(item->id)),
			 "ingress", bind->ingress, "length", (json_int_t)bind->slots.length_s,
			 "slot", (json_int_t)bind->slots.first, "slots",
			 (json_int_t)bind->slots.count, "expires", (json_int_t)bind->expires, "box",
			 octets(item->box, sizeof(item->box)));
}

static int on_item(const struct store_item *item, void *arg)
{
	struct collection *collection = arg;
	json_t *value = item->cancelled ? cancelled_json(item) : reserved_json(item);

	collection->next = item->sequence;
	return json_array_append_new(collection->items, value) ? -ENOMEM : 0;
}

/* "after" of the query; no other argument is known. */
static int read_after(struct http_exchange *exchange, uint64_t *after)
{
	const char *text = http_argument(exchange, "after");
	unsigned int n = http_arguments(exchange);
	size_t len = text ? strlen(text) : 0;

	*after = 0;
	if (!n)
		return 0;
	if (n > 1 || !len || strspn(text, "0123456789") != len)
		return reply_problem(exchange, PROBLEM_MALFORMED,
				     "the query must be nothing, or after= and digits");
	if (len <= 16)
		*after = strtoull(text, NULL, 10);
	if (len > 16 || *after > BODY_MAX_INTEGER)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"after\" must be the \"next\" of the answer before");
	return 0;
}

HANDLER(relay_collect)
{
	struct collection collection = { .items = NULL };
	int err;

	if (relay_self(exchange, name_) || read_after(exchange, &collection.next))
		return;
	collection.items = json_array();
	if (!collection.items)
		return;
	err = store_collect(broker->store, exchange->peer_key, collection.next, MAX_ITEMS, on_item,
			    &collection);
	if (err) {
		json_decref(collection.items);
		reply_store_error(exchange, err);
		return;
	}
	broker->metrics.items_collected += json_array_size(collection.items);
	reply_json(exchange, 200,
		   json_pack("{s:I, s:o}", "next", (json_int_t)collection.next, "items",
			     collection.items));
}
