// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/harden.h"
#include "log/log.h"

static struct sockaddr_storage address(const char *text, uint16_t port)
{
	struct sockaddr_storage addr = { 0 };
	struct sockaddr_in *in = (void *)&addr;
	struct sockaddr_in6 *in6 = (void *)&addr;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
	}
	return addr;
}

static const char *redacted(const char *text, uint16_t port)
{
	struct sockaddr_storage addr = address(text, port);

	return log_addr((struct sockaddr *)&addr);
}

static void test_standin_hides_and_matches(void **state)
{
	(void)state;
	assert_string_equal(log_number("+15550100"), log_number("+15550100"));
	assert_string_not_equal(log_number("+15550100"), log_number("+15550101"));
	assert_null(strstr(log_number("+15550100"), "5550"));
	assert_int_equal(strlen(log_number("+15550100")), strlen("number#01234567"));
}

static void test_kinds_do_not_match(void **state)
{
	(void)state;
	assert_string_not_equal(strchr(log_number("4711"), '#'), strchr(log_secret("4711"), '#'));
	assert_null(strstr(log_secret("4711"), "4711"));
}

static void test_addresses(void **state)
{
	(void)state;
	assert_string_equal(redacted("192.0.2.1", 5060), redacted("192.0.2.1", 40000));
	assert_string_equal(redacted("192.0.2.1", 5060), redacted("::ffff:192.0.2.1", 5060));
	assert_string_not_equal(redacted("192.0.2.1", 5060), redacted("192.0.2.2", 5060));
	assert_string_not_equal(redacted("2001:db8::1", 5060), redacted("2001:db8::2", 5060));
	assert_null(strstr(redacted("192.0.2.1", 5060), "192"));
}

static void test_nothing_has_a_standin_too(void **state)
{
	struct sockaddr unset = { .sa_family = AF_UNSPEC };

	(void)state;
	assert_string_equal(log_number(NULL), "number#none");
	assert_string_equal(log_secret(NULL), "secret#none");
	assert_string_equal(log_addr(NULL), "addr#none");
	assert_string_equal(log_addr(&unset), "addr#none");
}

static void test_eight_standins_in_one_line(void **state)
{
	const char *first = log_number("1");
	char copy[32];

	(void)state;
	strcpy(copy, first);
	for (int i = 0; i < 7; i++)
		log_number("2");
	assert_string_equal(first, copy);
}

/* Two processes that say the same number can not be told to do so. */
static void test_key_is_of_the_process(void **state)
{
	char theirs[32] = "";
	FILE *other;

	(void)state;
	other = popen("/proc/$PPID/exe standin", "r");
	assert_non_null(other);
	assert_non_null(fgets(theirs, sizeof(theirs), other));
	assert_int_equal(pclose(other), 0);
	assert_memory_equal(theirs, "number#", 7);
	assert_string_not_equal(theirs, log_number("+15550100"));
}

/* Everything that WRITE sends to standard error. */
static void capture(void (*write_logs)(void), char *out, size_t size)
{
	int saved = dup(STDERR_FILENO), fds[2];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	write_logs();
	dup2(saved, STDERR_FILENO);
	close(fds[1]);
	n = read(fds[0], out, size - 1);
	out[n > 0 ? n : 0] = 0;
	close(fds[0]);
	close(saved);
}

static void levels(void)
{
	log_init(LOG_LVL_WARN);
	log_error("one %d", 1);
	log_warn("two");
	log_info("three");
	log_debug("four");
}

static void test_levels(void **state)
{
	char out[256];

	(void)state;
	capture(levels, out, sizeof(out));
	assert_string_equal(out, "error: one 1\nwarning: two\n");
}

static void hostile(void)
{
	log_init(LOG_LVL_INFO);
	log_info("from %s", "a\r\nerror: forged\x1b[2J");
}

static void test_line_can_not_be_forged(void **state)
{
	char out[256];

	(void)state;
	capture(hostile, out, sizeof(out));
	assert_string_equal(out, "from a??error: forged?[2J\n");
}

static void long_line(void)
{
	static char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	log_info("%s", text);
}

static void test_long_line_is_cut(void **state)
{
	char out[6000];

	(void)state;
	capture(long_line, out, sizeof(out));
	assert_true(strlen(out) <= 1024);
	assert_int_equal(out[strlen(out) - 1], '\n');
}

/* In a child: it can not be undone. */
static void test_hardened(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
	pid = fork();
	if (!pid) {
		struct rlimit core;

		process_harden();
		getrlimit(RLIMIT_CORE, &core);
		_exit(prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void *volatile lost;

/* By itself, so that no register or stack slot of what goes on keeps the pointer. */
static void __attribute__((noinline)) lose(void)
{
	lost = malloc(4711);
	lost = NULL;
}

/* That no debugger may look into the process does not blind the sanitizers. */
static void test_leaks_are_found_all_the_same(void **state)
{
#ifdef __SANITIZE_ADDRESS__
	char out[20000];
	size_t len;
	FILE *self = popen("/proc/$PPID/exe leak 2>&1", "r");

	(void)state;
	assert_non_null(self);
	len = fread(out, 1, sizeof(out) - 1, self);
	out[len] = 0;
	assert_int_not_equal(pclose(self), 0);
	assert_non_null(strstr(out, "LeakSanitizer: detected memory leaks"));
	assert_non_null(strstr(out, "4711 byte"));
#else
	(void)state;
	skip();
#endif
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standin_hides_and_matches),
		cmocka_unit_test(test_kinds_do_not_match),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_nothing_has_a_standin_too),
		cmocka_unit_test(test_eight_standins_in_one_line),
		cmocka_unit_test(test_key_is_of_the_process),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_line_can_not_be_forged),
		cmocka_unit_test(test_long_line_is_cut),
		cmocka_unit_test(test_hardened),
		cmocka_unit_test(test_leaks_are_found_all_the_same),
	};

	if (argc == 2 && !strcmp(argv[1], "standin"))
		return fputs(log_number("+15550100"), stdout) < 0;
	if (argc == 2 && !strcmp(argv[1], "leak")) {
		process_harden();
		lose();
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
