// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control/control.h"
#include "log/log.h"
#include "loop/loop.h"

static struct {
	struct loop *loop;
	struct control *ctl;
	char dir[64], path[128];
} on;

static json_t *echo(const json_t *args, const char **error, void *arg)
{
	json_t *said = json_object_get(args, "say");

	(void)arg;
	if (!said)
		*error = "nothing to say";
	return json_incref(said);
}

static json_t *end(const json_t *args, const char **error, void *arg)
{
	(void)args;
	(void)error;
	(void)arg;
	control_close(on.ctl);
	on.ctl = NULL;
	return json_true();
}

static int setup(void **state)
{
	(void)state;
	log_init(LOG_LVL_ERROR);
	strcpy(on.dir, "/tmp/control_test.XXXXXX");
	assert_non_null(mkdtemp(on.dir));
	snprintf(on.path, sizeof(on.path), "%s/run/s", on.dir);
	assert_int_equal(loop_new(&on.loop), 0);
	assert_int_equal(control_open(&on.ctl, on.loop, on.path), 0);
	assert_int_equal(control_command(on.ctl, "echo", echo, NULL), 0);
	assert_int_equal(control_command(on.ctl, "end", end, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	char run[128];

	(void)state;
	control_close(on.ctl);
	loop_free(on.loop);
	assert_int_equal(access(on.path, F_OK), -1);
	snprintf(run, sizeof(run), "%s/run", on.dir);
	rmdir(run);
	rmdir(on.dir);
	return 0;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void turn(void)
{
	struct loop_timer timer = { 0 };

	assert_int_equal(loop_timer_set(on.loop, &timer, 5, stop, on.loop), 0);
	assert_int_equal(loop_run(on.loop), 0);
}

static int try_dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(addr.sun_path, on.path);
	if (connect(fd, (void *)&addr, sizeof(addr)) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int dial(void)
{
	int fd = try_dial();

	assert_true(fd >= 0);
	turn();
	return fd;
}

/* What has come, as text; NULL when the connection was closed. */
static const char *hear(int fd)
{
	static char text[70000];
	ssize_t n;

	turn();
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? "" : NULL;
	text[n] = 0;
	return n ? text : NULL;
}

static const char *ask(int fd, const char *line)
{
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	return hear(fd);
}

static void test_result_and_error(void **state)
{
	int fd = dial();

	(void)state;
	assert_string_equal(ask(fd, "{\"cmd\":\"echo\",\"say\":[1,\"a\"]}\n"),
			    "{\"ok\":true,\"result\":[1,\"a\"]}\n");
	assert_string_equal(ask(fd, "{\"cmd\":\"echo\"}\n"),
			    "{\"ok\":false,\"error\":\"nothing to say\"}\n");
	close(fd);
}

static void test_help(void **state)
{
	int fd = dial();

	(void)state;
	assert_string_equal(ask(fd, "{\"cmd\":\"help\"}\n"),
			    "{\"ok\":true,\"result\":[\"echo\",\"end\",\"help\",\"subscribe\"]}\n");
	close(fd);
}

/* Nonsense is answered, and the connection goes on. */
static void test_bad_lines(void **state)
{
	static const char *const bad[] = {
		"\n",
		"hello\n",
		"{\"cmd\":\n",
		"[]\n",
		"7\n",
		"{}\n",
		"{\"cmd\":7}\n",
		"{\"cmd\":\"nothing\"}\n",
		"{\"cmd\":\"echo\",\"cmd\":\"help\"}\n",
		"\xff\xfe\n",
	};
	int fd = dial();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = ask(fd, bad[i]);

		assert_non_null(said);
		assert_memory_equal(said, "{\"ok\":false,", 12);
		assert_int_equal(said[strlen(said) - 1], '\n');
	}
	assert_non_null(strstr(ask(fd, "{\"cmd\":\"help\"}\n"), "\"ok\":true"));
	close(fd);
}

static void test_lines_in_pieces(void **state)
{
	int fd = dial();

	(void)state;
	assert_string_equal(ask(fd, "{\"cmd\":\"ec"), "");
	assert_string_equal(ask(fd, "ho\",\"say\":1}\n{\"cmd\":\"echo\",\"say\":2}\n{"),
			    "{\"ok\":true,\"result\":1}\n{\"ok\":true,\"result\":2}\n");
	assert_string_equal(ask(fd, "\"cmd\":\"echo\",\"say\":3}\n"),
			    "{\"ok\":true,\"result\":3}\n");
	close(fd);
}

static void test_longest_line(void **state)
{
	static char line[65536];
	int fd = dial();

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line, "{\"cmd\":\"echo\",\"say\":1}", 22);
	line[sizeof(line) - 1] = '\n';
	assert_int_equal(send(fd, line, sizeof(line), 0), sizeof(line));
	assert_string_equal(hear(fd), "{\"ok\":true,\"result\":1}\n");
	line[sizeof(line) - 1] = ' ';
	assert_int_equal(send(fd, line, sizeof(line), 0), sizeof(line));
	assert_null(hear(fd));
	close(fd);
}

static void test_subscribers_only(void **state)
{
	int in = dial(), out = dial();

	(void)state;
	assert_string_equal(ask(in, "{\"cmd\":\"subscribe\"}\n"),
			    "{\"ok\":true,\"result\":null}\n");
	control_event(on.ctl, json_pack("{s:s}", "event", "call"));
	assert_string_equal(hear(in), "{\"event\":\"call\"}\n");
	assert_string_equal(hear(out), "");
	control_event(on.ctl, NULL); /* of a caller without memory */
	close(in);
	close(out);
}

static void test_slow_subscriber_is_dropped(void **state)
{
	int slow = dial(), quick = dial();
	char *text = calloc(1, 60001);
	int i, heard = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 60000);
	assert_non_null(ask(slow, "{\"cmd\":\"subscribe\"}\n"));
	assert_non_null(ask(quick, "{\"cmd\":\"subscribe\"}\n"));
	for (i = 0; i < 100; i++) {
		control_event(on.ctl, json_pack("{s:s}", "event", text));
		heard += strlen(hear(quick));
	}
	assert_true(heard > 100 * 60000); /* the quick one heard it all */
	while (hear(slow) && --i > -100)
		;
	assert_null(hear(slow));
	close(slow);
	close(quick);
	free(text);
}

static void test_too_many_clients(void **state)
{
	int fds[33];

	(void)state;
	for (int i = 0; i < 33; i++)
		fds[i] = dial();
	assert_string_equal(hear(fds[31]), "");
	assert_null(hear(fds[32]));
	close(fds[0]);
	turn();
	close(fds[32]);
	fds[32] = dial(); /* there is room again */
	assert_string_equal(hear(fds[32]), "");
	for (int i = 1; i < 33; i++)
		close(fds[i]);
}

/* Waits for MS of the clock; returns how many ms of processor time that took. */
static int64_t cost_of_waiting(unsigned int ms)
{
	struct loop_timer timer = { 0 };
	clock_t before = clock();

	assert_int_equal(loop_timer_set(on.loop, &timer, ms, stop, on.loop), 0);
	assert_int_equal(loop_run(on.loop), 0);
	return (int64_t)(clock() - before) * 1000 / CLOCKS_PER_SEC;
}

/* Who cannot be accepted waits, and the loop sleeps; later they are served. */
static void test_no_descriptor_left(void **state)
{
	struct rlimit full, none;
	int fd = try_dial();

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &full), 0);
	none = full;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_true(cost_of_waiting(350) < 100);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &full), 0);
	cost_of_waiting(150);
	assert_string_equal(ask(fd, "{\"cmd\":\"echo\",\"say\":1}\n"),
			    "{\"ok\":true,\"result\":1}\n");
	close(fd);
}

static void test_client_goes_away(void **state)
{
	int fd = dial();

	(void)state;
	assert_non_null(ask(fd, "{\"cmd\":\"subscribe\"}\n"));
	close(fd);
	control_event(on.ctl, json_pack("{s:s}", "event", "call"));
	turn();
	control_event(on.ctl, json_pack("{s:s}", "event", "call"));
}

static void test_closed_by_its_own_command(void **state)
{
	int fd = dial();

	(void)state;
	assert_null(ask(fd, "{\"cmd\":\"end\"}\n{\"cmd\":\"help\"}\n"));
	close(fd);
}

static void test_modes(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(on.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	*strrchr(on.path, '/') = 0;
	assert_int_equal(stat(on.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	strcat(on.path, "/s");
}

/* Even where the mode would let them in. */
static void test_other_users_are_turned_away(void **state)
{
	char run[128];
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	snprintf(run, sizeof(run), "%s/run", on.dir);
	assert_int_equal(chmod(on.dir, 0755) | chmod(run, 0755) | chmod(on.path, 0666), 0);
	pid = fork();
	if (!pid) {
		char c;

		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(2);
		_exit(read(try_dial(), &c, 1) == 0 ? 0 : 1);
	}
	for (int i = 0; i < 100 && waitpid(pid, &status, WNOHANG) == 0; i++)
		turn();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_living_daemon_keeps_its_socket(void **state)
{
	struct control *second;

	(void)state;
	assert_int_equal(control_open(&second, on.loop, on.path), -EADDRINUSE);
	assert_int_equal(access(on.path, F_OK), 0);
}

static void test_stale_socket_is_replaced(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct control *second;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/stale", on.dir);
	assert_int_equal(bind(fd, (void *)&addr, sizeof(addr)), 0);
	close(fd);
	assert_int_equal(control_open(&second, on.loop, addr.sun_path), 0);
	control_close(second);
}

/* Only a socket is ever removed. */
static void test_file_in_the_way(void **state)
{
	char path[128];
	struct control *second;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/file", on.dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(control_open(&second, on.loop, path), -EADDRINUSE);
	assert_int_equal(unlink(path), 0);
}

static void test_command_names(void **state)
{
	static char names[64][16];
	int err = 0;

	(void)state;
	assert_int_equal(control_command(on.ctl, "help", echo, NULL), -EEXIST);
	for (int i = 0; i < 64 && !err; i++) {
		snprintf(names[i], sizeof(names[i]), "c%d", i);
		err = control_command(on.ctl, names[i], echo, NULL);
	}
	assert_int_equal(err, -ENOSPC);
}

#define on_socket(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_socket(test_result_and_error),
		on_socket(test_help),
		on_socket(test_bad_lines),
		on_socket(test_lines_in_pieces),
		on_socket(test_longest_line),
		on_socket(test_subscribers_only),
		on_socket(test_slow_subscriber_is_dropped),
		on_socket(test_too_many_clients),
		on_socket(test_no_descriptor_left),
		on_socket(test_client_goes_away),
		on_socket(test_closed_by_its_own_command),
		on_socket(test_modes),
		on_socket(test_other_users_are_turned_away),
		on_socket(test_living_daemon_keeps_its_socket),
		on_socket(test_stale_socket_is_replaced),
		on_socket(test_file_in_the_way),
		on_socket(test_command_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
