// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "http/connection.h"

/* libmicrohttpd sees that nothing more comes or goes, and closes. */
static void on_deadline(void *arg)
{
	struct http_connection *connection = arg;

	shutdown(connection->fd, SHUT_RDWR);
	http_server_late(connection->server);
}

void http_connection_phase(struct http_connection *connection, enum http_phase phase)
{
	const struct http_times *times = connection->times;
	const uint32_t ms[] = {
		[HTTP_REQUEST] = times->request_ms,
		[HTTP_RESPONSE] = times->response_ms,
		[HTTP_IDLE] = times->idle_ms,
	};

	connection->phase = phase;
	/* Without memory for a timer there is none to serve it with either. */
	if (loop_timer_set(connection->loop, &connection->deadline, ms[phase], on_deadline,
			   connection))
		shutdown(connection->fd, SHUT_RDWR);
}

/* The first octet after an answer is where the next request begins. */
static ssize_t pull(gnutls_transport_ptr_t ptr, void *data, size_t size)
{
	struct http_connection *connection = ptr;
	ssize_t n = recv(connection->fd, data, size, 0);

	if (n <= 0)
		return n;
	++*connection->progress;
	if (connection->phase == HTTP_IDLE)
		http_connection_phase(connection, HTTP_REQUEST);
	return n;
}

static int pull_timeout(gnutls_transport_ptr_t ptr, unsigned int ms)
{
	const struct http_connection *connection = ptr;
	struct pollfd fd = { .fd = connection->fd, .events = POLLIN };

	return poll(&fd, 1, ms == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)ms);
}

static ssize_t push(gnutls_transport_ptr_t ptr, const void *data, size_t size)
{
	const struct http_connection *connection = ptr;

	++*connection->progress;
	return send(connection->fd, data, size, MSG_NOSIGNAL);
}

static int begin_tls(struct http_connection *connection, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (!info || !info->tls_session)
		return -EIO;
	connection->session = info->tls_session;
	gnutls_transport_set_ptr(connection->session, connection);
	gnutls_transport_set_pull_function(connection->session, pull);
	gnutls_transport_set_pull_timeout_function(connection->session, pull_timeout);
	gnutls_transport_set_push_function(connection->session, push);
	return tls_session_prepare(connection->session, connection->identity);
}

int http_connection_begin(struct http_connection *connection, struct MHD_Connection *mhd)
{
	http_connection_phase(connection, HTTP_REQUEST);
	return connection->identity ? begin_tls(connection, mhd) : 0;
}

void http_connection_end(struct http_connection *connection)
{
	loop_timer_del(&connection->deadline);
	tls_identity_put(connection->identity);
	free(connection);
}

const uint8_t *http_connection_peer_key(struct http_connection *connection)
{
	if (!connection->peer_asked && connection->session)
		connection->peer_known =
			tls_session_peer_key(connection->session, connection->peer_key);
	connection->peer_asked = true;
	return connection->peer_known ? connection->peer_key : NULL;
}
