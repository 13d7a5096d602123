// SPDX-License-Identifier: GPL-2.0
/* What everybody may ask: the directory, and whether the broker is well. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "broker/handlers.h"
#include "broker/reply.h"

/* If-None-Match (RFC 9110 section 13.1.2): "*", or a list of tags, of which weak ones match too. */
static bool matches(const char *header, const char *etag)
{
	const char *at = header ? strstr(header, etag) : NULL;

	return header && (!strcmp(header, "*") || at);
}

static void answer_with(struct http_exchange *exchange, struct catalog_text *text, uint64_t now)
{
	struct http_answer *answer = &exchange->answer;

	*answer = (struct http_answer){
		.status = 200,
		.type = "application/jose",
		.body = text->jws,
		.len = text->len,
		.release = catalog_text_put,
		.release_arg = text,
		.max_age_s = text->expires > now ? 1 : 0,
	};
	memcpy(answer->etag, text->etag, sizeof(text->etag));
	if (!matches(http_header(exchange, "If-None-Match"), text->etag))
		return;
	answer->status = 304;
	answer->type = NULL;
	answer->len = 0;
}

HANDLER(directory_serve)
{
	struct catalog_text *text;
	uint64_t now = broker_now();
	int err = catalog_get(broker->catalog, now, loop_now(broker->loop), &text);

	(void)name_;
	if (err)
		reply_store_error(exchange, err);
	else
		answer_with(exchange, text, now);
}

HANDLER(health_serve)
{
	int err = store_ping(broker->store);

	(void)name_;
	if (err)
		reply_store_error(exchange, -EAGAIN);
	else
		reply_json(exchange, 200, json_pack("{s:s}", "status", "ok"));
}
