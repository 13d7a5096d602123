// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "broker/handlers.h"
#include "broker/reply.h"
#include "broker/route.h"

#define MAX_BODY       65536
#define MAX_DESCRIPTOR 20480
#define MAX_NAME       64

struct route {
	const char *method;
	const char *before, *after; /* of the path's variable part */
	bool has_name, has_query;
	size_t max_body; /* 0: it has none */
	void (*serve)(struct broker *broker, struct http_exchange *exchange, const char *name);
};

#define RESERVATIONS "/v1/reservations/"
#define RELAYS	     "/v1/relays/"

static const struct route routes[] = {
	{ "GET", "/v1/directory", "", false, false, 0, directory_serve },
	{ "POST", "/v1/tokens", "", false, false, MAX_BODY, tokens_issue },
	{ "PUT", RESERVATIONS, "", true, false, MAX_BODY, reservation_put },
	{ "GET", RESERVATIONS, "", true, false, 0, reservation_get },
	{ "POST", RESERVATIONS, "/cancel", true, false, MAX_BODY, reservation_cancel },
	{ "PUT", RESERVATIONS, "/receipt", true, false, MAX_BODY, reservation_receipt },
	{ "PUT", RELAYS, "", true, false, MAX_DESCRIPTOR, relay_announce },
	{ "DELETE", RELAYS, "", true, false, 0, relay_withdraw },
	{ "GET", RELAYS, "/reservations", true, true, 0, relay_collect },
	{ "GET", "/v1/health", "", false, false, 0, health_serve },
	{ "GET", "/metrics", "", false, false, 0, metrics_serve },
};
#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

/* NAME becomes the variable part; a name that is too long is none. */
static bool path_matches(const struct route *route, const char *path, char name[MAX_NAME])
{
	size_t len = strlen(path), before = strlen(route->before), after = strlen(route->after);

	name[0] = 0;
	if (!route->has_name)
		return !strcmp(path, route->before);
	if (len <= before + after || strncmp(path, route->before, before) ||
	    strcmp(path + len - after, route->after))
		return false;
	len -= before + after;
	if (memchr(path + before, '/', len))
		return false;
	if (len < MAX_NAME) {
		memcpy(name, path + before, len);
		name[len] = 0;
	}
	return true;
}

/* *ALLOW becomes a method that the path has. */
static const struct route *find(const struct http_exchange *exchange, char name[MAX_NAME],
				const char **allow)
{
	*allow = NULL;
	for (size_t i = 0; i < N_ROUTES; i++) {
		const struct route *route = &routes[i];

		if (!path_matches(route, exchange->path, name))
			continue;
		if (!strcmp(route->method, exchange->method))
			return route;
		*allow = *allow ? *allow : route->method;
	}
	return NULL;
}

/* For the Allow header (RFC 9110 section 10.2.1), of paths with two methods too. */
static const char *methods(const char *path)
{
	char name[MAX_NAME];

	if (path_matches(&routes[2], path, name))
		return "GET, PUT";
	if (path_matches(&routes[6], path, name))
		return "DELETE, PUT";
	return NULL;
}

static void refuse_path(struct http_exchange *exchange, const char *allow)
{
	const char *both = methods(exchange->path);

	if (!allow) {
		reply_problem(exchange, PROBLEM_NOT_FOUND, "look at the path");
		return;
	}
	allow = both ? both : allow;
	reply_problem(exchange, PROBLEM_METHOD_NOT_ALLOWED, "use %s here", allow);
	exchange->answer.allow = allow;
}

static bool within_limit(struct broker *broker, struct http_exchange *exchange)
{
	unsigned int wait =
		limits_request(broker->limits, exchange->client, loop_now(broker->loop));

	if (!wait)
		return true;
	reply_problem(exchange, PROBLEM_TOO_MANY_REQUESTS, "ask again in %u s", wait);
	exchange->answer.retry_after_s = wait;
	return false;
}

static void begin(struct http_exchange *exchange, void *arg)
{
	struct broker *broker = arg;
	char name[MAX_NAME];
	const char *allow;
	const struct route *route = find(exchange, name, &allow);

	if (!within_limit(broker, exchange))
		return;
	if (!route)
		refuse_path(exchange, allow);
	else if (!route->has_query && http_arguments(exchange))
		reply_problem(exchange, PROBLEM_MALFORMED, "leave out the query");
	else if (route->max_body && !exchange->is_json)
		reply_problem(exchange, PROBLEM_WRONG_MEDIA_TYPE,
			      "send Content-Type: application/json");
	else
		exchange->max_body = route->max_body;
}

static void malformed(struct http_exchange *exchange, const char *detail, void *arg)
{
	(void)arg;
	reply_problem(exchange, PROBLEM_MALFORMED, "%s", detail);
}

static void too_large(struct http_exchange *exchange, void *arg)
{
	(void)arg;
	if (exchange->max_body)
		reply_problem(exchange, PROBLEM_TOO_LARGE, "the body may have %zu octets at most",
			      exchange->max_body);
	else
		reply_problem(exchange, PROBLEM_MALFORMED, "this request has no body");
}

static void serve(struct http_exchange *exchange, void *arg)
{
	char name[MAX_NAME];
	const char *allow;
	const struct route *route = find(exchange, name, &allow);

	route->serve(arg, exchange, name);
}

static void answered(const struct http_exchange *exchange, void *arg)
{
	struct broker *broker = arg;

	if (exchange->answer.status < METRICS_STATUSES)
		broker->metrics.answers[exchange->answer.status]++;
}

static int accept_peer(const struct sockaddr_storage *peer, void **client, void *arg)
{
	struct broker *broker = arg;
	struct limits_client *found;
	int err = limits_connect(broker->limits, peer, loop_now(broker->loop), &found);

	if (err)
		broker->metrics.connections_refused++;
	else
		*client = found;
	return err;
}

static void gone(void *client, void *arg)
{
	struct broker *broker = arg;

	limits_disconnect(broker->limits, client, loop_now(broker->loop));
}

const struct http_handlers route_handlers = {
	.accept = accept_peer,
	.gone = gone,
	.begin = begin,
	.malformed = malformed,
	.too_large = too_large,
	.serve = serve,
	.answered = answered,
};
