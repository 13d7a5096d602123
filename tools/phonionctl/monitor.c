// SPDX-License-Identifier: GPL-2.0
/* phonionctl monitor: events of the kernel and of the daemon as they come. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "legs.h"
#include "names.h"
#include "nl.h"
#include "tools/lib/out.h"

static json_t *now(void)
{
	struct timespec ts;
	char text[32];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%03ldZ", text, ts.tv_nsec / 1000000);
}

/* Whoever reads along wants each event when it happens: no buffering. */
static void print_json(json_t *event)
{
	out_json_line(stdout, event);
	fflush(stdout);
}

static void print_text(const json_t *event)
{
	const char *key;
	json_t *value;

	printf("%s %s %s", out_str(event, "time"), out_str(event, "source"),
	       out_str(event, "event"));
	json_object_foreach((json_t *)event, key, value) {
		char *text;

		if (!strcmp(key, "time") || !strcmp(key, "source") || !strcmp(key, "event"))
			continue;
		if (json_is_string(value)) {
			printf(" %s=%s", out_text(key), out_str(event, key));
			continue;
		}
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
		printf(" %s=%s", out_text(key), text ? text : "?");
		free(text);
	}
	putchar('\n');
	fflush(stdout);
}

static void print_event(const struct opts *opts, json_t *event)
{
	if (opts->json)
		print_json(event);
	else
		print_text(event);
	json_decref(event);
}

static const char *event_name(uint8_t cmd)
{
	switch (cmd) {
	case PHONION_CMD_FIRST_PACKET_NTF:
		return "first-packet";
	case PHONION_CMD_MEDIA_TIMEOUT_NTF:
		return "media-timeout";
	case PHONION_CMD_DTMF_NTF:
		return "dtmf";
	case PHONION_CMD_DTMF_SENT_NTF:
		return "dtmf-sent";
	case PHONION_CMD_LEG_END_NTF:
		return "leg-end";
	default:
		return "unknown";
	}
}

static int on_kernel(const struct nlmsghdr *nlh, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a[PHONION_A_LEG_MAX + 1];
	const struct opts *opts = arg;
	json_t *e = json_object();

	attrs_parse(nlh, GENL_HDRLEN, a, PHONION_A_LEG_MAX);
	json_object_set_new(e, "time", now());
	json_object_set_new(e, "source", json_string("kernel"));
	json_object_set_new(e, "event", json_string(event_name(genl->cmd)));
	json_object_set_new(e, "leg", json_integer(attr_uint(a[PHONION_A_LEG_ID])));
	if (a[PHONION_A_LEG_COOKIE])
		json_object_set_new(e, "cookie", cookie_json(a[PHONION_A_LEG_COOKIE]));
	/* Digits that are sent in a call are often a number or a code. */
	if (a[PHONION_A_LEG_EVENT_DIGIT] && opts->verbose)
		json_object_set_new(e, "digit",
				    json_integer(attr_uint(a[PHONION_A_LEG_EVENT_DIGIT])));
	if (a[PHONION_A_LEG_EVENT_DURATION])
		json_object_set_new(e, "duration",
				    json_integer(attr_uint(a[PHONION_A_LEG_EVENT_DURATION])));
	if (a[PHONION_A_LEG_END_CAUSE])
		json_object_set_new(
			e, "cause",
			json_string(end_cause_name(attr_uint(a[PHONION_A_LEG_END_CAUSE]))));
	print_event(opts, e);
	return 0;
}

/* {"event":NAME, ...} as it is; {"event":{...}} one level up. */
static void on_daemon(const struct opts *opts, const json_t *line)
{
	const json_t *event = json_object_get(line, "event");
	json_t *e;

	if (!event)
		return; /* the answer to subscribe */
	e = json_object();
	json_object_set_new(e, "time", now());
	json_object_set_new(e, "source", json_string("ctld"));
	json_object_update(e, (json_t *)(json_is_object(event) ? event : line));
	print_event(opts, e);
}

/* 0, or an exit status when the daemon's events have ended. */
static int read_daemon(const struct opts *opts, struct control_client *c)
{
	json_t *line;
	int ret;

	do {
		ret = control_recv(c, false, &line);
		if (ret == 1) {
			on_daemon(opts, line);
			json_decref(line);
		}
	} while (ret == 1);
	if (ret == -EAGAIN)
		return 0;
	if (ret == 0)
		return fail(opts, EXIT_NO_DAEMON, "Begin anew when it runs again.",
			    "phonion-ctld went away");
	return control_fail(opts, ret);
}

static int read_kernel(const struct opts *opts, struct mnl_socket *events)
{
	int err = genl_events_read(events, on_kernel, (void *)opts);

	if (err == -ENOBUFS) {
		fail(opts, 0, "'phonionctl leg' tells how legs are now.",
		     "events came too quickly and some were lost");
		return 0;
	}
	if (err && err != -EAGAIN && err != -EINTR)
		return fail(opts, EXIT_REFUSED, NULL, "monitor: %s", strerror(-err));
	return 0;
}

static int loop(const struct opts *opts, struct mnl_socket *events, struct control_client *c)
{
	struct pollfd fds[3] = { { .fd = -1, .events = POLLIN },
				 { .fd = events ? mnl_socket_get_fd(events) : -1,
				   .events = POLLIN },
				 { .fd = c ? control_fd(c) : -1, .events = POLLIN } };
	int status = 0;
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	fds[0].fd = signalfd(-1, &stop, SFD_CLOEXEC);
	/* What came in one piece with the answer to subscribe wakes no poll(). */
	if (c && control_pending(c))
		status = read_daemon(opts, c);
	while (!status && !ferror(stdout)) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return fail(opts, EXIT_REFUSED, NULL, "poll: %s", strerror(errno));
		if (fds[0].revents)
			break;
		if (fds[1].revents)
			status = read_kernel(opts, events);
		if (!status && fds[2].revents)
			status = read_daemon(opts, c);
	}
	close(fds[0].fd);
	return status;
}

static int subscribe(const struct opts *opts, struct control_client **c)
{
	json_t *reply = NULL;
	int err, status = 0;

	err = control_connect(c, opts->socket);
	if (err) {
		*c = NULL;
		return control_fail(opts, err);
	}
	err = control_send(*c, json_pack("{s:s}", "cmd", "subscribe"));
	if (!err)
		err = control_recv(*c, true, &reply);
	if (err <= 0)
		status = control_fail(opts, err ? err : -EPROTO);
	else if (!json_object_get(reply, "event") && !json_is_true(json_object_get(reply, "ok")))
		status = fail(opts, EXIT_REFUSED, NULL, "subscribe: %s", out_str(reply, "error"));
	else
		on_daemon(opts, reply);
	json_decref(reply);
	return status;
}

static int join(const struct opts *opts, struct mnl_socket **events)
{
	struct genl nl;
	int err, status = nl_open_or_fail(opts, &nl);

	if (status)
		return status;
	err = genl_events_open(events, nl.group);
	if (err)
		status = nl_fail(opts, &nl, err, "events of the kernel", NULL, 0);
	genl_close(&nl);
	return status;
}

/*
 * The kernel's events without a daemon are worth having, and the other way
 * round: only when neither can be had is that the end.
 */
int cmd_monitor(const struct opts *opts, int argc, char **argv)
{
	struct control_client *c = NULL;
	struct mnl_socket *events = NULL;
	int kernel, daemon, status;

	if (argc > 1)
		return fail_usage(opts, "monitor: '%s' is too much", argv[1]);
	kernel = join(opts, &events);
	daemon = subscribe(opts, &c);
	if (kernel && daemon)
		status = kernel;
	else
		status = loop(opts, events, daemon ? NULL : c);
	control_disconnect(c);
	if (events)
		mnl_socket_close(events);
	return status ? status : out_end(opts);
}
