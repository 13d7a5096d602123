// SPDX-License-Identifier: GPL-2.0
/*
 * SIP over TCP: framing by Content-Length (RFC 3261, 18.3), one connection
 * for both directions, all of it bounded.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "sip/addr.h"
#include "sip/transport_impl.h"

#define MAX_CONNECTIONS 256
#define MAX_QUEUED	(256 * 1024)
#define IDLE_MS		(200 * 1000) /* firewalls on the way forget after four or five minutes */
#define MESSAGE_MS	(32 * 1000)  /* for a message to become whole: 64 * T1 */
#define DEAD_MS		(32 * 1000)  /* for the peer to acknowledge: its transactions are over */
#define KEEPALIVE_S	60

struct connection {
	struct connection *next;
	struct transport *transport;
	struct sip_path path;
	int fd;
	struct loop_io *io;
	struct loop_timer timer;
	bool connecting, doomed, busy;
	char *in, *out;
	size_t in_len, out_len;
};

static void unlink_connection(struct connection *conn)
{
	struct connection **at = &conn->transport->connections;

	while (*at != conn)
		at = &(*at)->next;
	*at = conn->next;
	conn->transport->n_connections--;
}

static void connection_free(struct connection *conn)
{
	loop_timer_del(&conn->timer);
	loop_io_del(conn->io);
	close(conn->fd);
	free(conn->in);
	free(conn->out);
	free(conn);
}

/* A connection that is being read from is only marked, and freed afterwards. */
static void connection_close(struct connection *conn)
{
	if (!conn->doomed)
		unlink_connection(conn);
	conn->doomed = true;
	if (!conn->busy)
		connection_free(conn);
}

static void on_timer(void *arg)
{
	connection_close(arg);
}

static void rearm(struct connection *conn)
{
	loop_timer_set(conn->transport->loop, &conn->timer, conn->in_len ? MESSAGE_MS : IDLE_MS,
		       on_timer, conn);
}

/* What is done with at the beginning goes, and no copy of it stays behind the rest. */
static void shift(char *buf, size_t *len, size_t done)
{
	*len -= done;
	memmove(buf, buf + done, *len);
	explicit_bzero(buf + *len, done);
}

static int flush(struct connection *conn)
{
	while (conn->out_len) {
		ssize_t sent = send(conn->fd, conn->out, conn->out_len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent <= 0)
			return -ECONNRESET;
		shift(conn->out, &conn->out_len, sent);
	}
	return loop_io_set(conn->io, conn->out_len ? POLLIN | POLLOUT : POLLIN);
}

/* RFC 5626, 4.4.1: empty lines between messages keep a connection alive. */
static void skip_empty_lines(struct connection *conn)
{
	size_t skip = 0;

	while (skip < conn->in_len && (conn->in[skip] == '\r' || conn->in[skip] == '\n'))
		skip++;
	shift(conn->in, &conn->in_len, skip);
}

/*
 * The size of the message at the start of the buffer; 0 if it is not whole
 * yet. Without a usable Content-Length the header alone is handed on, to be
 * refused, and the connection is of no more use.
 */
static size_t frame(const struct connection *conn, bool *lost)
{
	struct raw_message msg;
	const struct slice *value;
	size_t head = header_end(conn->in, conn->in_len);
	long length = -1;

	if (!head)
		return 0;
	if (!header_scan(&msg, conn->in, head) && header_count(&msg, HDR_CONTENT_LENGTH) == 1) {
		value = header_first(&msg, HDR_CONTENT_LENGTH);
		length = slice_number(*value, SIP_MAX_SIZE - head);
	}
	*lost = length < 0;
	if (*lost)
		return head;
	return head + length <= conn->in_len ? head + length : 0;
}

static int deliver(struct connection *conn)
{
	struct transport *transport = conn->transport;
	bool lost = false;
	size_t size;
	int err;

	for (skip_empty_lines(conn); (size = frame(conn, &lost)); skip_empty_lines(conn)) {
		err = transport->ops->receive(&conn->path, conn->in, size, transport->arg);
		if (err || lost || conn->doomed)
			return -EBADMSG;
		shift(conn->in, &conn->in_len, size);
	}
	return conn->in_len == SIP_MAX_SIZE ? -EMSGSIZE : 0;
}

static int read_some(struct connection *conn)
{
	ssize_t got = recv(conn->fd, conn->in + conn->in_len, SIP_MAX_SIZE - conn->in_len, 0);

	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!got)
		return -ESHUTDOWN;
	conn->in_len += got;
	return deliver(conn);
}

static int finish_connect(struct connection *conn)
{
	socklen_t size = sizeof(int);
	int err = 0;

	getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &err, &size);
	conn->connecting = false;
	return -err;
}

/*
 * The peer may close a connection and answer by another (RFC 3261, 18.2.2), but one that
 * resets it knows of nothing that it was asked.
 */
static bool is_broken(int err)
{
	return err && err != -ESHUTDOWN && err != -EBADMSG && err != -EMSGSIZE;
}

static void on_io(int fd, short revents, void *arg)
{
	struct connection *conn = arg;
	int err = 0;

	(void)fd;
	conn->busy = true;
	if (conn->connecting)
		err = finish_connect(conn);
	if (!err && (revents & (POLLIN | POLLHUP | POLLERR)))
		err = read_some(conn);
	if (!err && !conn->doomed)
		err = flush(conn);
	if (is_broken(err)) {
		connection_close(conn); /* first: who is told may connect anew */
		conn->transport->ops->unreachable(&conn->path, conn->transport->arg);
	} else if (err) {
		flush(conn); /* the refusal that says why, if there is one */
	}
	conn->busy = false;
	if (err || conn->doomed)
		connection_close(conn);
	else
		rearm(conn);
}

/* A peer that went without a word is found out, as is one that does not answer our SYN. */
static void set_options(int fd)
{
	unsigned int dead_ms = DEAD_MS;
	int one = 1, keepalive_s = KEEPALIVE_S;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive_s, sizeof(keepalive_s));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
}

static struct connection *connection_new(struct listener *listener, int fd,
					 const struct sockaddr_storage *peer)
{
	struct transport *transport = listener->transport;
	struct connection *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->transport = transport;
	conn->fd = fd;
	conn->path = (struct sip_path){ .protocol = SIP_TCP,
					.local = listener->local,
					.peer = *peer,
					.connection = ++transport->last_connection };
	conn->in = malloc(SIP_MAX_SIZE);
	if (!conn->in || loop_io_add(transport->loop, &conn->io, fd, POLLIN, on_io, conn)) {
		free(conn->in);
		free(conn);
		return NULL;
	}
	set_options(fd);
	conn->next = transport->connections;
	transport->connections = conn;
	transport->n_connections++;
	rearm(conn);
	return conn;
}

static void on_accept(int fd, const struct sockaddr_storage *peer, void *arg)
{
	struct listener *listener = arg;
	struct transport *transport = listener->transport;
	struct sip_path from = { .protocol = SIP_TCP, .local = listener->local, .peer = *peer };

	if (!transport->ops->known(&from, transport->arg) ||
	    transport->n_connections >= MAX_CONNECTIONS || !connection_new(listener, fd, peer))
		close(fd);
}

int tcp_listen(struct listener *listener)
{
	int fd = transport_socket(SOCK_STREAM, &listener->local);

	if (fd < 0)
		return fd;
	listener->fd = fd;
	if (listen(fd, 64))
		return -errno;
	return acceptor_open(&listener->acceptor, listener->transport->loop, fd, "SIP connections",
			     on_accept, listener);
}

/* The named connection, else any with that peer (RFC 3261, 18.2.2). */
static struct connection *find(struct listener *listener, const struct sip_path *path)
{
	struct connection *conn, *other = NULL;

	for (conn = listener->transport->connections; conn; conn = conn->next) {
		if (conn->path.connection == path->connection)
			return conn;
		if (addr_same(&conn->path.local, &listener->local) &&
		    addr_same_host(&conn->path.peer, &path->peer))
			other = conn;
	}
	return other;
}

static struct connection *dial(struct listener *listener, const struct sip_path *path)
{
	struct sockaddr_storage local = listener->local;
	struct connection *conn;
	int fd;

	if (listener->transport->n_connections >= MAX_CONNECTIONS)
		return NULL;
	addr_set_port(&local, 0);
	fd = transport_socket(SOCK_STREAM, &local);
	if (fd < 0)
		return NULL;
	if (connect(fd, (const struct sockaddr *)&path->peer, addr_len(&path->peer)) &&
	    errno != EINPROGRESS)
		goto err_close;
	conn = connection_new(listener, fd, &path->peer);
	if (!conn)
		goto err_close;
	conn->connecting = true;
	return conn;

err_close:
	close(fd);
	return NULL;
}

int tcp_send(struct listener *listener, struct sip_path *path, const char *buf, size_t len)
{
	struct connection *conn = find(listener, path);
	char *out;

	if (!conn)
		conn = dial(listener, path);
	if (!conn)
		return -ENOTCONN;
	if (conn->out_len + len > MAX_QUEUED)
		return -ENOBUFS;
	out = realloc(conn->out, conn->out_len + len);
	if (!out)
		return -ENOMEM;
	memcpy(out + conn->out_len, buf, len);
	conn->out = out;
	conn->out_len += len;
	path->connection = conn->path.connection;
	/* Written when the loop says so: errors then have one place to show. */
	return loop_io_set(conn->io, POLLIN | POLLOUT);
}

static bool is_stuck(const struct connection *conn)
{
	int unacknowledged = 0;

	ioctl(conn->fd, SIOCOUTQ, &unacknowledged);
	return conn->out_len || unacknowledged > 0;
}

/* No other to that peer: who answers by it must not suffer for a request that is not its. */
void tcp_drop_stuck(struct transport *transport, const struct sip_path *path)
{
	const struct linger discard = { .l_onoff = 1 };
	struct connection *conn = transport->connections;

	while (conn && conn->path.connection != path->connection)
		conn = conn->next;
	if (!conn || !is_stuck(conn))
		return;
	/* Else the kernel goes on trying to deliver what is queued. */
	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &discard, sizeof(discard));
	connection_close(conn);
}

void tcp_close_all(struct transport *transport)
{
	while (transport->connections)
		connection_close(transport->connections);
}
