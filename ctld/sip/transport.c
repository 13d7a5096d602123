// SPDX-License-Identifier: GPL-2.0
/* The set of sockets that SIP is spoken on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log/log.h"

#include "sip/addr.h"
#include "sip/transport_impl.h"

static void listener_close(struct listener *listener)
{
	loop_io_del(listener->io);
	acceptor_close(&listener->acceptor);
	if (listener->fd >= 0)
		close(listener->fd);
	free(listener);
}

int transport_socket(int type, const struct sockaddr_storage *local)
{
	int fd, one = 1, err;

	fd = socket(local->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* A restart must not wait for the old connections' TIME_WAIT. */
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (local->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)local, addr_len(local))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static struct listener *find(const struct transport *transport, enum sip_transport protocol,
			     const struct sockaddr_storage *local)
{
	struct listener *listener;

	for (listener = transport->listeners; listener; listener = listener->next)
		if (listener->protocol == protocol && addr_same(&listener->local, local))
			return listener;
	return NULL;
}

static int listener_open(struct transport *transport, const struct conf_trunk *trunk)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int err;

	if (!listener)
		return -ENOMEM;
	listener->transport = transport;
	listener->protocol = trunk->transport;
	listener->local = trunk->local;
	listener->wanted = true;
	listener->fd = -1;
	err = trunk->transport == SIP_TCP ? tcp_listen(listener) : udp_listen(listener);
	if (err) {
		listener_close(listener);
		return err;
	}
	listener->next = transport->listeners;
	transport->listeners = listener;
	return 0;
}

static void drop_unwanted(struct transport *transport)
{
	struct listener **at = &transport->listeners;

	while (*at) {
		struct listener *listener = *at;

		if (listener->wanted) {
			at = &listener->next;
			continue;
		}
		*at = listener->next;
		listener_close(listener);
	}
}

static void cannot_listen(const struct conf_trunk *trunk, int err)
{
	log_error("trunk %s: cannot listen on its local address: %s%s", trunk->name, strerror(-err),
		  err == -EADDRNOTAVAIL ? ": it must be one of this host's" : "");
}

int transport_configure(struct transport *transport, const struct conf *conf)
{
	struct listener *listener;
	int err = 0;
	size_t i;

	for (listener = transport->listeners; listener; listener = listener->next)
		listener->wanted = false;
	for (i = 0; i < conf->n_trunks && !err; i++) {
		const struct conf_trunk *trunk = &conf->trunks[i];

		if (trunk->kind != TRUNK_SIP)
			continue;
		listener = find(transport, trunk->transport, &trunk->local);
		if (listener)
			listener->wanted = true;
		else
			err = listener_open(transport, trunk);
		if (err)
			cannot_listen(trunk, err);
	}
	if (!err)
		drop_unwanted(transport);
	return err;
}

int transport_send(struct transport *transport, struct sip_path *path, const char *buf, size_t len)
{
	struct listener *listener = find(transport, path->protocol, &path->local);

	if (!listener)
		return -ENOTCONN;
	if (path->protocol == SIP_TCP)
		return tcp_send(listener, path, buf, len);
	return udp_send(listener, path, buf, len);
}

void transport_drop_stuck(struct transport *transport, const struct sip_path *path)
{
	if (path->protocol == SIP_TCP)
		tcp_drop_stuck(transport, path);
}

size_t transport_connections(const struct transport *transport)
{
	return transport->n_connections;
}

int transport_new(struct transport **transport, struct loop *loop, const struct transport_ops *ops,
		  void *arg)
{
	struct transport *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->ops = ops;
	new->arg = arg;
	*transport = new;
	return 0;
}

void transport_free(struct transport *transport)
{
	struct listener *listener;

	if (!transport)
		return;
	tcp_close_all(transport);
	for (listener = transport->listeners; listener; listener = listener->next)
		listener->wanted = false;
	drop_unwanted(transport);
	free(transport);
}
