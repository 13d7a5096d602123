// SPDX-License-Identifier: GPL-2.0
/* PUT /v1/reservations/{id}: all checks that need no transaction, and then the store's. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "broker/body.h"
#include "broker/handlers.h"
#include "crypto/base64url.h"

struct order {
	struct store_reservation reservation;
	struct token tokens[TOKEN_MAX_BATCH];
	size_t n_tokens;
};

/* What the body says */

static int read_token(struct http_exchange *exchange, const json_t *item, struct token *token)
{
	static const char *const names[] = { "epoch", "prepared", "signature", NULL };
	int err = body_members(exchange, "a token", item, names);

	if (!err)
		err = body_uint(exchange, item, "epoch", 0, BODY_MAX_INTEGER, &token->epoch);
	if (!err)
		err = body_octets(exchange, item, "prepared", token->prepared,
				  sizeof(token->prepared));
	if (!err)
		err = body_octets(exchange, item, "signature", token->signature,
				  sizeof(token->signature));
	return err;
}

static int read_tokens(struct http_exchange *exchange, const json_t *root, struct order *order)
{
	const json_t *list;
	int err = body_list(exchange, root, "tokens", 0, TOKEN_MAX_BATCH, &list);

	if (err)
		return err;
	for (; order->n_tokens < json_array_size(list) && !err; order->n_tokens++)
		err = read_token(exchange, json_array_get(list, order->n_tokens),
				 &order->tokens[order->n_tokens]);
	return err;
}

static int read_slots(struct http_exchange *exchange, const json_t *root, struct hop_bind *bind)
{
	uint64_t count = 0;
	int err = body_uint(exchange, root, "slot", 0, BODY_MAX_INTEGER, &bind->slots.first);

	if (!err)
		err = body_uint(exchange, root, "slots", 1, SLOT_MAX_COUNT, &count);
	if (!err)
		err = body_uint(exchange, root, "expires", 0, BODY_MAX_INTEGER, &bind->expires);
	bind->slots.count = count;
	return err;
}

static int read_order(struct http_exchange *exchange, const json_t *root, struct order *order)
{
	struct store_reservation *reservation = &order->reservation;
	struct hop_bind *bind = &reservation->bind;
	int err = body_octets(exchange, root, "relay", bind->relay, sizeof(bind->relay));

	if (!err)
		err = body_number(exchange, root, "ingress", bind->ingress);
	if (!err)
		err = read_slots(exchange, root, bind);
	if (!err)
		err = body_octets(exchange, root, "box", reservation->box,
				  sizeof(reservation->box));
	if (!err)
		err = body_octets(exchange, root, "cancel", reservation->cancel_hash,
				  sizeof(reservation->cancel_hash));
	return err ? err : read_tokens(exchange, root, order);
}

/* Is it possible here? */

static int check_slots(struct broker *broker, struct http_exchange *exchange, struct hop_bind *bind,
		       uint64_t now)
{
	struct slots *slots = &bind->slots;

	slots->length_s = broker->conf->slot_s;
	if (!slots_valid(slots))
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"slot\" is too far ahead: slots of this broker have %u s",
				     slots->length_s);
	if (slots_end(slots) <= now)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"slot\" and \"slots\" are over; look at the clock");
	if (slots_end(slots) > now + broker->conf->horizon_s)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"slot\" and \"slots\" must end within %u s from now",
				     broker->conf->horizon_s);
	if (bind->expires != slots_end(slots))
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"expires\" must be the end of the last slot");
	return 0;
}

static int check_price(struct http_exchange *exchange, const struct order *order,
		       const struct descriptor *descriptor)
{
	uint32_t wanted = descriptor->price * order->reservation.bind.slots.count;

	if (wanted > TOKEN_MAX_BATCH)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"slots\" would need %u tokens, and more than %d cannot be "
				     "spent at once: reserve fewer slots at a time",
				     wanted, TOKEN_MAX_BATCH);
	if (wanted != order->n_tokens)
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"tokens\" must be %u: the relay's price is %u for each slot",
				     wanted, descriptor->price);
	return 0;
}

static int check_relay(struct broker *broker, struct http_exchange *exchange,
		       const struct order *order, uint64_t now)
{
	const struct hop_bind *bind = &order->reservation.bind;
	const struct descriptor *descriptor;
	int err = catalog_relay(broker->catalog, bind->relay, now, loop_now(broker->loop),
				&descriptor);

	if (err) {
		reply_store_error(exchange, err);
		return err;
	}
	if (!descriptor)
		return reply_problem(exchange, PROBLEM_UNKNOWN_RELAY,
				     "download the directory again and choose another relay");
	if (!descriptor_ingress(descriptor, bind->ingress, NULL))
		return reply_problem(exchange, PROBLEM_UNKNOWN_INGRESS,
				     "download the directory again and choose another ingress");
	return check_price(exchange, order, descriptor);
}

static int same_token(const struct order *order, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!memcmp(order->tokens[i].prepared, order->tokens[j].prepared,
			    TOKEN_PREPARED_LEN))
			return 1;
	return 0;
}

static int check_token(struct broker *broker, struct http_exchange *exchange,
		       const struct order *order, size_t i, uint64_t now)
{
	EVP_PKEY *key = epochs_key(broker->epochs, order->tokens[i].epoch, now);

	if (!key)
		return reply_problem(exchange, PROBLEM_TOKEN_INVALID,
				     "token %zu is of an epoch that this broker does not take "
				     "now: use tokens of the epochs in its directory",
				     i);
	if (token_verify(&order->tokens[i], key))
		return reply_problem(exchange, PROBLEM_TOKEN_INVALID,
				     "token %zu is not signed by this broker: use another", i);
	if (same_token(order, i))
		return reply_problem(exchange, PROBLEM_TOKEN_SPENT,
				     "token %zu is there twice: use another", i);
	return 0;
}

static int check_order(struct broker *broker, struct http_exchange *exchange, struct order *order)
{
	uint64_t now = broker_now();
	int err = check_slots(broker, exchange, &order->reservation.bind, now);

	if (!err)
		err = check_relay(broker, exchange, order, now);
	for (size_t i = 0; i < order->n_tokens && !err; i++)
		err = check_token(broker, exchange, order, i, now);
	return err;
}

/* The answer */

static void refuse(struct http_exchange *exchange, int err)
{
	switch (err) {
	case -EEXIST:
		reply_problem(exchange, PROBLEM_ID_TAKEN,
			      "take another id: 128 random bits of a good generator");
		break;
	case -ENOENT:
		reply_problem(exchange, PROBLEM_UNKNOWN_INGRESS,
			      "download the directory again and choose another ingress");
		break;
	case -EBUSY:
		reply_problem(exchange, PROBLEM_LANE_BUSY,
			      "download the directory again and choose another ingress or other "
			      "slots; no token was spent");
		break;
	case -EKEYREJECTED:
		reply_problem(exchange, PROBLEM_TOKEN_SPENT,
			      "a token was spent for another reservation: use others");
		break;
	default:
		reply_store_error(exchange, err);
	}
}

static void reserve(struct broker *broker, struct http_exchange *exchange,
		    const struct order *order)
{
	struct store_status before;
	bool repeated = !store_status(broker->store, order->reservation.id, &before);
	int err = store_reserve(broker->store, &order->reservation, order->tokens, order->n_tokens,
				broker_now());

	if (err) {
		refuse(exchange, err);
		return;
	}
	if (!repeated) {
		broker->metrics.reservations++;
		broker->metrics.tokens_spent += order->n_tokens;
		catalog_changed(broker->catalog);
	}
	reservation_status(broker, exchange, order->reservation.id, repeated ? 200 : 201);
}

HANDLER(reservation_put)
{
	static const char *const names[] = { "relay", "ingress", "slot",   "slots", "expires",
					     "box",   "cancel",	 "tokens", NULL };
	struct order *order = calloc(1, sizeof(*order));
	json_t *root = NULL;

	if (!order)
		return;
	if (!reservation_id(exchange, name_, order->reservation.id) &&
	    !body_read(exchange, names, &root) && !read_order(exchange, root, order) &&
	    !check_order(broker, exchange, order))
		reserve(broker, exchange, order);
	json_decref(root);
	OPENSSL_cleanse(order, sizeof(*order));
	free(order);
}
