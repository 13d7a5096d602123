// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/reply.h"
#include "log/log.h"

#define STORE_RETRY_S 5

static const struct {
	unsigned int status;
	const char *name, *title;
} problems[PROBLEM_COUNT] = {
	[PROBLEM_MALFORMED] = { 400, "malformed", "The request is not well-formed" },
	[PROBLEM_CERTIFICATE_REQUIRED] = { 403, "certificate-required", "Only for relays" },
	[PROBLEM_WRONG_CERTIFICATE] = { 403, "wrong-certificate", "Only for the relay itself" },
	[PROBLEM_NOT_ADMITTED] = { 403, "not-admitted", "The relay is not admitted" },
	[PROBLEM_TOKEN_INVALID] = { 403, "token-invalid", "A token is not valid" },
	[PROBLEM_TOKEN_SPENT] = { 403, "token-spent", "A token is spent" },
	[PROBLEM_WRONG_SECRET] = { 403, "wrong-secret", "The secret is not this one's" },
	[PROBLEM_NOT_FOUND] = { 404, "not-found", "There is no such thing" },
	[PROBLEM_UNKNOWN_RELAY] = { 404, "unknown-relay", "There is no such relay" },
	[PROBLEM_UNKNOWN_INGRESS] = { 404, "unknown-ingress", "The relay has no such ingress" },
	[PROBLEM_UNKNOWN_RESERVATION] = { 404, "unknown-reservation",
					  "There is no such reservation" },
	[PROBLEM_METHOD_NOT_ALLOWED] = { 405, "method-not-allowed", "Not with this method" },
	[PROBLEM_LANE_BUSY] = { 409, "lane-busy", "The ingress is taken" },
	[PROBLEM_ID_TAKEN] = { 409, "id-taken", "The id is another reservation's" },
	[PROBLEM_STALE_SEQUENCE] = { 409, "stale-sequence", "A newer descriptor is there" },
	[PROBLEM_TOO_LARGE] = { 413, "too-large", "The body is too large" },
	[PROBLEM_WRONG_MEDIA_TYPE] = { 415, "wrong-media-type", "The body is not JSON" },
	[PROBLEM_OUT_OF_RANGE] = { 422, "out-of-range", "A value is not possible here" },
	[PROBLEM_TOO_MANY_REQUESTS] = { 429, "too-many-requests", "Too many requests" },
	[PROBLEM_TOO_MANY_TOKENS] = { 429, "too-many-tokens", "Too many tokens" },
	[PROBLEM_INTERNAL] = { 500, "internal", "The broker has a fault" },
	[PROBLEM_STORE_AWAY] = { 503, "store-away", "The store cannot be reached" },
	[PROBLEM_NO_EPOCH_KEY] = { 503, "no-epoch-key", "The token key is being made" },
	[PROBLEM_DIRECTORY_FULL] = { 503, "directory-full", "The directory is full" },
};

/* It may hold a secret. */
static void release_text(void *arg)
{
	explicit_bzero(arg, strlen(arg));
	free(arg);
}

static void drop_answer(struct http_answer *answer)
{
	if (answer->release)
		answer->release(answer->release_arg);
	memset(answer, 0, sizeof(*answer));
}

static void reply_text(struct http_exchange *exchange, unsigned int status, const char *type,
		       json_t *body)
{
	static const char none[] = "{\"type\":\"urn:phonion:error:internal\",\"title\":"
				   "\"The broker has a fault\",\"status\":500,"
				   "\"detail\":\"no memory: ask again later\"}\n";
	struct http_answer *answer = &exchange->answer;
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	drop_answer(answer);
	answer->status = text ? status : 500;
	answer->type = text ? type : "application/problem+json";
	answer->body = text ? text : none;
	answer->len = strlen(answer->body);
	answer->release = text ? release_text : NULL;
	answer->release_arg = text;
}

void reply_json(struct http_exchange *exchange, unsigned int status, json_t *body)
{
	reply_text(exchange, status, "application/json", body);
}

void reply_empty(struct http_exchange *exchange, unsigned int status)
{
	drop_answer(&exchange->answer);
	exchange->answer.status = status;
	exchange->answer.body = "";
}

int reply_problem(struct http_exchange *exchange, enum problem problem, const char *fmt, ...)
{
	unsigned int status = problems[problem].status;
	char type[64], detail[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	snprintf(type, sizeof(type), "urn:phonion:error:%s", problems[problem].name);
	reply_text(exchange, status, "application/problem+json",
		   json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title", problems[problem].title,
			     "status", (int)status, "detail", detail));
	return -EINVAL;
}

void reply_store_error(struct http_exchange *exchange, int err)
{
	if (err == -EAGAIN) {
		reply_problem(exchange, PROBLEM_STORE_AWAY,
			      "nothing was changed; make the same request again in %d s",
			      STORE_RETRY_S);
		exchange->answer.retry_after_s = STORE_RETRY_S;
		return;
	}
	log_error("the store refuses to work: %s", strerror(-err));
	reply_problem(exchange, PROBLEM_INTERNAL, "the broker's operator has to look at its log");
}
