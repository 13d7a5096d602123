// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/request.h"

/*
 * What is refused is read to its end, so that the answer is not lost in a reset
 * of the connection; but not without end.
 */
#define MAX_DISCARD (256 * 1024)

struct request {
	struct http_exchange exchange;
	struct MHD_Connection *mhd;
	const struct http_handlers *handlers;
	struct http_connection *connection;
	char *body;
	size_t size;	  /* of the allocation */
	size_t discarded; /* octets of a body that is not wanted */
};

static struct http_connection *connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	const struct request *request = exchange->request;

	return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *http_argument(const struct http_exchange *exchange, const char *name)
{
	const struct request *request = exchange->request;

	return MHD_lookup_connection_value(request->mhd, MHD_GET_ARGUMENT_KIND, name);
}

unsigned int http_arguments(const struct http_exchange *exchange)
{
	const struct request *request = exchange->request;
	int n = MHD_get_connection_values(request->mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL);

	return n > 0 ? n : 0;
}

/* The message's length */

struct framing {
	unsigned int lengths, codings;
};

static enum MHD_Result count_framing(void *cls, enum MHD_ValueKind kind, const char *name,
				     const char *value)
{
	struct framing *framing = cls;

	(void)kind;
	(void)value;
	framing->lengths += !strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH);
	framing->codings += !strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	return MHD_YES;
}

/* Two ways to say where a body ends are a way to say two things (RFC 9112 section 6.3). */
static const char *bad_framing(const struct request *request)
{
	const char *coding = http_header(&request->exchange, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	struct framing framing = { 0 };

	MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, count_framing, &framing);
	if (framing.lengths + framing.codings > 1)
		return "send one Content-Length, or one Transfer-Encoding, not both";
	if (coding && strcasecmp(coding, "chunked"))
		return "the only Transfer-Encoding that is understood is chunked";
	return NULL;
}

/* Of the body as announced; SIZE_MAX: unknown. */
static size_t announced(const struct request *request)
{
	const char *length = http_header(&request->exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (http_header(&request->exchange, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		return SIZE_MAX;
	return length ? strtoull(length, NULL, 10) : 0;
}

static bool is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t len = type ? strcspn(type, "; \t") : 0;

	return len == sizeof(json) - 1 && !strncasecmp(type, json, len);
}

/* Answers */

static void release_answer(struct http_answer *answer)
{
	if (answer->release)
		answer->release(answer->release_arg);
	answer->release = NULL;
}

static void add_number(struct MHD_Response *response, const char *name, const char *fmt,
		       unsigned int value)
{
	char text[32];

	snprintf(text, sizeof(text), fmt, value);
	MHD_add_response_header(response, name, text);
}

static void add_headers(struct MHD_Response *response, const struct http_answer *answer)
{
	if (answer->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	if (answer->allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
	if (answer->etag[0])
		MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, answer->etag);
	if (answer->retry_after_s)
		add_number(response, MHD_HTTP_HEADER_RETRY_AFTER, "%u", answer->retry_after_s);
	if (answer->max_age_s)
		add_number(response, MHD_HTTP_HEADER_CACHE_CONTROL, "public, max-age=%u",
			   answer->max_age_s);
	else
		MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
}

static struct MHD_Response *make_response(struct http_answer *answer)
{
	struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
		answer->len, (void *)answer->body, answer->release, answer->release_arg);

	if (response)
		answer->release = NULL; /* the response's own from here on */
	return response;
}

/* MHD_NO ends the connection. */
static enum MHD_Result send_answer(struct request *request)
{
	struct http_answer *answer = &request->exchange.answer;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!answer->status)
		return MHD_NO;
	request->handlers->answered(&request->exchange, request->handlers->arg);
	response = make_response(answer);
	if (!response)
		return MHD_NO;
	add_headers(response, answer);
	result = MHD_queue_response(request->mhd, answer->status, response);
	MHD_destroy_response(response);
	http_connection_phase(request->connection, HTTP_RESPONSE);
	return result;
}

/* Requests */

static struct request *request_new(struct MHD_Connection *mhd, struct http_handlers *handlers,
				   const char *path, const char *method)
{
	struct http_connection *connection = connection_of(mhd);
	struct request *request = connection ? calloc(1, sizeof(*request)) : NULL;

	if (!request)
		return NULL;
	request->mhd = mhd;
	request->handlers = handlers;
	request->connection = connection;
	request->exchange = (struct http_exchange){
		.method = method,
		.path = path,
		.client = connection->client,
		.peer_key = http_connection_peer_key(connection),
		.request = request,
	};
	request->exchange.is_json =
		is_json(http_header(&request->exchange, MHD_HTTP_HEADER_CONTENT_TYPE));
	return request;
}

static void request_free(struct request *request)
{
	release_answer(&request->exchange.answer);
	if (request->body)
		explicit_bzero(request->body, request->size);
	free(request->body);
	free(request);
}

/* The headers are there. */
static enum MHD_Result begin(struct request *request)
{
	const struct http_handlers *handlers = request->handlers;
	struct http_exchange *exchange = &request->exchange;
	const char *bad = bad_framing(request);
	size_t length = announced(request);

	if (request->connection->phase != HTTP_REQUEST) /* it came together with the one before */
		http_connection_phase(request->connection, HTTP_REQUEST);
	if (bad) {
		handlers->malformed(exchange, bad, handlers->arg);
		return send_answer(request);
	}
	handlers->begin(exchange, handlers->arg);
	if (!exchange->answer.status && length != SIZE_MAX && length > exchange->max_body)
		handlers->too_large(exchange, handlers->arg);
	/* Else it is answered, or refused, when the body is there. */
	return exchange->answer.status && length > MAX_DISCARD ? send_answer(request) : MHD_YES;
}

static bool reserve(struct request *request, size_t len)
{
	size_t size = request->size ? request->size : 4096;
	char *body;

	while (size < len)
		size *= 2;
	if (size == request->size)
		return true;
	body = malloc(size);
	if (!body)
		return false;
	if (request->body) {
		memcpy(body, request->body, request->exchange.len);
		explicit_bzero(request->body, request->size);
	}
	free(request->body);
	request->body = body;
	request->size = size;
	return true;
}

static enum MHD_Result discard(struct request *request, size_t len)
{
	request->discarded += len;
	return request->discarded > MAX_DISCARD ? MHD_NO : MHD_YES;
}

static enum MHD_Result collect(struct request *request, const char *data, size_t len)
{
	struct http_exchange *exchange = &request->exchange;

	if (!exchange->answer.status && exchange->len + len > exchange->max_body)
		request->handlers->too_large(exchange, request->handlers->arg);
	if (exchange->answer.status)
		return discard(request, len);
	if (!reserve(request, exchange->len + len))
		return MHD_NO;
	memcpy(request->body + exchange->len, data, len);
	exchange->len += len;
	return MHD_YES;
}

static enum MHD_Result finish(struct request *request)
{
	struct http_exchange *exchange = &request->exchange;

	exchange->body = request->body ? request->body : "";
	if (!exchange->answer.status)
		request->handlers->serve(exchange, request->handlers->arg);
	return send_answer(request);
}

enum MHD_Result http_request_handle(void *cls, struct MHD_Connection *mhd, const char *url,
				    const char *method, const char *version, const char *data,
				    size_t *len, void **context)
{
	struct request *request = *context;
	enum MHD_Result result;

	(void)version;
	if (!request) {
		request = request_new(mhd, cls, url, method);
		*context = request;
		return request ? begin(request) : MHD_NO;
	}
	if (!*len)
		return finish(request);
	result = collect(request, data, *len);
	*len = 0;
	return result;
}

void http_request_completed(void *cls, struct MHD_Connection *mhd, void **context,
			    enum MHD_RequestTerminationCode why)
{
	struct request *request = *context;

	(void)cls;
	(void)mhd;
	(void)why;
	if (!request)
		return;
	*context = NULL;
	http_connection_phase(request->connection, HTTP_IDLE);
	request_free(request);
}
