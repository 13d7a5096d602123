// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/client.h"
#include "log/log.h"
#include "loop/loop.h"

#define MAX_LINE 65536
/* A list of some ten thousand calls must fit. */
#define MAX_OUT (16 << 20)

static void release(struct client *client)
{
	loop_io_del(client->io);
	close(client->fd);
	free(client->in);
	free(client->out);
	free(client);
}

void client_free(struct client *client)
{
	if (client->busy)
		client->closed = true;
	else
		release(client);
}

void client_close(struct client *client)
{
	if (client->closed)
		return;
	client->ops->closed(client, client->arg);
	client_free(client);
}

/* Sending */

static int flush(struct client *client)
{
	size_t sent = 0;

	while (sent < client->out_len) {
		ssize_t n = send(client->fd, client->out + sent, client->out_len - sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return -errno;
		sent += n;
	}
	memmove(client->out, client->out + sent, client->out_len - sent);
	client->out_len -= sent;
	return loop_io_set(client->io, client->out_len ? POLLIN | POLLOUT : POLLIN);
}

static int reserve(struct client *client, size_t more)
{
	size_t need = client->out_len + more, cap = client->out_cap ? client->out_cap : 4096;
	char *out;

	if (need > MAX_OUT)
		return -ENOBUFS;
	while (cap < need)
		cap *= 2;
	if (cap == client->out_cap)
		return 0;
	out = realloc(client->out, cap);
	if (!out)
		return -ENOMEM;
	client->out = out;
	client->out_cap = cap;
	return 0;
}

static int append(const char *text, size_t len, void *arg)
{
	struct client *client = arg;

	if (reserve(client, len))
		return -1;
	memcpy(client->out + client->out_len, text, len);
	client->out_len += len;
	return 0;
}

void client_send(struct client *client, const json_t *object)
{
	if (client->closed)
		return;
	if (json_dump_callback(object, append, client, JSON_COMPACT) < 0 ||
	    append("\n", 1, client) < 0) {
		log_warn("a control client reads too slowly, it is dropped");
		client_close(client);
	} else if (flush(client) < 0) {
		client_close(client);
	}
}

/* Receiving */

/* Gives out the whole lines, keeps what begins the next. */
static void split(struct client *client)
{
	size_t start = 0;
	char *end;

	while (!client->closed &&
	       (end = memchr(client->in + start, '\n', client->in_len - start))) {
		size_t len = end - (client->in + start);

		*end = 0;
		client->ops->line(client, client->in + start, len, client->arg);
		start += len + 1;
	}
	memmove(client->in, client->in + start, client->in_len - start);
	client->in_len -= start;
}

static void receive(struct client *client)
{
	ssize_t n = recv(client->fd, client->in + client->in_len, MAX_LINE - client->in_len,
			 MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_close(client);
		return;
	}
	client->in_len += n;
	split(client);
	if (client->in_len == MAX_LINE) {
		log_warn("a control client sent a line of more than %d octets, it is dropped",
			 MAX_LINE);
		client_close(client);
	}
}

static void ready(int fd, short revents, void *arg)
{
	struct client *client = arg;

	(void)fd;
	client->busy = true;
	if (revents & POLLOUT && flush(client) < 0)
		client_close(client);
	if (!client->closed && revents & (POLLIN | POLLHUP | POLLERR))
		receive(client);
	client->busy = false;
	if (client->closed)
		release(client);
}

int client_new(struct client **client, struct loop *loop, int fd, const struct client_ops *ops,
	       void *arg)
{
	struct client *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	if (!new)
		return -ENOMEM;
	*new = (struct client){ .ops = ops, .arg = arg, .loop = loop, .fd = fd };
	new->in = malloc(MAX_LINE);
	if (!new->in)
		goto err_free;
	err = loop_io_add(loop, &new->io, fd, POLLIN, ready, new);
	if (err)
		goto err_in;
	*client = new;
	return 0;

err_in:
	free(new->in);
err_free:
	free(new);
	return err;
}
