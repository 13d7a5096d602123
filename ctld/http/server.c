// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/request.h"
#include "log/log.h"
#include "loop/acceptor.h"

#define MAX_LISTENERS	16
#define MAX_HEADER_SIZE (16 * 1024) /* and what of a body is read at once */
#define BACKLOG		256
#define IDLE_PASSES	16
#define IDLE_PAUSE_MS	50
#define FD_LIMIT	1000000 /* libmicrohttpd's own, never reached: ours is below */

struct listener {
	int fd;
	struct acceptor acceptor;
};

struct http_server {
	struct loop *loop;
	struct MHD_Daemon *mhd;
	struct http_handlers handlers;
	struct http_times times;
	unsigned int max_connections, n_connections;
	struct tls_identity *identity; /* NULL: no TLS */
	bool has_plain_peer;
	uint8_t plain_peer[HTTP_PEER_KEY_LEN];
	struct loop_io *io; /* libmicrohttpd's epoll */
	struct loop_timer timer;
	struct http_connection *adding; /* until libmicrohttpd tells that it has it */
	struct listener listeners[MAX_LISTENERS];
	size_t n_listeners;
	bool running;	       /* inside MHD_run() */
	unsigned int progress; /* grows with what comes and goes */
	unsigned int seen;     /* of PROGRESS, after the last MHD_run() */
	unsigned int idle;     /* how many made none */
};

/*
 * libmicrohttpd says that it has work at once as long as a TLS handshake waits
 * for its peer, and would turn without end. New octets are told by its epoll
 * all the same.
 */
static uint64_t pause_ms(struct http_server *server)
{
	server->idle = server->progress == server->seen ? server->idle + 1 : 0;
	server->seen = server->progress;
	return server->idle > IDLE_PASSES ? IDLE_PAUSE_MS : 0;
}

static void run(void *arg)
{
	struct http_server *server = arg;
	MHD_UNSIGNED_LONG_LONG timeout;

	if (server->running)
		return;
	server->running = true;
	MHD_run(server->mhd);
	server->running = false;
	if (MHD_get_timeout(server->mhd, &timeout) == MHD_YES)
		loop_timer_set(server->loop, &server->timer, timeout ? timeout : pause_ms(server),
			       run, server);
	else
		loop_timer_del(&server->timer);
}

static void on_ready(int fd, short revents, void *arg)
{
	(void)fd;
	(void)revents;
	run(arg);
}

/* From a timer: the connection that it belongs to may go away in here. */
void http_server_late(struct http_server *server)
{
	loop_timer_set(server->loop, &server->timer, 0, run, server);
}

/* Connections */

static void on_started(struct http_server *server, struct MHD_Connection *mhd, void **context)
{
	struct http_connection *connection = server->adding;

	server->adding = NULL;
	*context = connection;
	if (connection && http_connection_begin(connection, mhd))
		shutdown(connection->fd, SHUT_RDWR);
}

static void connection_free(struct http_server *server, struct http_connection *connection)
{
	server->n_connections--;
	server->handlers.gone(connection->client, server->handlers.arg);
	http_connection_end(connection);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct http_server *server = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		on_started(server, mhd, context);
	} else if (*context) {
		connection_free(server, *context);
		*context = NULL;
	}
}

static struct http_connection *connection_new(struct http_server *server, int fd, void *client)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	*connection = (struct http_connection){
		.server = server,
		.loop = server->loop,
		.times = &server->times,
		.progress = &server->progress,
		.fd = fd,
		.client = client,
		.identity = server->identity ? tls_identity_get(server->identity) : NULL,
	};
	if (server->has_plain_peer) {
		connection->peer_asked = connection->peer_known = true;
		memcpy(connection->peer_key, server->plain_peer, HTTP_PEER_KEY_LEN);
	}
	server->n_connections++;
	return connection;
}

static int add(struct http_server *server, int fd, const struct sockaddr_storage *peer,
	       void *client)
{
	struct http_connection *connection = connection_new(server, fd, client);

	if (!connection) {
		server->handlers.gone(client, server->handlers.arg);
		close(fd);
		return -ENOMEM;
	}
	server->adding = connection;
	if (MHD_add_connection(server->mhd, fd, (const struct sockaddr *)peer, sizeof(*peer)) !=
	    MHD_YES) {
		/* It has closed the descriptor, and the connection too if it had begun. */
		if (server->adding)
			connection_free(server, connection);
		server->adding = NULL;
		return -EIO;
	}
	run(server);
	return 0;
}

int http_server_add(struct http_server *server, int fd, const struct sockaddr_storage *peer)
{
	void *client = NULL;
	int err = -EBUSY;

	if (server->n_connections < server->max_connections)
		err = server->handlers.accept(peer, &client, server->handlers.arg);
	if (err) {
		close(fd);
		return err;
	}
	return add(server, fd, peer, client);
}

static void on_accept(int fd, const struct sockaddr_storage *peer, void *arg)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	http_server_add(arg, fd, peer);
}

static int listen_at(const struct sockaddr_storage *addr)
{
	const int on = 1;
	int fd = socket(addr->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (addr->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) && !listen(fd, BACKLOG))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int http_server_listen(struct http_server *server, const struct sockaddr_storage *addr)
{
	struct listener *listener = &server->listeners[server->n_listeners];
	int err;

	if (server->n_listeners == MAX_LISTENERS)
		return -ENOSPC;
	listener->fd = listen_at(addr);
	if (listener->fd < 0)
		return listener->fd;
	err = acceptor_open(&listener->acceptor, server->loop, listener->fd, "HTTP connections",
			    on_accept, server);
	if (err)
		close(listener->fd);
	else
		server->n_listeners++;
	return err;
}

/* The server */

/* Paths are compared as they were sent; arguments are digits. */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return strlen(text);
}

/* What it says is of peers, and may hold what they sent. */
static void say_nothing(void *cls, const char *fmt, va_list args)
{
	(void)cls;
	(void)fmt;
	(void)args;
}

static struct MHD_Daemon *start(struct http_server *server,
				const struct http_server_options *options)
{
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	unsigned int flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;

	if (options->certificate)
		flags |= MHD_USE_TLS;
	return MHD_start_daemon(flags, 0, NULL, NULL, http_request_handle, &server->handlers,
				MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
				MHD_OPTION_CONNECTION_LIMIT, FD_LIMIT,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MAX_HEADER_SIZE,
				MHD_OPTION_NOTIFY_COMPLETED, http_request_completed, NULL,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
				MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
				1, MHD_OPTION_ARRAY, options->certificate ? tls : none,
				MHD_OPTION_END);
}

static int watch(struct http_server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->mhd, MHD_DAEMON_INFO_EPOLL_FD);

	if (!info)
		return -EIO;
	return loop_io_add(server->loop, &server->io, info->epoll_fd, POLLIN, on_ready, server);
}

int http_server_new(struct http_server **server, struct loop *loop,
		    const struct http_server_options *options, const struct http_handlers *handlers)
{
	struct http_server *new = calloc(1, sizeof(*new));
	int err = 0;

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->handlers = *handlers;
	new->times = options->times;
	new->max_connections = options->max_connections;
	new->has_plain_peer = !options->certificate && options->plain_peer;
	if (new->has_plain_peer)
		memcpy(new->plain_peer, options->plain_peer, HTTP_PEER_KEY_LEN);
	if (options->certificate)
		err = tls_identity_new(&new->identity, options->certificate, options->key);
	if (err)
		goto err_free;
	new->mhd = start(new, options);
	err = new->mhd ? watch(new) : -EIO;
	if (err)
		goto err_mhd;
	*server = new;
	return 0;

err_mhd:
	if (new->mhd)
		MHD_stop_daemon(new->mhd);
	tls_identity_put(new->identity);
err_free:
	free(new);
	return err;
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->n_listeners; i++) {
		acceptor_close(&server->listeners[i].acceptor);
		close(server->listeners[i].fd);
	}
	loop_io_del(server->io);
	MHD_stop_daemon(server->mhd);
	loop_timer_del(&server->timer);
	tls_identity_put(server->identity);
	free(server);
}

int http_server_set_certificate(struct http_server *server, const char *certificate,
				const char *key)
{
	struct tls_identity *identity;
	int err = tls_identity_new(&identity, certificate, key);

	if (err)
		return err;
	tls_identity_put(server->identity);
	server->identity = identity;
	return 0;
}

void http_server_set_limits(struct http_server *server, unsigned int max_connections,
			    const struct http_times *times)
{
	server->max_connections = max_connections;
	server->times = *times;
}

unsigned int http_server_connections(const struct http_server *server)
{
	return server->n_connections;
}
