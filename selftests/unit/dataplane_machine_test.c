// SPDX-License-Identifier: GPL-2.0
/* What a data plane has of the machine, and what it does where that is refused. */
#include "dataplane_call.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int try_bind(uint16_t port, int share)
{
	struct sockaddr_storage at = address("127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &share, sizeof(share));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof(share));
	if (bind(fd, (const void *)&at, sizeof(struct sockaddr_in)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* Held from all others as long as the leg is there, and not a moment longer. */
static void test_ports(void **state)
{
	struct dp_leg leg;

	(void)state;
	if (!dp)
		skip();
	call();
	for (uint16_t port = 20000; port < 20004; port++) {
		assert_int_equal(try_bind(port, 0), EADDRINUSE);
		assert_int_equal(try_bind(port, 1), EADDRINUSE);
	}
	for (int i = 0; i < 20; i++) {
		leg = leg_of(&a);
		assert_int_equal(ops->leg_new(dp, &leg), -EADDRINUSE);
		assert_string_equal(dataplane_error(dp),
				    "local port or the one after it is in use");
		assert_int_equal(ops->leg_del(dp, a.leg), 0);
		assert_int_equal(try_bind(20000, 0), 0);
		assert_int_equal(try_bind(20001, 0), 0);
		assert_int_equal(ops->leg_new(dp, &leg), 0);
		a.leg = leg.id;
		say(&a, i);
		until(&a, RX_PACKETS, 1);
	}
	hang_up();
}

/* io_uring only */

static void test_no_descriptors(void **state)
{
	struct rlimit was, few;
	struct dp_leg leg_a, leg_b;
	struct got got;

	(void)state;
	if (!dp)
		skip();
	place_legs(&leg_a, &leg_b);
	make(&a, &leg_a);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	/* None, one, two: each socket in turn is the one that cannot be had. */
	for (int n = 0; n < 3; n++) {
		few.rlim_cur = a.fd + 1 + n;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		assert_int_equal(ops->leg_new(dp, &leg_b), -EMFILE);
		assert_non_null(strstr(dataplane_error(dp), "LimitNOFILE"));
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
		assert_int_equal(try_bind(20002, 0), 0);
		assert_int_equal(try_bind(20003, 0), 0);
	}
	make(&b, &leg_b);
	assert_int_equal(ops->bridge_new(dp, a.leg, b.leg), 0);
	say(&a, 1);
	hear(&b, &got);
	hang_up();
}

/* A kernel that knows no SYSCALL of this first (or second) argument. */
static void deny(int syscall, int arg, uint32_t value, int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syscall, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[arg])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static int open_denied(int syscall, int arg, uint32_t value, int err)
{
	struct dataplane *plane;
	struct loop *own;
	int status;
	pid_t child = fork();

	if (child) {
		assert_int_equal(waitpid(child, &status, 0), child);
		return WEXITSTATUS(status);
	}
	log_init(LOG_LVL_ERROR + 1);
	if (loop_new(&own))
		_exit(0);
	deny(syscall, arg, value, err);
	_exit(-dataplane_open(&plane, DATAPLANE_IO_URING, own, take, NULL));
}

static void test_old_kernel(void **state)
{
	(void)state;
	/* No rings of buffers (before 5.19), no eventfd, no io_uring. */
	assert_int_equal(open_denied(SYS_io_uring_register, 1, 22, EINVAL), EINVAL);
	assert_int_equal(open_denied(SYS_io_uring_register, 1, 4, ENOMEM), ENOMEM);
	assert_int_equal(open_denied(SYS_io_uring_setup, 0, 1024, EPERM), EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_both(test_ports),
		cmocka_unit_test_setup_teardown(test_no_descriptors, setup_io_uring, teardown),
		cmocka_unit_test(test_old_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
