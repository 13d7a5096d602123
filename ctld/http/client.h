/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HTTPS requests (libcurl): TLS 1.3 only, no redirects, bounded bodies. One at
 * a time for a tool, many at a time on a daemon's loop.
 */
#ifndef PHONION_HTTP_CLIENT_H
#define PHONION_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

struct http_request {
	const char *method; /* "GET", "PUT", "POST", "DELETE" */
	const char *url;
	const char *body; /* JSON; NULL: none */
	size_t body_len;
	/*
	 * How the server is known: "sha256//BASE64" of its public key (as curl's
	 * --pinnedpubkey), whoever signed its certificate; NULL: by the system's CAs.
	 */
	const char *pin;
	const char *client_pem; /* our certificate and private key, for mutual TLS; NULL: none */
	const char *proxy;	/* "socks5h://HOST:PORT": names are resolved there; NULL: none */
	bool fresh; /* a connection (and, by SOCKS user and password, a Tor circuit) of its own */
	uint32_t timeout_ms; /* for all of it; 0: 30 s */
	size_t max_body;     /* of the answer; 0: 1 MiB */
};

struct http_response {
	long status;
	char *body; /* NUL-terminated, never NULL when there was an answer */
	size_t len;
	char error[256]; /* when there was none: what went wrong, without address */
};

/* 0 when there was an answer, whatever its status. Release RESPONSE in any case. */
int http_fetch(const struct http_request *request, struct http_response *response);
void http_response_release(struct http_response *response);

struct http_client;
struct http_call;
/* ERR is 0 or a negative errno as http_fetch() returns; RESPONSE is released after it returns. */
typedef void (*http_done_fn)(int err, const struct http_response *response, void *arg);

int http_client_new(struct http_client **client, struct loop *loop);
/* Ends its calls without a word. */
void http_client_free(struct http_client *client);
/* Copies what it needs of REQUEST. */
int http_client_start(struct http_client *client, struct http_call **call,
		      const struct http_request *request, http_done_fn fn, void *arg);
void http_call_cancel(struct http_call *call);

#endif
