// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/heap.h"
#include "loop/loop.h"

struct pipe_watch {
	struct loop *loop;
	struct loop_io *io;
	int rd, wr;
	int calls;
	int stop_at;
	short last;
};

static int setup(void **state)
{
	return loop_new((struct loop **)state);
}

static int teardown(void **state)
{
	loop_free(*state);
	return 0;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void run_for(struct loop *loop, uint64_t ms)
{
	struct loop_timer end = { 0 };

	assert_int_equal(loop_timer_set(loop, &end, ms, stop, loop), 0);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_del(&end);
}

static void pipe_open(struct pipe_watch *watch, struct loop *loop)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*watch = (struct pipe_watch){ .loop = loop, .rd = fds[0], .wr = fds[1] };
}

static void pipe_close(struct pipe_watch *watch)
{
	loop_io_del(watch->io);
	close(watch->rd);
	close(watch->wr);
}

static void read_one(int fd, short revents, void *arg)
{
	struct pipe_watch *watch = arg;
	char c;

	watch->last = revents;
	assert_int_equal(read(fd, &c, 1), 1);
	if (++watch->calls == watch->stop_at)
		loop_stop(watch->loop);
}

/* What a callback leaves unread is told again: watches are level-triggered. */
static void test_level_triggered(void **state)
{
	struct pipe_watch watch;

	pipe_open(&watch, *state);
	watch.stop_at = 5;
	assert_int_equal(write(watch.wr, "abcde", 5), 5);
	assert_int_equal(loop_io_add(*state, &watch.io, watch.rd, POLLIN, read_one, &watch), 0);
	run_for(*state, 2000);
	assert_int_equal(watch.calls, 5);
	assert_true(watch.last & POLLIN);
	pipe_close(&watch);
}

static void test_silent_descriptor_is_not_told(void **state)
{
	struct pipe_watch watch;

	pipe_open(&watch, *state);
	assert_int_equal(loop_io_add(*state, &watch.io, watch.rd, POLLIN, read_one, &watch), 0);
	run_for(*state, 20);
	assert_int_equal(watch.calls, 0);
	pipe_close(&watch);
}

static void count_hangup(int fd, short revents, void *arg)
{
	struct pipe_watch *watch = arg;

	(void)fd;
	watch->calls++;
	watch->last = revents;
	loop_io_del(watch->io);
	watch->io = NULL;
	loop_stop(watch->loop);
}

static void test_hangup_and_removal_of_oneself(void **state)
{
	struct pipe_watch watch;

	pipe_open(&watch, *state);
	assert_int_equal(loop_io_add(*state, &watch.io, watch.rd, POLLIN, count_hangup, &watch), 0);
	close(watch.wr);
	run_for(*state, 2000);
	assert_int_equal(watch.calls, 1);
	assert_true(watch.last & POLLHUP);
	run_for(*state, 10);
	assert_int_equal(watch.calls, 1);
	close(watch.rd);
}

/* Both are ready in one turn; whichever comes first removes the other. */
struct rivals {
	struct pipe_watch a, b;
	int calls;
};

static void remove_rivals(int fd, short revents, void *arg)
{
	struct rivals *rivals = arg;

	(void)fd;
	(void)revents;
	rivals->calls++;
	loop_io_del(rivals->a.io);
	loop_io_del(rivals->b.io);
	rivals->a.io = NULL;
	rivals->b.io = NULL;
}

static void test_removed_watch_is_never_called(void **state)
{
	struct rivals rivals = { 0 };

	pipe_open(&rivals.a, *state);
	pipe_open(&rivals.b, *state);
	assert_int_equal(write(rivals.a.wr, "a", 1), 1);
	assert_int_equal(write(rivals.b.wr, "b", 1), 1);
	loop_io_add(*state, &rivals.a.io, rivals.a.rd, POLLIN, remove_rivals, &rivals);
	loop_io_add(*state, &rivals.b.io, rivals.b.rd, POLLIN, remove_rivals, &rivals);
	run_for(*state, 20);
	assert_int_equal(rivals.calls, 1);
	pipe_close(&rivals.a);
	pipe_close(&rivals.b);
}

/* The slot's next user must not get the completion of its last one. */
static void test_reused_slot(void **state)
{
	struct pipe_watch old, new;

	pipe_open(&old, *state);
	pipe_open(&new, *state);
	assert_int_equal(write(old.wr, "x", 1), 1);
	loop_io_add(*state, &old.io, old.rd, POLLIN, read_one, &old);
	loop_io_del(old.io);
	old.io = NULL;
	loop_io_add(*state, &new.io, new.rd, POLLIN, read_one, &new);
	run_for(*state, 20);
	assert_int_equal(old.calls, 0);
	assert_int_equal(new.calls, 0);
	pipe_close(&old);
	pipe_close(&new);
}

static void note(int fd, short revents, void *arg)
{
	struct pipe_watch *watch = arg;

	(void)fd;
	watch->last = revents;
	watch->calls++;
	assert_int_equal(loop_io_set(watch->io, POLLIN), 0);
}

static void test_set_changes_events(void **state)
{
	struct pipe_watch watch;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	watch = (struct pipe_watch){ .loop = *state, .rd = fds[0], .wr = fds[1] };
	assert_int_equal(loop_io_add(*state, &watch.io, watch.rd, POLLIN, note, &watch), 0);
	run_for(*state, 10);
	assert_int_equal(watch.calls, 0);
	assert_int_equal(loop_io_set(watch.io, POLLIN | POLLOUT), 0);
	run_for(*state, 10);
	assert_int_equal(watch.calls, 1); /* and POLLOUT went away in the callback */
	assert_true(watch.last & POLLOUT);
	pipe_close(&watch);
}

static void test_closed_descriptor(void **state)
{
	struct pipe_watch watch;

	pipe_open(&watch, *state);
	close(watch.rd);
	assert_int_equal(loop_io_add(*state, &watch.io, watch.rd, POLLIN, count_hangup, &watch), 0);
	run_for(*state, 1000);
	assert_int_equal(watch.calls, 1);
	assert_true(watch.last & POLLNVAL);
	close(watch.wr);
}

/* More watches than the ring has entries. */
static void test_many_watches(void **state)
{
	enum { N = 400 };
	struct pipe_watch *watches = calloc(N, sizeof(*watches));
	int calls = 0;

	assert_non_null(watches);
	for (int i = 0; i < N; i++) {
		pipe_open(&watches[i], *state);
		assert_int_equal(write(watches[i].wr, "x", 1), 1);
		assert_int_equal(loop_io_add(*state, &watches[i].io, watches[i].rd, POLLIN,
					     read_one, &watches[i]),
				 0);
	}
	run_for(*state, 100);
	for (int i = 0; i < N; i++) {
		calls += watches[i].calls;
		pipe_close(&watches[i]);
	}
	assert_int_equal(calls, N);
	free(watches);
}

static int listen_on(const struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (const void *)addr, sizeof(*addr)) < 0 || listen(fd, 1) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* No request of ours keeps a closed socket's port taken. */
static void test_port_is_free_after_removal(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	struct loop_io *io;
	int fd;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = listen_on(&addr);
	assert_true(fd >= 0);
	getsockname(fd, (void *)&addr, &len);
	assert_int_equal(loop_io_add(*state, &io, fd, POLLIN, note, NULL), 0);
	run_for(*state, 5);
	assert_int_equal(listen_on(&addr), -1);
	loop_io_del(io);
	close(fd);
	fd = listen_on(&addr);
	assert_true(fd >= 0);
	close(fd);
}

/* Timers */

struct order {
	struct loop *loop;
	struct loop_timer timers[4];
	char seen[16];
	size_t n;
};

static void seen_a(void *arg)
{
	struct order *order = arg;

	order->seen[order->n++] = 'a';
}

static void seen_b(void *arg)
{
	struct order *order = arg;

	order->seen[order->n++] = 'b';
}

static void seen_c(void *arg)
{
	struct order *order = arg;

	order->seen[order->n++] = 'c';
}

static void test_timers_in_order(void **state)
{
	struct order order = { .loop = *state };

	loop_timer_set(*state, &order.timers[2], 15, seen_c, &order);
	loop_timer_set(*state, &order.timers[0], 2, seen_a, &order);
	loop_timer_set(*state, &order.timers[1], 40, seen_b, &order);
	loop_timer_set(*state, &order.timers[1], 8, seen_b, &order); /* moved, not doubled */
	run_for(*state, 60);
	assert_string_equal(order.seen, "abc");
}

static void test_deleted_timer_is_silent(void **state)
{
	struct order order = { .loop = *state };

	loop_timer_set(*state, &order.timers[0], 5, seen_a, &order);
	loop_timer_set(*state, &order.timers[1], 5, seen_b, &order);
	loop_timer_del(&order.timers[0]);
	loop_timer_del(&order.timers[0]); /* unset: nothing happens */
	run_for(*state, 20);
	assert_string_equal(order.seen, "b");
}

static void test_timer_is_never_early(void **state)
{
	uint64_t before = loop_now(*state);

	run_for(*state, 30);
	assert_true(loop_now(*state) >= before + 30);
	assert_true(loop_now(*state) < before + 1000);
}

struct again {
	struct loop *loop;
	struct loop_timer timer;
	int calls;
};

static void set_again(void *arg)
{
	struct again *again = arg;

	again->calls++;
	assert_int_equal(loop_timer_set(again->loop, &again->timer, 0, set_again, again), 0);
}

/* A timer that never waits leaves the loop's other work its turn. */
static void test_eager_timer_starves_nobody(void **state)
{
	struct again again = { .loop = *state };
	struct pipe_watch watch;

	pipe_open(&watch, *state);
	assert_int_equal(write(watch.wr, "x", 1), 1);
	loop_io_add(*state, &watch.io, watch.rd, POLLIN, read_one, &watch);
	loop_timer_set(*state, &again.timer, 0, set_again, &again);
	run_for(*state, 20);
	assert_int_equal(watch.calls, 1);
	assert_true(again.calls > 1);
	loop_timer_del(&again.timer);
	pipe_close(&watch);
}

static void test_heap_against_sorting(void **state)
{
	enum { N = 500 };
	static struct loop_timer timers[N];
	struct heap heap = { 0 };
	uint64_t last = 0;

	(void)state;
	srandom(1);
	for (int i = 0; i < N; i++) {
		timers[i].at = random() % 1000;
		assert_int_equal(heap_add(&heap, &timers[i]), 0);
	}
	for (int i = 0; i < N; i += 3)
		heap_del(&heap, &timers[i]);
	for (int i = 1; i < N; i += 3) {
		timers[i].at = random() % 1000;
		heap_move(&heap, &timers[i]);
	}
	for (size_t n = heap.n; n > 0; n--) {
		struct loop_timer *first = heap_first(&heap);

		assert_true(first->at >= last);
		last = first->at;
		heap_del(&heap, first);
		assert_int_equal(first->slot, 0);
	}
	assert_null(heap_first(&heap));
	heap_free(&heap);
}

/* Signals */

static int signals_seen;

static void on_signal(int signo, void *arg)
{
	signals_seen += signo;
	loop_stop(arg);
}

static void test_signals(void **state)
{
	assert_int_equal(loop_signal_add(*state, SIGUSR1, on_signal, *state), 0);
	assert_int_equal(loop_signal_add(*state, SIGUSR2, on_signal, *state), 0);
	assert_int_equal(loop_signal_add(*state, 0, on_signal, *state), -EINVAL);
	assert_int_equal(loop_signal_add(*state, 1000, on_signal, *state), -EINVAL);
	signals_seen = 0;
	raise(SIGUSR1);
	run_for(*state, 1000);
	assert_int_equal(signals_seen, SIGUSR1);
	raise(SIGUSR2);
	run_for(*state, 1000);
	assert_int_equal(signals_seen, SIGUSR1 + SIGUSR2);
}

static void test_stop_before_run(void **state)
{
	loop_stop(*state);
	assert_int_equal(loop_run(*state), 0);
}

#define on_loop(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_loop(test_level_triggered),
		on_loop(test_silent_descriptor_is_not_told),
		on_loop(test_hangup_and_removal_of_oneself),
		on_loop(test_removed_watch_is_never_called),
		on_loop(test_reused_slot),
		on_loop(test_set_changes_events),
		on_loop(test_closed_descriptor),
		on_loop(test_many_watches),
		on_loop(test_port_is_free_after_removal),
		on_loop(test_timers_in_order),
		on_loop(test_deleted_timer_is_silent),
		on_loop(test_timer_is_never_early),
		on_loop(test_eager_timer_starves_nobody),
		on_loop(test_signals),
		on_loop(test_stop_before_run),
		cmocka_unit_test(test_heap_against_sorting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
