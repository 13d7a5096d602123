/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A loop that is driven by hand, in place of ctld/loop: one descriptor, and timers whose
 * time passes when it is told to. gettimeofday() is part of it, for libpri goes by that.
 */
#ifndef PHONION_FUZZ_HAND_H
#define PHONION_FUZZ_HAND_H

#include <errno.h>
#include <poll.h>
#include <sys/time.h>

#include "loop/loop.h"
#include "selftests/fuzz/fuzz.h"

#define HAND_TIMERS 128

struct loop {
	struct loop_timer *timers[HAND_TIMERS];
};

struct loop_io {
	int fd;
	loop_io_fn fn;
	void *arg;
};

static struct loop hand;
static struct loop_io hand_io;
static uint64_t hand_ms = 1000;

static inline struct loop *hand_loop(void)
{
	return &hand;
}

int loop_io_add(struct loop *loop, struct loop_io **io, int fd, short events, loop_io_fn fn,
		void *arg)
{
	(void)loop;
	(void)events;
	hand_io = (struct loop_io){ fd, fn, arg };
	*io = &hand_io;
	return 0;
}

void loop_io_del(struct loop_io *io)
{
	(void)io;
	hand_io.fn = NULL;
}

void loop_timer_del(struct loop_timer *timer)
{
	for (size_t i = 0; i < HAND_TIMERS; i++)
		if (hand.timers[i] == timer)
			hand.timers[i] = NULL;
}

int loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms, loop_fn fn,
		   void *arg)
{
	size_t i = 0;

	loop_timer_del(timer);
	while (i < HAND_TIMERS && hand.timers[i])
		i++;
	FUZZ_ASSERT(i < HAND_TIMERS);
	*timer =
		(struct loop_timer){ .loop = loop, .at = hand_ms + delay_ms, .fn = fn, .arg = arg };
	hand.timers[i] = timer;
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	now->tv_sec = hand_ms / 1000;
	now->tv_usec = hand_ms % 1000 * 1000;
	return 0;
}

/* All that can be read is. */
static inline void hand_turn(void)
{
	struct pollfd fd = { .fd = hand_io.fd, .events = POLLIN };

	while (hand_io.fn && poll(&fd, 1, 0) > 0 && fd.revents & POLLIN)
		hand_io.fn(hand_io.fd, POLLIN, hand_io.arg);
}

static inline struct loop_timer *hand_next(uint64_t end)
{
	struct loop_timer *next = NULL;

	for (size_t i = 0; i < HAND_TIMERS; i++)
		if (hand.timers[i] && hand.timers[i]->at <= end &&
		    (!next || hand.timers[i]->at < next->at))
			next = hand.timers[i];
	return next;
}

static inline void hand_wait(uint64_t ms)
{
	uint64_t end = hand_ms + ms;
	struct loop_timer *next;

	while ((next = hand_next(end))) {
		if (next->at > hand_ms)
			hand_ms = next->at;
		loop_timer_del(next);
		next->fn(next->arg);
	}
	hand_ms = end;
}

#endif
