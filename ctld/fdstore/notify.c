// SPDX-License-Identifier: GPL-2.0
/* A word to the service manager: one datagram to the socket that it names. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "fdstore/notify.h"

#define WAIT_US 200000 /* for room in its queue: calls wait as long */

/* '@' begins a name that is no file's. */
static int address(struct sockaddr_un *addr, socklen_t *len)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;

	if (!n)
		return -ENOTSUP;
	if ((*path != '/' && *path != '@') || n >= sizeof(addr->sun_path))
		return -EINVAL;
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(addr->sun_path, path, n);
	if (*path == '@')
		addr->sun_path[0] = '\0';
	*len = offsetof(struct sockaddr_un, sun_path) + n;
	return 0;
}

static void attach(struct msghdr *msg, void *control, size_t size, int fd)
{
	struct cmsghdr *cmsg;

	msg->msg_control = control;
	msg->msg_controllen = size;
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
}

static int send_to(const struct msghdr *msg)
{
	const struct timeval wait = { .tv_usec = WAIT_US };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (sock < 0)
		return -errno;
	if (setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ||
	    sendmsg(sock, msg, MSG_NOSIGNAL) < 0)
		err = -errno;
	close(sock);
	return err;
}

int notify(const char *text, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { (char *)text, strlen(text) };
	struct sockaddr_un addr;
	struct msghdr msg = { .msg_name = &addr, .msg_iov = &iov, .msg_iovlen = 1 };
	int err = address(&addr, &msg.msg_namelen);

	if (err)
		return err;
	if (fd >= 0)
		attach(&msg, control, sizeof(control), fd);
	return send_to(&msg);
}
