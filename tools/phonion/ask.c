// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "broker.h"
#include "crypto/base64url.h"
#include "http/client.h"
#include "protocol/directory.h"
#include "protocol/receipt.h"
#include "tools/lib/secret.h"

#define PROBLEM "urn:phonion:error:"
#define TRIES	3

static void sleep_ms(uint32_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
		;
}

void broker_pause(struct client *client)
{
	uint32_t spread = client->settings.spread_ms;

	if (spread)
		sleep_ms(random_below(&client->random, spread + 1));
}

/* A problem of RFC 9457, its texts made harmless for a terminal. */
static void explain(const struct broker *broker, const struct http_response *response,
		    struct answer *answer)
{
	json_t *problem = json_loads(response->body ? response->body : "", 0, NULL);
	const char *type = out_str(problem, "type");

	if (!strncmp(type, PROBLEM, strlen(PROBLEM))) {
		snprintf(answer->problem, sizeof(answer->problem), "%s", type + strlen(PROBLEM));
		snprintf(answer->why, sizeof(answer->why), "%s says %s: %s", broker->name,
			 answer->problem, out_str(problem, "detail"));
	} else {
		snprintf(answer->why, sizeof(answer->why), "%s answers with status %ld",
			 broker->name, response->status);
	}
	json_decref(problem);
}

static bool worth_repeating(int err, long status)
{
	/* A wrong key, URL or size will be as wrong the next time. */
	if (err)
		return err != -ENOMEM && err != -EKEYREJECTED && err != -EINVAL && err != -EMSGSIZE;
	return status == 429 || status == 502 || status == 503 || status == 504;
}

static bool ask_once(const struct broker *broker, const struct http_request *request,
		     struct answer *answer, bool *again)
{
	struct http_response response = { 0 };
	int err = http_fetch(request, &response);
	bool good = !err && response.status / 100 == 2;

	answer->status = err ? 0 : response.status;
	*again = worth_repeating(err, response.status);
	if (err)
		snprintf(answer->why, sizeof(answer->why), "%s cannot be reached: %s", broker->name,
			 response.error[0] ? response.error : strerror(-err));
	else if (!good)
		explain(broker, &response, answer);
	if (good) {
		answer->body = response.body;
		response.body = NULL;
	}
	http_response_release(&response);
	return good;
}

static char *dump(const json_t *body, size_t *len)
{
	char *text;

	*len = json_dumpb(body, NULL, 0, JSON_COMPACT);
	text = secret_alloc(*len + 1);
	if (text)
		json_dumpb(body, text, *len, JSON_COMPACT);
	return text;
}

bool broker_ask(const struct client *client, const struct broker *broker, const char *method,
		const char *path, const json_t *body, struct answer *answer)
{
	char url[1200];
	struct http_request request = {
		.method = method,
		.url = url,
		.pin = broker->pin,
		.proxy = client->settings.proxy,
		.fresh = true,
		.timeout_ms = client->settings.timeout_ms,
		.max_body = DIRECTORY_MAX_LEN,
	};
	char *text = body ? dump(body, &request.body_len) : NULL;
	bool good = false, again = true;

	memset(answer, 0, sizeof(*answer));
	snprintf(url, sizeof(url), "%s%s", broker->url, path);
	request.body = text;
	if (body && !text)
		snprintf(answer->why, sizeof(answer->why), "out of memory");
	else
		for (uint32_t try = 0; try < TRIES && !good && again; try++) {
			sleep_ms(try * try * 500);
			good = ask_once(broker, &request, answer, &again);
		}
	secret_free(text);
	explicit_bzero(url, sizeof(url));
	return good;
}

void answer_release(struct answer *answer)
{
	struct http_response response = { .body = answer->body };

	http_response_release(&response);
	explicit_bzero(answer, sizeof(*answer));
}

/* 404: the broker never had it, which is as good. */
static bool cancel(const struct client *client, const json_t *item)
{
	char path[96], id[RESERVATION_ID_CHARS + 1];
	uint8_t octets[RESERVATION_ID_LEN], key[SIGN_KEY_LEN];
	struct broker broker;
	struct answer answer;
	json_t *body;
	bool done;

	if (state_octets(item, "broker", key, sizeof(key)) || !broker_find(client, key, &broker) ||
	    state_octets(item, "id", octets, sizeof(octets)))
		return true; /* there is nobody to tell */
	base64url_encode(id, octets, sizeof(octets));
	snprintf(path, sizeof(path), "/v1/reservations/%s/cancel", id);
	body = json_pack("{s:s}", "secret", state_text(item, "secret"));
	done = broker_ask(client, &broker, "POST", path, body, &answer) || answer.status == 404;
	if (!done)
		warn(client, "a reservation could not be cancelled: %s", answer.why);
	json_decref(body);
	answer_release(&answer);
	explicit_bzero(path, sizeof(path));
	return done;
}

size_t broker_cancel_all(struct client *client)
{
	json_t *list = state_list(client, "cancellations");

	for (size_t i = json_array_size(list); i-- > 0;) {
		if (cancel(client, json_array_get(list, i)))
			json_array_remove(list, i);
		if (i)
			broker_pause(client);
	}
	return json_array_size(list);
}
