/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A listening socket on the loop. When no descriptor or memory is left for a
 * client, it waits in the queue, and the listener is looked at again a little
 * later: the loop would be told of it without end.
 */
#ifndef PHONION_ACCEPTOR_H
#define PHONION_ACCEPTOR_H

#include <sys/socket.h>

#include "loop/loop.h"

/* FD, non-blocking, is the callback's to close; PEER is what accept(2) tells. */
typedef void (*acceptor_fn)(int fd, const struct sockaddr_storage *peer, void *arg);

/* Zero-filled is closed. */
struct acceptor {
	struct loop *loop;
	struct loop_io *io;
	struct loop_timer pause;
	const char *who; /* comes, in the plural, for the log */
	acceptor_fn fn;
	void *arg;
};

/* FD listens already, without blocking; 0 or a negative errno. */
int acceptor_open(struct acceptor *acceptor, struct loop *loop, int fd, const char *who,
		  acceptor_fn fn, void *arg);
/* Does not close the descriptor; a second call does nothing. */
void acceptor_close(struct acceptor *acceptor);

#endif
