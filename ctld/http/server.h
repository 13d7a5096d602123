/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An HTTPS server on the loop: libmicrohttpd parses and writes, GnuTLS
 * encrypts (TLS 1.3 only), and here each connection has its one deadline, so
 * that nobody holds one by sending or reading an octet now and then.
 *
 * A request is an exchange. It is shown to begin() when its headers are there,
 * and to serve() when its body is; either may answer.
 */
#ifndef PHONION_HTTP_SERVER_H
#define PHONION_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "loop/loop.h"

#define HTTP_PEER_KEY_LEN 32

struct http_answer {
	unsigned int status; /* 0: not answered */
	const char *type;    /* media type, constant; NULL when there is no body */
	const char *body;
	size_t len;
	void (*release)(void *arg); /* when BODY is no longer needed; NULL: it is constant */
	void *release_arg;
	const char *allow;	    /* methods, for 405; constant */
	char etag[72];		    /* "": none */
	unsigned int retry_after_s; /* 0: none */
	unsigned int max_age_s;	    /* 0: not to be stored by anybody */
};

struct http_exchange {
	const char *method;
	const char *path; /* as it was sent: nothing is unescaped, the query is cut off */
	bool is_json;	  /* Content-Type is application/json */
	void *client;	  /* what accept() gave */
	const char *body; /* in serve(); not NUL-terminated; wiped after */
	size_t len;
	size_t max_body; /* begin() sets it; more is answered by too_large() */
	/* The Ed25519 key of the client's certificate, proven by TLS; NULL: none. */
	const uint8_t *peer_key;
	struct http_answer answer;
	void *request; /* the server's own */
};

struct http_handlers {
	/* May PEER connect? Gives *CLIENT, 0 or a negative errno. */
	int (*accept)(const struct sockaddr_storage *peer, void **client, void *arg);
	void (*gone)(void *client, void *arg);
	void (*begin)(struct http_exchange *exchange, void *arg);
	/* Answer that the request cannot be understood, or that its body is too large. */
	void (*malformed)(struct http_exchange *exchange, const char *detail, void *arg);
	void (*too_large)(struct http_exchange *exchange, void *arg);
	void (*serve)(struct http_exchange *exchange, void *arg);
	void (*answered)(const struct http_exchange *exchange, void *arg); /* before it is sent */
	void *arg;
};

struct http_times {
	uint32_t request_ms;  /* from the first octet (of TLS too) to the last of the body */
	uint32_t response_ms; /* to send an answer in */
	uint32_t idle_ms;     /* between two requests of a connection */
};

struct http_server;

/*
 * CERTIFICATE and KEY are PEM; NULL: without TLS, for tests, and every client is
 * taken for the one of PLAIN_PEER (NULL: of none). Connections beyond
 * MAX_CONNECTIONS are refused.
 */
struct http_server_options {
	const char *certificate, *key;
	const uint8_t *plain_peer;
	unsigned int max_connections;
	struct http_times times;
};

int http_server_new(struct http_server **server, struct loop *loop,
		    const struct http_server_options *options,
		    const struct http_handlers *handlers);
/* Ends all connections. */
void http_server_free(struct http_server *server);

/* Listens at ADDR; may be called for several. */
int http_server_listen(struct http_server *server, const struct sockaddr_storage *addr);
/* A connection that is there already; FD is the server's, also on errors. */
int http_server_add(struct http_server *server, int fd, const struct sockaddr_storage *peer);

/* For connections to come: those that are there keep what they have. */
int http_server_set_certificate(struct http_server *server, const char *certificate,
				const char *key);
void http_server_set_limits(struct http_server *server, unsigned int max_connections,
			    const struct http_times *times);

unsigned int http_server_connections(const struct http_server *server);

/* Values of the request; NULL: not there. */
const char *http_header(const struct http_exchange *exchange, const char *name);
const char *http_argument(const struct http_exchange *exchange, const char *name);
/* How many arguments the query has. */
unsigned int http_arguments(const struct http_exchange *exchange);

#endif
