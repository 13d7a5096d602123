// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "firewall/batch.h"

/* More than any message that is written here. */
#define ROOM_FOR_MESSAGE 4096

int batch_open(struct batch *batch)
{
	*batch = (struct batch){ .seq = time(NULL) };
	batch->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!batch->socket)
		return -errno;
	if (mnl_socket_bind(batch->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		mnl_socket_close(batch->socket);
		return err;
	}
	return 0;
}

void batch_close(struct batch *batch)
{
	mnl_socket_close(batch->socket);
	free(batch->buf);
}

static char *room(struct batch *batch)
{
	if (batch->size - batch->len < ROOM_FOR_MESSAGE) {
		size_t size = batch->size + 16 * ROOM_FOR_MESSAGE;
		char *buf = realloc(batch->buf, size);

		if (!buf)
			return NULL;
		batch->buf = buf;
		batch->size = size;
	}
	return batch->buf + batch->len;
}

void batch_end_message(struct batch *batch, const struct nlmsghdr *nlh)
{
	batch->len += MNL_ALIGN(nlh->nlmsg_len);
}

int batch_begin(struct batch *batch)
{
	char *to;

	batch->len = 0;
	to = room(batch);
	if (!to)
		return -ENOMEM;
	batch_end_message(batch, nftnl_batch_begin(to, ++batch->seq));
	return 0;
}

struct nlmsghdr *batch_message(struct batch *batch, uint16_t type, uint16_t flags)
{
	char *to = room(batch);

	if (!to)
		return NULL;
	return nftnl_nlmsg_build_hdr(to, type, NFPROTO_INET, flags, ++batch->seq);
}

static int first_error(const char *buf, int len)
{
	const struct nlmsghdr *nlh = (const void *)buf;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

		if (nlh->nlmsg_type == NLMSG_ERROR &&
		    mnl_nlmsg_get_payload_len(nlh) >= sizeof(*error) && error->error)
			return error->error;
	}
	return 0;
}

/*
 * The transaction is over when sendmsg(2) returns, and every refusal waits to
 * be read then: no acknowledgement has to be asked for. All are read, so that
 * none is taken for an answer to the next.
 */
static int result(struct batch *batch)
{
	char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	int err = 0;

	for (;;) {
		ssize_t n = mnl_socket_recvfrom(batch->socket, buf, sizeof(buf));

		if (n > 0 && !err)
			err = first_error(buf, n);
		else if (n < 0 && errno == EAGAIN)
			return err;
		else if (n < 0 && errno != EINTR && !err)
			err = -errno;
	}
}

int batch_commit(struct batch *batch)
{
	char *to = room(batch);
	int size;

	if (!to)
		return -ENOMEM;
	batch_end_message(batch, nftnl_batch_end(to, ++batch->seq));
	size = 2 * batch->len;
	/* Only a relay with hundreds of trunks needs more than the default. */
	setsockopt(mnl_socket_get_fd(batch->socket), SOL_SOCKET, SO_SNDBUFFORCE, &size,
		   sizeof(size));
	if (mnl_socket_sendto(batch->socket, batch->buf, batch->len) < 0)
		return -errno;
	return result(batch);
}
