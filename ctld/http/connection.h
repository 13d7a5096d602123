/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection of the server: its deadline, its client, its TLS. libmicrohttpd
 * knows only a time of inactivity, which a peer that sends an octet a minute
 * never reaches; here every phase has an end.
 */
#ifndef PHONION_HTTP_CONNECTION_H
#define PHONION_HTTP_CONNECTION_H

#include <microhttpd.h>

#include "http/server.h"
#include "http/tls.h"

enum http_phase { HTTP_REQUEST, HTTP_RESPONSE, HTTP_IDLE };

struct http_connection {
	struct http_server *server;
	struct loop *loop;
	const struct http_times *times; /* the server's */
	unsigned int *progress;		/* the server's: counts what came and went */
	int fd;
	enum http_phase phase;
	struct loop_timer deadline;
	struct tls_identity *identity;
	gnutls_session_t session; /* NULL: no TLS */
	void *client;
	bool peer_asked, peer_known; /* is peer_key read, is there one */
	uint8_t peer_key[HTTP_PEER_KEY_LEN];
};

/* When libmicrohttpd has made its side of it. Non-zero: it cannot be served. */
int http_connection_begin(struct http_connection *connection, struct MHD_Connection *mhd);
void http_connection_end(struct http_connection *connection);
void http_connection_phase(struct http_connection *connection, enum http_phase phase);
const uint8_t *http_connection_peer_key(struct http_connection *connection);

/* What the server does when a deadline has passed. */
void http_server_late(struct http_server *server);

#endif
