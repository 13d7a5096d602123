// SPDX-License-Identifier: GPL-2.0
/* What happens to a reservation after it was made. */
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "broker/body.h"
#include "broker/handlers.h"
#include "crypto/base64url.h"

int reservation_id(struct http_exchange *exchange, const char *name, uint8_t id[RESERVATION_ID_LEN])
{
	if (!base64url_exact(id, RESERVATION_ID_LEN, name))
		return 0;
	return reply_problem(exchange, PROBLEM_MALFORMED,
			     "the id in the path must be %d octets in base64url without padding",
			     RESERVATION_ID_LEN);
}

static void unknown(struct http_exchange *exchange)
{
	reply_problem(exchange, PROBLEM_UNKNOWN_RESERVATION,
		      "look at the id; an hour after its window a reservation is forgotten");
}

static json_t *status_json(const struct store_status *status)
{
	static const char *const states[] = {
		[STORE_WAITING] = "waiting",
		[STORE_COLLECTED] = "collected",
		[STORE_CANCELLED] = "cancelled",
	};
	char receipt[BASE64URL_CHARS(RECEIPT_BOX_LEN) + 1];

	if (!status->has_receipt)
		return json_pack("{s:s}", "state", states[status->state]);
	base64url_encode(receipt, status->receipt, sizeof(status->receipt));
	return json_pack("{s:s, s:s}", "state", states[status->state], "receipt", receipt);
}

void reservation_status(struct broker *broker, struct http_exchange *exchange,
			const uint8_t id[RESERVATION_ID_LEN], unsigned int http_status)
{
	struct store_status status;
	int err = store_status(broker->store, id, &status);

	if (err == -ENOENT)
		unknown(exchange);
	else if (err)
		reply_store_error(exchange, err);
	else
		reply_json(exchange, http_status, status_json(&status));
}

HANDLER(reservation_get)
{
	uint8_t id[RESERVATION_ID_LEN];

	if (!reservation_id(exchange, name_, id))
		reservation_status(broker, exchange, id, 200);
}

static void cancel(struct broker *broker, struct http_exchange *exchange, const uint8_t *id,
		   const uint8_t *secret)
{
	int err = store_cancel(broker->store, id, secret);

	if (err == -ENOENT) {
		unknown(exchange);
	} else if (err == -EACCES) {
		reply_problem(exchange, PROBLEM_WRONG_SECRET,
			      "give the secret whose SHA-256 was reserved with");
	} else if (err) {
		reply_store_error(exchange, err);
	} else {
		broker->metrics.cancellations++;
		catalog_changed(broker->catalog);
		reply_empty(exchange, 204);
	}
}

HANDLER(reservation_cancel)
{
	static const char *const names[] = { "secret", NULL };
	uint8_t id[RESERVATION_ID_LEN], secret[HOP_CANCEL_LEN];
	json_t *root = NULL;

	if (!reservation_id(exchange, name_, id) && !body_read(exchange, names, &root) &&
	    !body_octets(exchange, root, "secret", secret, sizeof(secret)))
		cancel(broker, exchange, id, secret);
	json_decref(root);
	OPENSSL_cleanse(secret, sizeof(secret));
}

static void put_receipt(struct broker *broker, struct http_exchange *exchange, const uint8_t *id,
			const uint8_t *receipt)
{
	int err = store_receipt_put(broker->store, exchange->peer_key, id, receipt);

	if (err == -ENOENT) {
		unknown(exchange);
	} else if (err) {
		reply_store_error(exchange, err);
	} else {
		broker->metrics.receipts++;
		reply_empty(exchange, 204);
	}
}

HANDLER(reservation_receipt)
{
	static const char *const names[] = { "receipt", NULL };
	uint8_t id[RESERVATION_ID_LEN], receipt[RECEIPT_BOX_LEN];
	json_t *root = NULL;

	if (!reservation_id(exchange, name_, id) && !relay_certificate(exchange) &&
	    !body_read(exchange, names, &root) &&
	    !body_octets(exchange, root, "receipt", receipt, sizeof(receipt)))
		put_receipt(broker, exchange, id, receipt);
	json_decref(root);
}
