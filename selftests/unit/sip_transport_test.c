// SPDX-License-Identifier: GPL-2.0
/* SIP over TCP: peers that come, that are not there, and more than there are descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"
#include "loop/loop.h"
#include "sip/addr.h"
#include "sip/transport.h"

#define MESSAGE "OPTIONS sip:127.0.0.1 SIP/2.0\r\nContent-Length: 0\r\n\r\n"

static struct {
	struct loop *loop;
	struct transport *transport;
	struct conf_trunk trunk;
	unsigned int received, unreachable;
	bool known;
} on;

static int receive(const struct sip_path *from, char *buf, size_t len, void *arg)
{
	(void)arg;
	assert_int_equal(from->protocol, SIP_TCP);
	assert_memory_equal(buf, MESSAGE, len);
	on.received++;
	return 0;
}

static bool known(const struct sip_path *from, void *arg)
{
	(void)arg;
	assert_true(addr_same_host(&from->peer, &on.trunk.peer));
	return on.known;
}

static void unreachable(const struct sip_path *to, void *arg)
{
	(void)arg;
	assert_true(addr_same_host(&to->peer, &on.trunk.peer));
	on.unreachable++;
}

static const struct transport_ops ops = {
	.receive = receive,
	.known = known,
	.unreachable = unreachable,
};

/* A port that nobody else has at this moment. */
static void choose_port(struct sockaddr_storage *addr)
{
	socklen_t size = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(addr_parse(addr, AF_INET, "127.0.0.1"), 0);
	addr_set_port(addr, 0);
	assert_int_equal(bind(fd, (void *)addr, addr_len(addr)), 0);
	assert_int_equal(getsockname(fd, (void *)addr, &size), 0);
	close(fd);
}

static int setup(void **state)
{
	struct conf conf = { .trunks = &on.trunk, .n_trunks = 1 };

	(void)state;
	log_init(LOG_LVL_ERROR);
	memset(&on, 0, sizeof(on));
	on.known = true;
	on.trunk = (struct conf_trunk){ .name = "t", .transport = SIP_TCP };
	choose_port(&on.trunk.local);
	on.trunk.peer = on.trunk.local;
	assert_int_equal(loop_new(&on.loop), 0);
	assert_int_equal(transport_new(&on.transport, on.loop, &ops, NULL), 0);
	assert_int_equal(transport_configure(on.transport, &conf), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	transport_free(on.transport);
	loop_free(on.loop);
	return 0;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

/* Runs the loop for MS of the clock; returns how many ms of processor time that took. */
static int64_t run_for(unsigned int ms)
{
	struct loop_timer timer = { 0 };
	clock_t before = clock();

	assert_int_equal(loop_timer_set(on.loop, &timer, ms, stop, on.loop), 0);
	assert_int_equal(loop_run(on.loop), 0);
	return (int64_t)(clock() - before) * 1000 / CLOCKS_PER_SEC;
}

static int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (void *)&on.trunk.local, addr_len(&on.trunk.local)), 0);
	assert_int_equal(send(fd, MESSAGE, strlen(MESSAGE), MSG_NOSIGNAL), strlen(MESSAGE));
	return fd;
}

static void test_message(void **state)
{
	int fd = dial();

	(void)state;
	run_for(50);
	assert_int_equal(transport_connections(on.transport), 1);
	assert_int_equal(on.received, 1);
	close(fd);
	run_for(50);
	assert_int_equal(transport_connections(on.transport), 0);
}

static void test_unknown_peer(void **state)
{
	char byte;
	int fd = dial();

	(void)state;
	on.known = false;
	run_for(50);
	assert_int_equal(transport_connections(on.transport), 0);
	assert_int_equal(on.received, 0);
	assert_true(recv(fd, &byte, 1, MSG_DONTWAIT) <= 0);
	close(fd);
}

/* Who cannot be accepted waits, and the loop sleeps; later they are heard. */
static void test_no_descriptor_left(void **state)
{
	struct rlimit full, none;
	int fd = dial();

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &full), 0);
	none = full;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_true(run_for(350) < 100);
	assert_int_equal(on.received, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &full), 0);
	run_for(150);
	assert_int_equal(on.received, 1);
	close(fd);
}

/* A listener that goes while it pauses takes its timer along. */
static void test_closed_in_the_pause(void **state)
{
	struct conf nothing = { 0 };
	struct rlimit full, none;
	int fd = dial();

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &full), 0);
	none = full;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	run_for(20);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &full), 0);
	assert_int_equal(transport_configure(on.transport, &nothing), 0);
	run_for(150);
	assert_int_equal(on.received, 0);
	close(fd);
}

static struct sip_path path_to(const struct sockaddr_storage *peer)
{
	return (struct sip_path){ .protocol = SIP_TCP, .local = on.trunk.local, .peer = *peer };
}

static int send_out(const struct sockaddr_storage *peer)
{
	struct sip_path path = path_to(peer);

	return transport_send(on.transport, &path, MESSAGE, strlen(MESSAGE));
}

static void test_refused_connection(void **state)
{
	struct sockaddr_storage nobody;

	(void)state;
	choose_port(&nobody);
	assert_int_equal(send_out(&nobody), 0);
	run_for(50);
	assert_int_equal(on.unreachable, 1);
	assert_int_equal(transport_connections(on.transport), 0);
	/* To itself, which is there. */
	assert_int_equal(send_out(&on.trunk.local), 0);
	run_for(50);
	assert_int_equal(on.unreachable, 1);
	assert_int_equal(on.received, 1);
}

/* A peer that takes no more than a few messages. */
static int listen_small(struct sockaddr_storage *peer)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), small = 4096;

	choose_port(peer);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	assert_int_equal(bind(fd, (void *)peer, addr_len(peer)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* A carrier that was started anew has forgotten what it was asked; one that only closes, has not. */
static void test_broken_connection(void **state)
{
	struct sockaddr_storage peer;
	int listener = listen_small(&peer), fd;
	char buf[sizeof(MESSAGE)];

	(void)state;
	assert_int_equal(send_out(&peer), 0);
	run_for(50);
	fd = accept(listener, NULL, NULL);
	assert_int_equal(recv(fd, buf, sizeof(buf), 0), strlen(MESSAGE));
	close(fd);
	run_for(50);
	assert_int_equal(transport_connections(on.transport), 0);
	assert_int_equal(on.unreachable, 0);
	assert_int_equal(send_out(&peer), 0);
	run_for(50);
	close(accept(listener, NULL, NULL)); /* with what is unread: a reset */
	run_for(50);
	assert_int_equal(transport_connections(on.transport), 0);
	assert_int_equal(on.unreachable, 1);
	close(listener);
}

static void send_much(struct sip_path *path)
{
	for (int i = 0; i < 1000; i++)
		assert_int_equal(transport_send(on.transport, path, MESSAGE, strlen(MESSAGE)), 0);
	run_for(50);
}

/* Who sends nothing back and takes nothing loses what is queued. */
static void test_stuck_connection(void **state)
{
	struct sockaddr_storage peer;
	int fd = listen_small(&peer);
	struct sip_path path = path_to(&peer);

	(void)state;
	assert_int_equal(transport_send(on.transport, &path, MESSAGE, strlen(MESSAGE)), 0);
	assert_true(path.connection);
	run_for(50);
	transport_drop_stuck(on.transport, &path);
	assert_int_equal(transport_connections(on.transport), 1);
	send_much(&path);
	transport_drop_stuck(on.transport, &path);
	assert_int_equal(transport_connections(on.transport), 0);
	close(fd);
}

/* And only he: what another connection of that peer has not taken yet may still arrive. */
static void test_stuck_beside_another(void **state)
{
	struct sockaddr_storage peer;
	int fd = listen_small(&peer), other;
	struct sip_path path = path_to(&peer), gone = path_to(&peer);

	(void)state;
	send_much(&path);
	other = dial();
	run_for(50);
	assert_int_equal(transport_connections(on.transport), 2);
	gone.connection = path.connection + 1;
	transport_drop_stuck(on.transport, &gone);
	assert_int_equal(transport_connections(on.transport), 2);
	transport_drop_stuck(on.transport, &path);
	assert_int_equal(transport_connections(on.transport), 1);
	close(other);
	close(fd);
}

#define on_port(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_port(test_message),
		on_port(test_unknown_peer),
		on_port(test_no_descriptor_left),
		on_port(test_closed_in_the_pause),
		on_port(test_refused_connection),
		on_port(test_broken_connection),
		on_port(test_stuck_connection),
		on_port(test_stuck_beside_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
