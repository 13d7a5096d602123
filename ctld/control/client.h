/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One connection to the control socket: lines in, lines out. What it can not
 * take at once waits in a bounded buffer; who never reads is dropped.
 */
#ifndef PHONION_CONTROL_CLIENT_H
#define PHONION_CONTROL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct loop;
struct client;

struct client_ops {
	/* One line, without its end. The client may be closed meanwhile. */
	void (*line)(struct client *client, const char *line, size_t len, void *arg);
	/* The other side is gone or was dropped; the client is freed after this. */
	void (*closed)(struct client *client, void *arg);
};

struct client {
	struct client *next; /* for the owner */
	bool subscribed;     /* likewise */
	const struct client_ops *ops;
	void *arg;
	struct loop *loop;
	struct loop_io *io;
	int fd;
	char *in, *out;
	size_t in_len, out_len, out_cap;
	bool busy;   /* in a callback, not to be freed */
	bool closed; /* to be freed after it */
};

int client_new(struct client **client, struct loop *loop, int fd, const struct client_ops *ops,
	       void *arg);
/* Calls closed(). */
void client_close(struct client *client);
/* Without closed(). */
void client_free(struct client *client);
/* One JSON object and the end of the line. */
void client_send(struct client *client, const json_t *object);

#endif
