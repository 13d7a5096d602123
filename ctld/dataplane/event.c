// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "dataplane/event.h"
#include "dataplane/nlmsg.h"
#include "log/log.h"
#include "loop/loop.h"

/* Some thousand legs can time out at once when a trunk goes away. */
#define RECEIVE_BUFFER (4 << 20)
/* Datagrams in one turn of the loop, so that signalling gets its turn too. */
#define MAX_IN_TURN 64

static void deliver(struct event_socket *events, const char *buf, int len)
{
	const struct nlmsghdr *nlh = (const void *)buf;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		struct dp_event event;
		int err;

		if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		err = nlmsg_get_event(nlh, &event);
		if (!err)
			events->fn(&event, events->arg);
		else if (err != -ENOMSG)
			log_warn("a notification of the kernel is not understood");
		if (!events->socket)
			return; /* closed by the callback */
	}
}

/* The kernel had no room for some: what they told must be asked for. */
static void lost_some(struct event_socket *events)
{
	const struct dp_event event = { .type = DP_RESYNC };

	log_warn("notifications of the kernel were lost; comparing with what it has");
	events->fn(&event, events->arg);
}

static void readable(int fd, short revents, void *arg)
{
	struct event_socket *events = arg;
	char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));

	(void)fd;
	(void)revents;
	for (int i = 0; i < MAX_IN_TURN && events->socket; i++) {
		ssize_t n = mnl_socket_recvfrom(events->socket, buf, sizeof(buf));

		if (n > 0)
			deliver(events, buf, n);
		else if (n < 0 && errno == ENOBUFS)
			lost_some(events);
		else if (n == 0 || errno != EINTR)
			return;
	}
}

static int join(struct event_socket *events, uint32_t group)
{
	int fd = mnl_socket_get_fd(events->socket), size = RECEIVE_BUFFER;

	/* With the default size it works too, only with more resyncs. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		log_warn("the buffer for the kernel's notifications stays small");
	if (mnl_socket_bind(events->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	if (mnl_socket_setsockopt(events->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) <
	    0)
		return -errno;
	return 0;
}

int event_open(struct event_socket *events, struct loop *loop, uint32_t group, dp_event_fn fn,
	       void *arg)
{
	int err;

	*events = (struct event_socket){ .fn = fn, .arg = arg };
	events->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!events->socket)
		return -errno;
	err = join(events, group);
	if (err)
		goto err_socket;
	err = loop_io_add(loop, &events->io, mnl_socket_get_fd(events->socket), POLLIN, readable,
			  events);
	if (err)
		goto err_socket;
	return 0;

err_socket:
	mnl_socket_close(events->socket);
	events->socket = NULL;
	return err;
}

void event_close(struct event_socket *events)
{
	if (!events->socket)
		return;
	loop_io_del(events->io);
	events->io = NULL;
	mnl_socket_close(events->socket);
	events->socket = NULL;
}
