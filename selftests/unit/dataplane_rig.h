/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every check of a data plane is made twice: of the one that phonion.ko serves, which is
 * skipped where the module is not loaded (selftests/unit/guest runs it where it is), and
 * of the one on io_uring. Each has a network namespace of its own with a loopback.
 */
#ifndef DATAPLANE_RIG_H
#define DATAPLANE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "log/log.h"
#include "loop/loop.h"

static struct loop *loop;
static struct dataplane *dp; /* NULL: no module */
static const struct dataplane_ops *ops;
static struct dp_event events[32];
static size_t n_events;

static void take(const struct dp_event *event, void *arg)
{
	(void)arg;
	if (n_events < 32)
		events[n_events++] = *event;
}

static void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static int setup(enum dataplane_kind kind)
{
	int err;

	dp = NULL;
	n_events = 0;
	log_init(LOG_LVL_ERROR);
	if (unshare(CLONE_NEWNET) < 0)
		return 0;
	lo_up();
	assert_int_equal(loop_new(&loop), 0);
	err = dataplane_open(&dp, kind, loop, take, NULL);
	assert_true(err == 0 || (err == -ENOENT && kind == DATAPLANE_KERNEL));
	if (!err)
		ops = dataplane_ops(dp);
	return 0;
}

static int setup_kernel(void **state)
{
	(void)state;
	return setup(DATAPLANE_KERNEL);
}

static int setup_io_uring(void **state)
{
	(void)state;
	return setup(DATAPLANE_IO_URING);
}

static int teardown(void **state)
{
	(void)state;
	dataplane_close(dp);
	loop_free(loop);
	loop = NULL;
	return 0;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void run_for(uint64_t ms)
{
	struct loop_timer timer = { 0 };

	assert_int_equal(loop_timer_set(loop, &timer, ms, stop, loop), 0);
	assert_int_equal(loop_run(loop), 0);
}

static struct sockaddr_storage address(const char *text, uint16_t port)
{
	struct sockaddr_storage addr = { 0 };
	struct sockaddr_in6 *in6 = (void *)&addr;
	struct sockaddr_in *in = (void *)&addr;

	in->sin_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	in->sin_port = htons(port);
	assert_int_equal(inet_pton(in->sin_family, text,
				   in->sin_family == AF_INET ? (void *)&in->sin_addr
							     : (void *)&in6->sin6_addr),
			 1);
	return addr;
}

#define on_both(test)                                                    \
	{ #test ", kernel", test, setup_kernel, teardown, NULL },        \
	{                                                                \
#test ", io_uring", test, setup_io_uring, teardown, NULL \
	}

#endif
