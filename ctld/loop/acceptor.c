// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "log/log.h"
#include "loop/acceptor.h"

#define PAUSE_MS 100

static void resume(void *arg)
{
	struct acceptor *acceptor = arg;

	if (loop_io_set(acceptor->io, POLLIN))
		loop_timer_set(acceptor->loop, &acceptor->pause, PAUSE_MS, resume, acceptor);
}

static void pause_accepting(struct acceptor *acceptor, int err)
{
	if (loop_timer_set(acceptor->loop, &acceptor->pause, PAUSE_MS, resume, acceptor))
		return;
	loop_io_set(acceptor->io, 0);
	log_warn("no %s can be accepted now: %s", acceptor->who, strerror(err));
}

static bool is_shortage(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOMEM || err == ENOBUFS;
}

static void on_readable(int listener, short revents, void *arg)
{
	struct acceptor *acceptor = arg;
	struct sockaddr_storage peer = { 0 };
	socklen_t size = sizeof(peer);
	int fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)revents;
	if (fd >= 0)
		acceptor->fn(fd, &peer, acceptor->arg);
	else if (is_shortage(errno))
		pause_accepting(acceptor, errno);
}

int acceptor_open(struct acceptor *acceptor, struct loop *loop, int fd, const char *who,
		  acceptor_fn fn, void *arg)
{
	*acceptor = (struct acceptor){ .loop = loop, .who = who, .fn = fn, .arg = arg };
	return loop_io_add(loop, &acceptor->io, fd, POLLIN, on_readable, acceptor);
}

void acceptor_close(struct acceptor *acceptor)
{
	loop_timer_del(&acceptor->pause);
	loop_io_del(acceptor->io);
	acceptor->io = NULL;
}
