// SPDX-License-Identifier: GPL-2.0
/* SIP over UDP. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "sip/addr.h"
#include "sip/transport_impl.h"

/* Datagrams read in one turn of the loop, so that a flood starves nobody. */
#define BATCH 32
/* Octets of the socket's buffer: what comes while we are kept from the processor. */
#define RECEIVE_ROOM (4 << 20)

static void udp_readable(int fd, short revents, void *arg)
{
	struct listener *listener = arg;
	struct transport *transport = listener->transport;
	struct sip_path from = { .protocol = SIP_UDP, .local = listener->local };
	int i;

	(void)revents;
	for (i = 0; i < BATCH; i++) {
		socklen_t size = sizeof(from.peer);
		ssize_t len = recvfrom(fd, transport->datagram, SIP_MAX_SIZE, MSG_TRUNC,
				       (struct sockaddr *)&from.peer, &size);

		if (len < 0)
			return;
		if (len > SIP_MAX_SIZE)
			continue;
		transport->datagram[len] = '\0';
		transport->ops->receive(&from, transport->datagram, len, transport->arg);
		explicit_bzero(transport->datagram, len);
	}
}

int udp_listen(struct listener *listener)
{
	int fd = transport_socket(SOCK_DGRAM, &listener->local), room = RECEIVE_ROOM;

	if (fd < 0)
		return fd;
	/* What is over the administrator's limit takes a privilege; without it, up to that. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	listener->fd = fd;
	return loop_io_add(listener->transport->loop, &listener->io, fd, POLLIN, udp_readable,
			   listener);
}

int udp_send(struct listener *listener, const struct sip_path *path, const char *buf, size_t len)
{
	ssize_t sent = sendto(listener->fd, buf, len, 0, (const struct sockaddr *)&path->peer,
			      addr_len(&path->peer));

	/*
	 * A full buffer is a lost datagram, which the transaction sends again;
	 * a refusal is ICMP's word about an earlier one.
	 */
	if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED)
		return -errno;
	return 0;
}
