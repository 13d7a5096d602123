/* SPDX-License-Identifier: GPL-2.0 */
/* Answers: JSON, and problems (RFC 9457) whose names clients can rely on. */
#ifndef PHONION_BROKER_REPLY_H
#define PHONION_BROKER_REPLY_H

#include <jansson.h>

#include "http/server.h"

enum problem {
	PROBLEM_MALFORMED,
	PROBLEM_CERTIFICATE_REQUIRED,
	PROBLEM_WRONG_CERTIFICATE,
	PROBLEM_NOT_ADMITTED,
	PROBLEM_TOKEN_INVALID,
	PROBLEM_TOKEN_SPENT,
	PROBLEM_WRONG_SECRET,
	PROBLEM_NOT_FOUND,
	PROBLEM_UNKNOWN_RELAY,
	PROBLEM_UNKNOWN_INGRESS,
	PROBLEM_UNKNOWN_RESERVATION,
	PROBLEM_METHOD_NOT_ALLOWED,
	PROBLEM_LANE_BUSY,
	PROBLEM_ID_TAKEN,
	PROBLEM_STALE_SEQUENCE,
	PROBLEM_TOO_LARGE,
	PROBLEM_WRONG_MEDIA_TYPE,
	PROBLEM_OUT_OF_RANGE,
	PROBLEM_TOO_MANY_REQUESTS,
	PROBLEM_TOO_MANY_TOKENS,
	PROBLEM_INTERNAL,
	PROBLEM_STORE_AWAY,
	PROBLEM_NO_EPOCH_KEY,
	PROBLEM_DIRECTORY_FULL,
	PROBLEM_COUNT,
};

/* Takes BODY; NULL: there was no memory for it. */
void reply_json(struct http_exchange *exchange, unsigned int status, json_t *body);
void reply_empty(struct http_exchange *exchange, unsigned int status);
/* The detail tells what to do. Always returns -EINVAL, for readers of input. */
int reply_problem(struct http_exchange *exchange, enum problem problem, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What the store said that is nobody's fault: 503 of -EAGAIN, else 500. */
void reply_store_error(struct http_exchange *exchange, int err);

#endif
