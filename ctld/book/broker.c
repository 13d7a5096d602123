// SPDX-License-Identifier: GPL-2.0
/*
 * The brokers: one request at a time with each, in this order of need: announce,
 * hand receipts in, collect. Connections go out only, and a broker that is away
 * is asked again, less and less often.
 */
#include <errno.h>
#include <jansson.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "book/internal.h"
#include "crypto/base64url.h"
#include "log/log.h"
#include "protocol/json.h"

#define ANNOUNCE_EVERY_MS (6 * 3600 * 1000) /* a quarter or less of a descriptor's life */
#define MAX_BACKOFF_MS	  (300 * 1000)
#define MAX_ITEMS_BODY	  (1u << 20)
#define MAX_ITEMS	  256
#define TAKE_MS		  50 /* then it is others' turn: leases are renewed by the same loop */

static void next(struct book_broker *broker);

static void on_timer(void *arg)
{
	next(arg);
}

/* A fifth more or less, so that relays which started together do not stay so. */
static uint64_t jitter(uint64_t ms)
{
	uint32_t random = 0;

	RAND_bytes((unsigned char *)&random, sizeof(random));
	return ms * 4 / 5 + random % (ms * 2 / 5 + 1);
}

static void wait(struct book_broker *broker)
{
	uint64_t ms = broker->book->conf->relay->poll_ms;
	uint64_t most = ms > MAX_BACKOFF_MS ? ms : MAX_BACKOFF_MS;

	for (unsigned int i = 1; i < broker->failures && ms < most; i++)
		ms *= 2;
	if (ms > most)
		ms = most;
	loop_timer_set(broker->book->loop, &broker->timer, jitter(ms), on_timer, broker);
}

static void failed(struct book_broker *broker, const char *doing, const char *why)
{
	snprintf(broker->error, sizeof(broker->error), "%s: %s", doing, why);
	if (!broker->failures++)
		broker->failing_s = book_now_s();
	if (broker->failures == 1)
		log_warn("broker %s: %s", broker->conf->name, broker->error);
	wait(broker);
}

static void succeeded(struct book_broker *broker)
{
	if (broker->failures)
		log_info("broker %s: all is well again", broker->conf->name);
	broker->failures = 0;
	broker->error[0] = '\0';
}

/* True when STATUS is what was hoped for; otherwise it is dealt with. */
static bool is_good(struct book_broker *broker, const char *doing, int err,
		    const struct http_response *response)
{
	char why[64];

	broker->call = NULL;
	if (!err && response->status >= 200 && response->status < 300) {
		succeeded(broker);
		return true;
	}
	snprintf(why, sizeof(why), "the broker answers %ld", response->status);
	failed(broker, doing, err ? response->error : why);
	return false;
}

static int request(struct book_broker *broker, const char *method, const char *path, char *body,
		   http_done_fn fn)
{
	const struct conf_broker *conf = broker->conf;
	struct http_request request = {
		.method = method,
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.pin = conf->pin,
		.client_pem = broker->book->identity.pem,
		.proxy = conf->proxy,
		.max_body = MAX_ITEMS_BODY,
	};
	int err = -ENOMEM;
	char *url;

	if (asprintf(&url, "%s%s", conf->url, path) < 0)
		url = NULL;
	request.url = url;
	if (url)
		err = http_client_start(broker->book->http, &broker->call, &request, fn, broker);
	free(url);
	free(body);
	if (err)
		failed(broker, "request", strerror(-err));
	return err;
}

static void wake(struct book_broker *broker)
{
	if (!broker->call && !broker->failures)
		loop_timer_set(broker->book->loop, &broker->timer, 0, on_timer, broker);
}

/*
 * All brokers are told the same, and at about the same time: a callee takes any of those
 * that have a relay's newest word, so with a word for each it would always be the last.
 */
static int renew_statement(struct book *book)
{
	char *jws;
	int err = describe(book, &jws);

	if (err)
		return err;
	free(book->statement);
	book->statement = jws;
	book->statements++;
	for (size_t i = 0; i < book->n_brokers; i++) {
		book->brokers[i].announce_ms = 0;
		wake(&book->brokers[i]);
	}
	return 0;
}

static void on_announced(int err, const struct http_response *response, void *arg)
{
	struct book_broker *broker = arg;
	struct book *book = broker->book;

	/* It has had a later one: that one again would not do. */
	if (!err && response->status == 409)
		broker->told = broker->telling;
	if (!is_good(broker, "announce", err, response))
		return;
	broker->told = broker->telling;
	broker->announced_s = book_now_s();
	if (broker->told == book->statements)
		broker->announce_ms = loop_now(book->loop) + jitter(ANNOUNCE_EVERY_MS);
	next(broker);
}

static void announce(struct book_broker *broker)
{
	char path[32 + SIGN_KEY_CHARS], *body;
	struct book *book = broker->book;
	json_t *root;
	int err = 0;

	if (!book->statement || broker->told == book->statements)
		err = renew_statement(book);
	if (err) {
		failed(broker, "announce", strerror(-err));
		return;
	}
	broker->telling = book->statements;
	root = json_pack("{s:s}", "descriptor", book->statement);
	body = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!body) {
		failed(broker, "announce", strerror(ENOMEM));
		return;
	}
	snprintf(path, sizeof(path), "/v1/relays/%s", broker->book->identity.name);
	request(broker, "PUT", path, body, on_announced);
}

/*
 * Gone at the broker, or never there: no use to keep it. The broker itself
 * must say so: whatever stands before it may have nothing behind it for a while.
 */
static bool is_useless(int err, const struct http_response *response)
{
	return !err &&
	       ((response->status == 404 && strstr(response->body, ":error:unknown-reservation")) ||
		(response->status == 403 && strstr(response->body, ":error:wrong-certificate")));
}

static void on_receipt_taken(int err, const struct http_response *response, void *arg)
{
	struct book_broker *broker = arg;

	if (is_useless(err, response)) {
		broker->call = NULL;
		succeeded(broker);
	} else if (!is_good(broker, "receipt", err, response)) {
		return;
	}
	err = rows_drop_receipt(broker->book->rows, broker->conf->name, broker->receipt_id);
	if (err)
		failed(broker, "receipt", strerror(-err));
	else
		next(broker);
}

/* 1: one is on its way; 0: there is none. */
static int send_receipt(struct book_broker *broker)
{
	char path[64 + RESERVATION_ID_CHARS], id[RESERVATION_ID_CHARS + 1], *body;
	char text[BASE64URL_CHARS(RECEIPT_BOX_LEN) + 1];
	uint8_t receipt[RECEIPT_BOX_LEN];
	int found = rows_next_receipt(broker->book->rows, broker->conf->name, broker->receipt_id,
				      receipt);

	if (found < 0)
		log_error("broker %s: the book cannot be read: %s", broker->conf->name,
			  strerror(-found));
	if (found != 1)
		return 0;
	base64url_encode(id, broker->receipt_id, sizeof(broker->receipt_id));
	base64url_encode(text, receipt, sizeof(receipt));
	snprintf(path, sizeof(path), "/v1/reservations/%s/receipt", id);
	if (asprintf(&body, "{\"receipt\":\"%s\"}", text) < 0)
		return 0;
	request(broker, "PUT", path, body, on_receipt_taken);
	return 1;
}

static int take_cancel(struct book_broker *broker, struct json_reader *reader, const json_t *object,
		       uint64_t sequence)
{
	static const char *const names[] = { "sequence", "id", "secret", NULL };
	uint8_t id[RESERVATION_ID_LEN], secret[HOP_CANCEL_LEN];

	json_members(reader, object, names);
	json_octets(reader, object, "id", id, sizeof(id));
	json_octets(reader, object, "secret", secret, sizeof(secret));
	if (reader->error)
		return -EBADMSG;
	return accept_cancel(broker->book, broker->conf->name, id, secret, sequence);
}

static int take_reservation(struct book_broker *broker, struct json_reader *reader,
			    const json_t *object, uint64_t sequence)
{
	static const char *const names[] = { "sequence", "id",	    "ingress", "length", "slot",
					     "slots",	 "expires", "box",     NULL };
	struct row row = { .sequence = sequence };

	json_members(reader, object, names);
	json_octets(reader, object, "id", row.id, sizeof(row.id));
	json_name(reader, object, "ingress", row.bind.ingress, sizeof(row.bind.ingress));
	row.bind.slots.first = json_uint(reader, object, "slot", 0, INT64_MAX);
	row.bind.slots.count = json_uint(reader, object, "slots", 1, SLOT_MAX_COUNT);
	row.bind.slots.length_s = json_uint(reader, object, "length", SLOT_MIN_S, SLOT_MAX_S);
	row.bind.expires = json_uint(reader, object, "expires", 0, INT64_MAX);
	json_octets(reader, object, "box", row.box, sizeof(row.box));
	if (reader->error)
		return -EBADMSG;
	return accept_item(broker->book, broker->conf->name, &row);
}

static int take_item(struct book_broker *broker, struct json_reader *reader, const json_t *object)
{
	uint64_t sequence = json_uint(reader, object, "sequence", 1, INT64_MAX);

	if (reader->error)
		return -EBADMSG;
	if (json_object_get(object, "secret"))
		return take_cancel(broker, reader, object, sequence);
	return take_reservation(broker, reader, object, sequence);
}

/*
 * How many items there were, or a negative errno. What came before a bad one is kept. What
 * there was no time for is asked for again.
 */
static int take_items(struct book_broker *broker, const struct http_response *response)
{
	static const char *const names[] = { "next", "items", NULL };
	struct json_reader reader = { NULL };
	json_t *root = json_object_of(&reader, response->body, response->len);
	const json_t *items = json_list(&reader, root, "items", 0, MAX_ITEMS);
	uint64_t until = loop_clock() + TAKE_MS;
	size_t n = json_array_size(items), i;
	int err = 0;

	json_members(&reader, root, names);
	for (i = 0; i < n && !err && !reader.error && loop_clock() < until; i++)
		err = take_item(broker, &reader, json_array_get(items, i));
	json_decref(root);
	if (reader.error)
		log_warn("broker %s: what it gave us: %s", broker->conf->name, reader.error);
	return err ?: reader.error ? -EBADMSG : (int)n;
}

static void on_collected(int err, const struct http_response *response, void *arg)
{
	struct book_broker *broker = arg;
	int n;

	if (!is_good(broker, "collect", err, response))
		return;
	n = take_items(broker, response);
	if (n < 0) {
		failed(broker, "collect",
		       n == -EBADMSG ? "the answer is not as it should be" : strerror(-n));
		return;
	}
	broker->collected_s = book_now_s();
	/* Receipts are to be sent, and there may be more to collect. */
	if (n)
		next(broker);
	else
		wait(broker);
}

static void collect(struct book_broker *broker)
{
	char path[64 + SIGN_KEY_CHARS];
	uint64_t after;
	int err = rows_sequence(broker->book->rows, broker->conf->name, &after);

	if (err) {
		failed(broker, "collect", strerror(-err));
		return;
	}
	snprintf(path, sizeof(path), "/v1/relays/%s/reservations?after=%llu",
		 broker->book->identity.name, (unsigned long long)after);
	request(broker, "GET", path, NULL, on_collected);
}

static void next(struct book_broker *broker)
{
	loop_timer_del(&broker->timer);
	if (broker->call)
		return;
	if (loop_now(broker->book->loop) >= broker->announce_ms)
		announce(broker);
	else if (!send_receipt(broker))
		collect(broker);
}

/* A receipt that answers what another broker's request brought. */
void brokers_wake(struct book *book, const char *name)
{
	struct book_broker *broker;

	for (size_t i = 0; i < book->n_brokers; i++) {
		broker = &book->brokers[i];
		if (!strcmp(broker->conf->name, name))
			wake(broker);
	}
}

int brokers_start(struct book *book)
{
	const struct conf_relay *relay = book->conf->relay;
	struct book_broker *brokers = calloc(relay->n_brokers, sizeof(*brokers));

	if (!brokers)
		return -ENOMEM;
	brokers_stop(book);
	book->brokers = brokers;
	for (; book->n_brokers < relay->n_brokers; book->n_brokers++) {
		struct book_broker *broker = &book->brokers[book->n_brokers];

		broker->book = book;
		broker->conf = &relay->brokers[book->n_brokers];
		loop_timer_set(book->loop, &broker->timer, 0, on_timer, broker);
	}
	return 0;
}

void brokers_stop(struct book *book)
{
	for (size_t i = 0; i < book->n_brokers; i++) {
		http_call_cancel(book->brokers[i].call);
		loop_timer_del(&book->brokers[i].timer);
	}
	free(book->brokers);
	free(book->statement);
	book->brokers = NULL;
	book->statement = NULL;
	book->n_brokers = 0;
}

bool book_broker_status(const struct book *book, size_t i, struct book_broker_status *status)
{
	const struct book_broker *broker;

	if (i >= book->n_brokers)
		return false;
	broker = &book->brokers[i];
	*status = (struct book_broker_status){
		.name = broker->conf->name,
		.announced_s = broker->announced_s,
		.collected_s = broker->collected_s,
		.failing = broker->failures,
		.failing_s = broker->failures ? broker->failing_s : 0,
	};
	rows_count_receipts(book->rows, broker->conf->name, &status->receipts);
	memcpy(status->error, broker->error, sizeof(status->error));
	return true;
}
