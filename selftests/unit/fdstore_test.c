// SPDX-License-Identifier: GPL-2.0
/* What the service manager passes, and what it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fdstore/fdstore.h"
#include "fdstore/notify.h"

#define FIRST	 3
#define LAST	 8 /* beyond what any test has passed */
#define ABSTRACT "@phonion-fdstore-test-%d"

static struct fdstore *store;

/* What would be passed: N pipes' ends, which exec() leaves open. */
static void pass(int n)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	if (fds[0] != FIRST + LAST)
		assert_int_equal(dup2(fds[0], FIRST + LAST), FIRST + LAST);
	for (int i = 0; i < LAST; i++)
		close(FIRST + i);
	for (int i = 0; i < n; i++)
		assert_int_equal(dup2(FIRST + LAST, FIRST + i), FIRST + i);
}

static void say(const char *fds, const char *names)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", fds, 1);
	if (names)
		setenv("LISTEN_FDNAMES", names, 1);
}

static void start(int n, const char *fds, const char *names)
{
	pass(n);
	say(fds, names);
	assert_int_equal(fdstore_new(&store), 0);
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_FDNAMES"));
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void test_taken(void **state)
{
	(void)state;
	start(3, "3", "line-1:line-2:line-3");
	assert_int_equal(fdstore_take(store, "line-2"), FIRST + 1);
	assert_int_equal(fcntl(FIRST + 1, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fdstore_take(store, "line-2"), -ENOENT);
	assert_int_equal(fdstore_take(store, "line"), -ENOENT);
	assert_int_equal(fdstore_take(store, "line-11"), -ENOENT);
	fdstore_drop_rest(store);
	assert_false(is_open(FIRST) || is_open(FIRST + 2));
	assert_true(is_open(FIRST + 1));
	assert_int_equal(fdstore_take(store, "line-1"), -ENOENT);
	fdstore_free(store);
	assert_true(is_open(FIRST + 1));
}

/* As long as nobody has asked for it, it may be somebody's. */
static void test_freed(void **state)
{
	(void)state;
	start(1, "1", "line-1");
	fdstore_free(store);
	assert_false(is_open(FIRST));
	fdstore_free(NULL);
}

static void nothing(const char *fds, bool open)
{
	start(2, fds, "line-1:line-2");
	assert_int_equal(fdstore_take(store, "line-1"), -ENOENT);
	assert_int_equal(is_open(FIRST), open);
	assert_int_equal(is_open(FIRST + 1), open);
	fdstore_drop_rest(store);
	fdstore_free(store);
}

static void test_no_number(void **state)
{
	static const char *const bad[] = { "",	 "x",  "-1",   " 2",
					   "+2", "2x", "4097", "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		nothing(bad[i], false);
	nothing("0", true);
}

static void test_of_another(void **state)
{
	(void)state;
	pass(1);
	say("1", "line-1");
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(fdstore_new(&store), 0);
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(fdstore_take(store, "line-1"), -ENOENT);
	fdstore_drop_rest(store);
	assert_true(is_open(FIRST));
	fdstore_free(store);
}

/* Fewer than are said; one that was not passed is left alone. */
static void test_not_there(void **state)
{
	(void)state;
	pass(3);
	close(FIRST + 1);
	assert_int_equal(fcntl(FIRST + 2, F_SETFD, FD_CLOEXEC), 0);
	say("5", "line-1:line-2:line-3:line-4:line-5");
	assert_int_equal(fdstore_new(&store), 0);
	assert_int_equal(fdstore_take(store, "line-1"), FIRST);
	assert_int_equal(fdstore_take(store, "line-2"), -ENOENT);
	assert_int_equal(fdstore_take(store, "line-3"), -ENOENT);
	fdstore_drop_rest(store);
	assert_true(is_open(FIRST + 2));
	fdstore_free(store);
}

static void test_names(void **state)
{
	char lengthy[FDSTORE_NAME_SIZE + 16];

	(void)state;
	start(1, "1", NULL);
	assert_int_equal(fdstore_take(store, "line-1"), -ENOENT);
	fdstore_drop_rest(store);
	assert_false(is_open(FIRST));
	fdstore_free(store);
	start(4, "4", ":line-1");
	assert_int_equal(fdstore_take(store, "line-1"), FIRST + 1);
	fdstore_free(store);
	memset(lengthy, 'a', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	start(1, "1", lengthy);
	lengthy[FDSTORE_NAME_SIZE - 1] = '\0';
	assert_int_equal(fdstore_take(store, lengthy), -ENOENT);
	fdstore_free(store);
}

static void test_twice(void **state)
{
	(void)state;
	start(3, "3", "line-1:line-2:line-1");
	assert_int_equal(fdstore_take(store, "line-1"), -EEXIST);
	assert_int_equal(fdstore_take(store, "line-2"), FIRST + 1);
	fdstore_drop_rest(store);
	assert_false(is_open(FIRST) || is_open(FIRST + 2));
	fdstore_free(store);
}

/* The manager's socket, at a path or by an abstract name. */
static int manager(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int low = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int sock = fcntl(low, F_DUPFD_CLOEXEC, 100); /* out of the way of pass() */

	close(low);
	setenv("NOTIFY_SOCKET", name, 1);
	memcpy(addr.sun_path, name, strlen(name));
	if (*name == '@')
		addr.sun_path[0] = '\0';
	assert_int_equal(bind(sock, (struct sockaddr *)&addr,
			      offsetof(struct sockaddr_un, sun_path) + strlen(name)),
			 0);
	return sock;
}

/* The next word to it is TEXT; the descriptor that came along, or -1. */
static int told(int sock, const char *text)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	char buf[256] = "";
	struct iovec iov = { buf, sizeof(buf) - 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	int fd = -1;

	assert_true(recvmsg(sock, &msg, 0) >= 0);
	assert_string_equal(buf, text);
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static bool same_file(int a, int b)
{
	struct stat one, other;

	return !fstat(a, &one) && !fstat(b, &other) && one.st_ino == other.st_ino &&
	       one.st_dev == other.st_dev;
}

static void tell_all(int sock)
{
	int got;

	start(2, "2", "line-1:line-2");
	assert_int_equal(fdstore_keep("line-7", FIRST), 0);
	got = told(sock, "FDSTORE=1\nFDPOLL=0\nFDNAME=line-7");
	assert_true(same_file(got, FIRST));
	close(got);
	fdstore_forget("line-7");
	assert_int_equal(told(sock, "FDSTOREREMOVE=1\nFDNAME=line-7"), -1);
	assert_int_equal(fdstore_take(store, "line-1"), FIRST);
	fdstore_drop_rest(store); /* tells of line-2, and of nothing else */
	assert_int_equal(told(sock, "FDSTOREREMOVE=1\nFDNAME=line-2"), -1);
	fdstore_free(store);
	assert_int_equal(recv(sock, NULL, 0, 0), -1);
	close(sock);
}

static void test_told(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "/tmp/phonion-fdstore-test-%d", (int)getpid());
	tell_all(manager(name));
	unlink(name);
	snprintf(name, sizeof(name), ABSTRACT, (int)getpid());
	tell_all(manager(name));
}

static void test_nobody_to_tell(void **state)
{
	char lengthy[200];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(fdstore_keep("line-1", 0), -ENOTSUP);
	fdstore_forget("line-1");
	setenv("NOTIFY_SOCKET", "", 1);
	assert_int_equal(fdstore_keep("line-1", 0), -ENOTSUP);
	setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
	assert_int_equal(fdstore_keep("line-1", 0), -EINVAL);
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	assert_int_equal(fdstore_keep("line-1", 0), -ENOENT);
	memset(lengthy, '/', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	setenv("NOTIFY_SOCKET", lengthy, 1);
	assert_int_equal(fdstore_keep("line-1", 0), -EINVAL);
}

/* Whoever is stuck does not hold up calls for long. */
static void test_stuck(void **state)
{
	char name[64];
	int sock, err = 0;

	(void)state;
	snprintf(name, sizeof(name), ABSTRACT, (int)getpid());
	sock = manager(name);
	for (int i = 0; i < 10000 && !err; i++)
		err = notify("X=1", -1);
	assert_int_equal(err, -EAGAIN);
	close(sock);
	assert_int_equal(fdstore_keep("line-1", 0), -ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),	       cmocka_unit_test(test_freed),
		cmocka_unit_test(test_no_number),      cmocka_unit_test(test_of_another),
		cmocka_unit_test(test_not_there),      cmocka_unit_test(test_names),
		cmocka_unit_test(test_twice),	       cmocka_unit_test(test_told),
		cmocka_unit_test(test_nobody_to_tell), cmocka_unit_test(test_stuck),
	};

	unsetenv("NOTIFY_SOCKET");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
