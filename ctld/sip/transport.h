/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SIP messages in and out: sockets, connections and framing. What a message
 * says is not looked at here, except for where it ends.
 */
#ifndef PHONION_TRANSPORT_H
#define PHONION_TRANSPORT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

struct loop;
struct transport;

/* The way to a peer, and back to whoever sent a message. */
struct sip_path {
	enum sip_transport protocol;
	struct sockaddr_storage local; /* the listening socket's */
	struct sockaddr_storage peer;
	uint64_t connection; /* 0: none yet; numbers are never used again */
};

struct transport_ops {
	/*
	 * One whole message; BUF may be changed. On a stream a negative return
	 * closes the connection, because framing is lost.
	 */
	int (*receive)(const struct sip_path *from, char *buf, size_t len, void *arg);
	/* May a connection from PEER to LOCAL be accepted? */
	bool (*known)(const struct sip_path *from, void *arg);
	/* The connection of this path does not come about, or broke: what was queued is lost. */
	void (*unreachable)(const struct sip_path *to, void *arg);
};

int transport_new(struct transport **transport, struct loop *loop, const struct transport_ops *ops,
		  void *arg);
void transport_free(struct transport *transport);
/* Listens where the trunks of CONF say, and no more anywhere else. */
int transport_configure(struct transport *transport, const struct conf *conf);
/*
 * -ENOTCONN: no such socket (any more). On a stream the message is queued, and
 * a connection is opened when there is none to that peer; PATH is told which it goes by.
 */
int transport_send(struct transport *transport, struct sip_path *path, const char *buf, size_t len);
/*
 * A request by this path got no answer: on a stream, what the peer has not taken yet must not
 * reach it later, when nobody waits for it any more.
 */
void transport_drop_stuck(struct transport *transport, const struct sip_path *path);
/* Connections that are open now. */
size_t transport_connections(const struct transport *transport);

#endif
