// SPDX-License-Identifier: GPL-2.0
/* Tokens are signed blindly: what is signed here cannot be told from any other token later. */
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "broker/body.h"
#include "broker/handlers.h"
#include "crypto/base64url.h"

struct wanted {
	EVP_PKEY *key;
	size_t n;
	uint8_t blinded[TOKEN_MAX_BATCH][TOKEN_SIGNATURE_LEN];
};

static int read_blinded(struct http_exchange *exchange, const json_t *list, struct wanted *wanted)
{
	for (wanted->n = 0; wanted->n < json_array_size(list); wanted->n++) {
		const char *text = json_string_value(json_array_get(list, wanted->n));

		if (!text || base64url_exact(wanted->blinded[wanted->n], TOKEN_SIGNATURE_LEN, text))
			return reply_problem(exchange, PROBLEM_MALFORMED,
					     "\"blinded\" must hold texts of %d octets in "
					     "base64url without padding",
					     TOKEN_SIGNATURE_LEN);
	}
	return 0;
}

static int no_key(struct broker *broker, struct http_exchange *exchange, uint64_t now)
{
	if (epochs_ready(broker->epochs, now))
		return reply_problem(exchange, PROBLEM_OUT_OF_RANGE,
				     "\"epoch\" must be one of the directory's that has begun "
				     "and is not over");
	reply_problem(exchange, PROBLEM_NO_EPOCH_KEY, "ask again in a few seconds");
	exchange->answer.retry_after_s = 5;
	return -EINVAL;
}

static int read_request(struct broker *broker, struct http_exchange *exchange, const json_t *root,
			struct wanted *wanted)
{
	uint64_t epoch, now = broker_now();
	const json_t *list;
	int err = body_uint(exchange, root, "epoch", 0, BODY_MAX_INTEGER, &epoch);

	if (!err)
		err = body_list(exchange, root, "blinded", 1, TOKEN_MAX_BATCH, &list);
	if (!err)
		err = read_blinded(exchange, list, wanted);
	if (err)
		return err;
	wanted->key = epochs_key(broker->epochs, epoch, now);
	return wanted->key ? 0 : no_key(broker, exchange, now);
}

static int within_limit(struct broker *broker, struct http_exchange *exchange, size_t n)
{
	unsigned int wait =
		limits_tokens(broker->limits, exchange->client, n, loop_now(broker->loop));

	if (!wait)
		return 0;
	reply_problem(exchange, PROBLEM_TOO_MANY_TOKENS,
		      "ask again in %u s, or for fewer at a time", wait);
	exchange->answer.retry_after_s = wait;
	return -EINVAL;
}

static int add_signature(struct http_exchange *exchange, const struct wanted *wanted, size_t i,
			 json_t *list)
{
	uint8_t signature[TOKEN_SIGNATURE_LEN];
	char text[BASE64URL_CHARS(TOKEN_SIGNATURE_LEN) + 1];
	int err = blind_sign(wanted->key, wanted->blinded[i], TOKEN_SIGNATURE_LEN, signature);

	if (err == -EBADMSG)
		return reply_problem(exchange, PROBLEM_MALFORMED,
				     "\"blinded\" has a value that is not below the epoch key's "
				     "modulus");
	if (err)
		return reply_problem(exchange, PROBLEM_INTERNAL, "ask again later");
	base64url_encode(text, signature, sizeof(signature));
	json_array_append_new(list, json_string(text));
	return 0;
}

static void issue(struct broker *broker, struct http_exchange *exchange,
		  const struct wanted *wanted)
{
	json_t *list = json_array();
	int err = list ? within_limit(broker, exchange, wanted->n) : -ENOMEM;

	for (size_t i = 0; i < wanted->n && !err; i++)
		err = add_signature(exchange, wanted, i, list);
	if (err) {
		json_decref(list);
		return;
	}
	broker->metrics.tokens_issued += wanted->n;
	reply_json(exchange, 200, json_pack("{s:o}", "signatures", list));
}

HANDLER(tokens_issue)
{
	static const char *const names[] = { "epoch", "blinded", NULL };
	struct wanted wanted;
	json_t *root;

	(void)name_;
	if (body_read(exchange, names, &root))
		return;
	if (!read_request(broker, exchange, root, &wanted))
		issue(broker, exchange, &wanted);
	json_decref(root);
}
