// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdstore/fdstore.h"
#include "fdstore/notify.h"
#include "log/log.h"

#define FIRST	 3    /* SD_LISTEN_FDS_START */
#define MAX_HELD 4096 /* more is not believed; the unit's FileDescriptorStoreMax is less */

struct held {
	char name[FDSTORE_NAME_SIZE]; /* "": it had none that can be one of ours */
	int fd;			      /* -1: it was taken, or closed */
};

struct fdstore {
	struct held *held;
	size_t n;
};

static bool is_mine(void)
{
	const char *pid = getenv("LISTEN_PID");
	char mine[16];

	snprintf(mine, sizeof(mine), "%d", (int)getpid());
	return pid && !strcmp(pid, mine);
}

/* How many there are said to be; -EINVAL: that is no number of them. */
static int count(void)
{
	const char *text = getenv("LISTEN_FDS");
	unsigned long n;
	char *end;

	if (!text || !is_mine())
		return 0;
	n = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && n <= MAX_HELD ? (int)n : -EINVAL;
}

/* The I-th of names with colons in between. */
static void name_of(const char *names, size_t i, char name[FDSTORE_NAME_SIZE])
{
	size_t len;

	*name = '\0';
	while (names && i--) {
		names = strchr(names, ':');
		names += !!names;
	}
	len = names ? strcspn(names, ":") : 0;
	if (len && len < FDSTORE_NAME_SIZE)
		snprintf(name, FDSTORE_NAME_SIZE, "%.*s", (int)len, names);
}

/* What has come through exec() has no such flag; what a library has opened since may. */
static bool was_passed(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC) && !fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int take_in(struct fdstore *store, int n)
{
	const char *names = getenv("LISTEN_FDNAMES");
	int last = n < 0 ? MAX_HELD : n;

	store->held = calloc(last + 1, sizeof(*store->held));
	if (!store->held)
		return -ENOMEM;
	for (int i = 0; i < last; i++) {
		struct held *held = &store->held[store->n];

		if (was_passed(FIRST + i)) {
			held->fd = FIRST + i;
			name_of(names, i, held->name);
			store->n++;
		} else if (n >= 0) {
			log_error("descriptor %d of LISTEN_FDS is not there", i);
		}
	}
	return 0;
}

/* Of how many nobody knows, each that there is has to go: a channel may be among them. */
static void drop_all(struct fdstore *store)
{
	log_error("LISTEN_FDS is no number of descriptors: all that was passed is closed");
	fdstore_drop_rest(store);
}

int fdstore_new(struct fdstore **store)
{
	struct fdstore *new = calloc(1, sizeof(*new));
	int n = count(), err = new ? take_in(new, n) : -ENOMEM;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (err) {
		free(new);
		return err;
	}
	if (n < 0)
		drop_all(new);
	*store = new;
	return 0;
}

void fdstore_free(struct fdstore *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->n; i++)
		if (store->held[i].fd >= 0)
			close(store->held[i].fd);
	free(store->held);
	free(store);
}

/*
 * FDPOLL=0: the manager is not to watch it, for which a channel would wake it with each
 * block of sound.
 */
int fdstore_keep(const char *name, int fd)
{
	char text[FDSTORE_NAME_SIZE + 40];

	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	return notify(text, fd);
}

void fdstore_forget(const char *name)
{
	char text[FDSTORE_NAME_SIZE + 40];
	int err;

	snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	err = notify(text, -1);
	if (err && err != -ENOTSUP)
		log_warn("%s: the service manager is not told to let go: %s", name, strerror(-err));
}

int fdstore_take(struct fdstore *store, const char *name)
{
	struct held *found = NULL;
	int fd;

	for (size_t i = 0; i < store->n; i++) {
		if (store->held[i].fd < 0 || strcmp(store->held[i].name, name))
			continue;
		if (found)
			return -EEXIST;
		found = &store->held[i];
	}
	if (!found)
		return -ENOENT;
	fd = found->fd;
	found->fd = -1;
	return fd;
}

void fdstore_drop_rest(struct fdstore *store)
{
	for (size_t i = 0; i < store->n; i++) {
		struct held *held = &store->held[i];

		if (held->fd < 0)
			continue;
		log_warn("a descriptor that was held as \"%s\" is nobody's, and is closed",
			 held->name);
		close(held->fd);
		held->fd = -1;
		if (*held->name)
			fdstore_forget(held->name);
	}
}
