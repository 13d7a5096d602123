// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "dataplane/attrs.h"
#include "dataplane/event.h"
#include "dataplane/genl.h"
#include "dataplane/nlmsg.h"
#include "log/log.h"
#include "loop/loop.h"

/* Some thousand legs can time out at once when a trunk goes away. */
#define RECEIVE_BUFFER (4 << 20)
/* Datagrams in one turn of the loop, so that signalling gets its turn too. */
#define MAX_IN_TURN 64

/* The controller's word that a family is there no more. Ours, loaded anew, has another number. */
static bool is_gone(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a[CTRL_ATTR_MAX + 1];
	const char *name;

	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN) || genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	attrs_parse(nlh, GENL_HDRLEN, a, CTRL_ATTR_MAX);
	name = attr_str(a[CTRL_ATTR_FAMILY_NAME]);
	return name && !strcmp(name, PHONION_FAMILY_NAME);
}

static int get_event(const struct nlmsghdr *nlh, struct dp_event *event)
{
	if (nlh->nlmsg_type != GENL_ID_CTRL)
		return nlmsg_get_event(nlh, event);
	*event = (struct dp_event){ .type = DP_GONE };
	return is_gone(nlh) ? 0 : -ENOMSG;
}

static int deliver(const struct nlmsghdr *nlh, void *arg)
{
	struct event_socket *events = arg;
	struct dp_event event;
	int err = get_event(nlh, &event);

	if (!err)
		events->fn(&event, events->arg);
	else if (err != -ENOMSG)
		log_warn("a notification of the kernel is not understood");
	/* Or it was closed by the callback. */
	return events->socket ? 0 : -ECANCELED;
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

	(void)fd;
	(void)revents;
	for (int i = 0; i < MAX_IN_TURN && events->socket; i++) {
		int err = genl_events_read(events->socket, deliver, events);

		if (err == -ENOBUFS)
			lost_some(events);
		else if (err && err != -EINTR)
			return;
	}
}

/* The controller's group has its family's number, in every kernel. */
static int watch_families(struct mnl_socket *socket)
{
	int group = GENL_ID_CTRL;

	return mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ? -errno
											    : 0;
}

/* With the default size it works too, only with more resyncs. */
static void widen(int fd)
{
	int size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		log_warn("the buffer for the kernel's notifications stays small");
}

int event_open(struct event_socket *events, struct loop *loop, uint32_t group, dp_event_fn fn,
	       void *arg)
{
	int err;

	*events = (struct event_socket){ .fn = fn, .arg = arg };
	err = genl_events_open(&events->socket, group);
	if (err)
		return err;
	widen(mnl_socket_get_fd(events->socket));
	err = watch_families(events->socket);
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
