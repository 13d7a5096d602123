// SPDX-License-Identifier: GPL-2.0
/*
 * Watches are polls that fire once and are armed again after their callback,
 * in the same system call that waits for the next event. A multishot poll
 * would save nothing here and is edge-triggered: a callback that leaves data
 * unread would never hear of it.
 *
 * A completion names its watch by slot and generation, never by pointer, so
 * one that arrives after its watch was removed finds nothing.
 */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"
#include "loop/heap.h"
#include "loop/loop.h"

#define RING_ENTRIES 256
#define NO_TAG	     0 /* of requests whose completion tells nothing */

struct loop_io {
	struct loop *loop;
	int fd;
	short events;
	loop_io_fn fn;
	void *arg;
	uint32_t slot;
	uint32_t generation; /* of the slot; never 0 */
	bool armed;
};

struct slot {
	struct loop_io *io; /* NULL: free */
	uint32_t generation;
	uint32_t next_free;
};

struct signal_watch {
	loop_signal_fn fn;
	void *arg;
};

struct loop {
	struct io_uring ring;
	struct heap heap;
	struct slot *slots;
	uint32_t n_slots, free_slot; /* 1-based; 0: none */
	struct signal_watch signals[NSIG];
	sigset_t signal_mask;
	sigset_t signals_blocked; /* by us, to be undone */
	int signal_fd;
	struct loop_io *signal_io;
	uint64_t now;
	bool running, stop;
};

uint64_t loop_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static uint64_t tag(const struct loop_io *io)
{
	return (uint64_t)io->generation << 32 | io->slot;
}

static struct loop_io *tagged(const struct loop *loop, uint64_t tag)
{
	uint32_t slot = tag;

	if (!slot || slot > loop->n_slots)
		return NULL;
	if (loop->slots[slot - 1].generation != tag >> 32)
		return NULL;
	return loop->slots[slot - 1].io;
}

/* Slots */

static void slot_release(struct loop *loop, uint32_t slot)
{
	loop->slots[slot - 1].io = NULL;
	loop->slots[slot - 1].next_free = loop->free_slot;
	loop->free_slot = slot;
}

static int slots_grow(struct loop *loop)
{
	uint32_t n = loop->n_slots ? loop->n_slots * 2 : 64;
	struct slot *slots;

	slots = reallocarray(loop->slots, n, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots + loop->n_slots, 0, (n - loop->n_slots) * sizeof(*slots));
	loop->slots = slots;
	for (uint32_t i = n; i > loop->n_slots; i--)
		slot_release(loop, i);
	loop->n_slots = n;
	return 0;
}

/* What is under way for the slot's last user does not concern the next. */
static void next_generation(struct loop_io *io)
{
	struct slot *slot = &io->loop->slots[io->slot - 1];

	if (!++slot->generation)
		slot->generation = 1;
	io->generation = slot->generation;
}

static int slot_take(struct loop *loop, struct loop_io *io)
{
	if (!loop->free_slot) {
		int err = slots_grow(loop);

		if (err)
			return err;
	}
	io->slot = loop->free_slot;
	loop->free_slot = loop->slots[io->slot - 1].next_free;
	loop->slots[io->slot - 1].io = io;
	next_generation(io);
	return 0;
}

/* Requests */

static struct io_uring_sqe *sqe_get(struct loop *loop)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&loop->ring);

	if (sqe)
		return sqe;
	/* The queue is full; submitting empties it. */
	io_uring_submit(&loop->ring);
	return io_uring_get_sqe(&loop->ring);
}

static int arm(struct loop_io *io)
{
	struct io_uring_sqe *sqe = sqe_get(io->loop);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_poll_add(sqe, io->fd, (unsigned short)io->events);
	io_uring_sqe_set_data64(sqe, tag(io));
	io->armed = true;
	return 0;
}

/*
 * Submitted at once: the kernel holds the file open while it polls it, and the
 * caller may want to bind the same port again.
 */
static void disarm(struct loop_io *io)
{
	struct io_uring_sqe *sqe;

	if (!io->armed)
		return;
	io->armed = false;
	sqe = sqe_get(io->loop);
	if (!sqe)
		return; /* the generation still keeps it from being delivered */
	io_uring_prep_poll_remove(sqe, tag(io));
	io_uring_sqe_set_data64(sqe, NO_TAG);
	io_uring_submit(&io->loop->ring);
}

/* Watches */

int loop_io_add(struct loop *loop, struct loop_io **io, int fd, short events, loop_io_fn fn,
		void *arg)
{
	struct loop_io *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = (struct loop_io){ .loop = loop, .fd = fd, .events = events, .fn = fn, .arg = arg };
	err = slot_take(loop, new);
	if (err)
		goto err_free;
	err = arm(new);
	if (err)
		goto err_slot;
	*io = new;
	return 0;

err_slot:
	slot_release(loop, new->slot);
err_free:
	free(new);
	return err;
}

int loop_io_set(struct loop_io *io, short events)
{
	if (io->events == events)
		return 0;
	io->events = events;
	if (!io->armed)
		return 0; /* inside its callback: armed again after that */
	disarm(io);
	next_generation(io);
	return arm(io);
}

void loop_io_del(struct loop_io *io)
{
	if (!io)
		return;
	disarm(io);
	slot_release(io->loop, io->slot);
	free(io);
}

static int dispatch(struct loop *loop, uint64_t tag, int res)
{
	struct loop_io *io = tagged(loop, tag);

	if (!io)
		return 0;
	io->armed = false;
	/* A descriptor that was closed under its watch is told as by poll(2). */
	io->fn(io->fd, res < 0 ? POLLNVAL : res, io->arg);
	io = tagged(loop, tag); /* the callback may have removed it */
	return io && !io->armed ? arm(io) : 0;
}

/* Timers */

int loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms, loop_fn fn,
		   void *arg)
{
	if (!loop->running)
		loop->now = loop_clock();
	timer->at = loop->now + delay_ms;
	timer->fn = fn;
	timer->arg = arg;
	if (timer->slot) {
		heap_move(&loop->heap, timer);
		return 0;
	}
	timer->loop = loop;
	return heap_add(&loop->heap, timer);
}

void loop_timer_del(struct loop_timer *timer)
{
	if (timer->slot)
		heap_del(&timer->loop->heap, timer);
}

/* Bounded, so that a timer that sets itself to fire at once starves nobody. */
static void run_timers(struct loop *loop)
{
	for (size_t n = loop->heap.n; n > 0 && !loop->stop; n--) {
		struct loop_timer *timer = heap_first(&loop->heap);

		if (!timer || timer->at > loop->now)
			return;
		heap_del(&loop->heap, timer);
		timer->fn(timer->arg);
	}
}

/* Signals */

static void signal_ready(int fd, short revents, void *arg)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		const struct signal_watch *watch = &loop->signals[info.ssi_signo];

		if (watch->fn)
			watch->fn(info.ssi_signo, watch->arg);
	}
}

static int signal_fd_set(struct loop *loop, const sigset_t *mask)
{
	int fd = signalfd(loop->signal_fd, mask, SFD_CLOEXEC | SFD_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	loop->signal_fd = fd;
	if (loop->signal_io)
		return 0;
	err = loop_io_add(loop, &loop->signal_io, fd, POLLIN, signal_ready, loop);
	if (err) {
		close(fd);
		loop->signal_fd = -1;
	}
	return err;
}

static int signal_block(struct loop *loop, int signo)
{
	sigset_t one, before;

	sigemptyset(&one);
	sigaddset(&one, signo);
	if (sigprocmask(SIG_BLOCK, &one, &before) < 0)
		return -errno;
	if (!sigismember(&before, signo))
		sigaddset(&loop->signals_blocked, signo);
	return 0;
}

int loop_signal_add(struct loop *loop, int signo, loop_signal_fn fn, void *arg)
{
	sigset_t mask = loop->signal_mask;
	int err;

	if (signo <= 0 || signo >= NSIG)
		return -EINVAL;
	sigaddset(&mask, signo);
	err = signal_fd_set(loop, &mask);
	if (err)
		return err;
	err = signal_block(loop, signo);
	if (err)
		return err;
	loop->signal_mask = mask;
	loop->signals[signo] = (struct signal_watch){ .fn = fn, .arg = arg };
	return 0;
}

/* The loop */

static void explain(int err)
{
	switch (err) {
	case -ENOSYS:
		log_error("this kernel has no io_uring: it must be built with CONFIG_IO_URING");
		break;
	case -EPERM:
	case -EACCES:
		log_error("io_uring is forbidden here: look at sysctl kernel.io_uring_disabled "
			  "and at the container's seccomp profile");
		break;
	default:
		log_error("io_uring: %s", strerror(-err));
	}
}

static int ring_open(struct io_uring *ring)
{
	int err = io_uring_queue_init(RING_ENTRIES, ring, 0);

	if (!err && !(ring->features & IORING_FEAT_EXT_ARG)) {
		io_uring_queue_exit(ring);
		err = -ENOSYS;
	}
	if (err)
		explain(err);
	return err;
}

int loop_new(struct loop **loop)
{
	struct loop *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	err = ring_open(&new->ring);
	if (err)
		goto err_free;
	sigemptyset(&new->signal_mask);
	sigemptyset(&new->signals_blocked);
	new->signal_fd = -1;
	new->now = loop_clock();
	*loop = new;
	return 0;

err_free:
	free(new);
	return err;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	io_uring_queue_exit(&loop->ring);
	for (uint32_t i = 0; i < loop->n_slots; i++)
		free(loop->slots[i].io);
	free(loop->slots);
	heap_free(&loop->heap);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	sigprocmask(SIG_UNBLOCK, &loop->signals_blocked, NULL);
	free(loop);
}

static int submit_and_wait(struct loop *loop)
{
	struct loop_timer *first = heap_first(&loop->heap);
	struct __kernel_timespec ts = { 0 }, *timeout = NULL;
	struct io_uring_cqe *cqe;
	uint64_t now = loop_clock();
	int err;

	if (first) {
		uint64_t wait = first->at > now ? first->at - now : 0;

		ts.tv_sec = wait / 1000;
		ts.tv_nsec = wait % 1000 * 1000000;
		timeout = &ts;
	}
	err = io_uring_submit_and_wait_timeout(&loop->ring, &cqe, 1, timeout, NULL);
	/* -EBUSY: completions must be taken first, as the caller now does. */
	if (err >= 0 || err == -ETIME || err == -EINTR || err == -EBUSY || err == -EAGAIN)
		return 0;
	return err;
}

/* Each is taken off the queue before its callback, which may submit more. */
static int run_completions(struct loop *loop)
{
	unsigned int n = io_uring_cq_ready(&loop->ring);

	for (; n > 0 && !loop->stop; n--) {
		struct io_uring_cqe *cqe;
		uint64_t tag;
		int res, err;

		if (io_uring_peek_cqe(&loop->ring, &cqe))
			return 0;
		tag = cqe->user_data;
		res = cqe->res;
		io_uring_cqe_seen(&loop->ring, cqe);
		err = dispatch(loop, tag, res);
		if (err)
			return err;
	}
	return 0;
}

int loop_run(struct loop *loop)
{
	int err = 0;

	loop->running = true;
	while (!loop->stop && !err) {
		err = submit_and_wait(loop);
		loop->now = loop_clock();
		if (!err)
			err = run_completions(loop);
		run_timers(loop);
	}
	loop->running = false;
	loop->stop = false;
	return err;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->running ? loop->now : loop_clock();
}
