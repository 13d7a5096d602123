/* SPDX-License-Identifier: GPL-2.0 */
/* What transport.c, udp.c and tcp.c share. */
#ifndef PHONION_TRANSPORT_IMPL_H
#define PHONION_TRANSPORT_IMPL_H

#include "loop/acceptor.h"

#include "sip/header.h"
#include "sip/transport.h"

struct connection;

struct listener {
	struct listener *next;
	struct transport *transport;
	enum sip_transport protocol;
	struct sockaddr_storage local;
	int fd;
	struct loop_io *io;	  /* UDP */
	struct acceptor acceptor; /* TCP */
	bool wanted;		  /* used while the configuration is applied */
};

struct transport {
	struct loop *loop;
	const struct transport_ops *ops;
	void *arg;
	struct listener *listeners;
	struct connection *connections;
	size_t n_connections;
	uint64_t last_connection;
	char datagram[SIP_MAX_SIZE + 1];
};

int udp_listen(struct listener *listener);
int udp_send(struct listener *listener, const struct sip_path *path, const char *buf, size_t len);

int tcp_listen(struct listener *listener);
int tcp_send(struct listener *listener, struct sip_path *path, const char *buf, size_t len);
void tcp_drop_stuck(struct transport *transport, const struct sip_path *path);
void tcp_close_all(struct transport *transport);

/* A bound, non-blocking socket, or a negative errno. */
int transport_socket(int type, const struct sockaddr_storage *local);

#endif
