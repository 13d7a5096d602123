/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The event loop: file descriptors, timers and signals on one io_uring.
 *
 * Everything in the daemons runs on one loop in one thread. Callbacks may
 * add, change and remove any watch or timer, their own included. Functions
 * return 0 or a negative errno.
 */
#ifndef PHONION_LOOP_H
#define PHONION_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* Called with poll(2) events (POLLIN, POLLOUT, POLLERR, POLLHUP). */
typedef void (*loop_io_fn)(int fd, short revents, void *arg);
typedef void (*loop_fn)(void *arg);
typedef void (*loop_signal_fn)(int signo, void *arg);

int loop_new(struct loop **loop);
void loop_free(struct loop *loop);

/* Runs until loop_stop(). */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* CLOCK_MONOTONIC in milliseconds, read once for each turn of the loop. */
uint64_t loop_now(const struct loop *loop);
/* The same clock as it passes, for what may take long within a turn. */
uint64_t loop_clock(void);

struct loop_io;
int loop_io_add(struct loop *loop, struct loop_io **io, int fd, short events, loop_io_fn fn,
		void *arg);
int loop_io_set(struct loop_io *io, short events);
/* Does not close the descriptor. NULL is allowed. */
void loop_io_del(struct loop_io *io);

/*
 * A timer is embedded in what it belongs to; zero-filled is unset. Setting
 * it again moves it. It fires once.
 */
struct loop_timer {
	struct loop *loop;
	uint64_t at;
	loop_fn fn;
	void *arg;
	unsigned int slot; /* 1-based place in the loop's heap; 0 is unset */
};
int loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms, loop_fn fn,
		   void *arg);
void loop_timer_del(struct loop_timer *timer);

/* Blocks the signal for the process and delivers it on the loop. */
int loop_signal_add(struct loop *loop, int signo, loop_signal_fn fn, void *arg);

#endif
