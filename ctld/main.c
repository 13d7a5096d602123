// SPDX-License-Identifier: GPL-2.0
/* phonion-ctld: the control plane of a relay. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "book/book.h"
#include "call/call.h"
#include "cas/lines.h"
#include "conf/conf.h"
#include "control/control.h"
#include "dataplane/ports.h"
#include "fdstore/fdstore.h"
#include "firewall/firewall.h"
#include "isdn/spans.h"
#include "log/harden.h"
#include "log/log.h"
#include "program.h"
#include "xdp/xdp.h"

#define DEFAULT_CONF "/etc/phonion/ctld.conf"
#define STOP_WAIT_MS 3000	 /* for the peers' answers to BYE */
#define PORT_REST_MS (10 * 1000) /* longer than any late packet is */

struct daemon {
	const char *file;
	struct fdstore *store;
	struct loop *loop;
	struct calls_deps deps;
	struct calls *calls;
	struct xdp *xdp;
	struct loop_timer stop_timer;
	bool failed;
};

static const char help[] = "Usage: phonion-ctld [-c FILE] [-t] [-v]\n"
			   "Carries telephone calls from one trunk to another so that neither\n"
			   "side's carrier learns of the other. Runs in the foreground.\n"
			   "\n"
			   "  -c FILE  configuration (default " DEFAULT_CONF ")\n"
			   "  -t       check the configuration and exit\n"
			   "  -v       log more, calls too; numbers and addresses stay redacted\n"
			   "  -V       print the version and exit\n"
			   "  -h       print this help and exit\n";

static struct conf *read_conf(const char *file)
{
	struct conf *conf;
	char *error = NULL;
	int err = conf_read(&conf, file, &error);

	if (!err)
		return conf;
	log_error("%s", error ? error : strerror(-err));
	free(error);
	return NULL;
}

static void on_stopped(void *arg)
{
	struct daemon *daemon = arg;

	loop_stop(daemon->loop);
}

/* A second signal does not wait for anybody. */
static void on_terminate(int signo, void *arg)
{
	struct daemon *daemon = arg;

	(void)signo;
	if (daemon->stop_timer.slot) {
		loop_stop(daemon->loop);
		return;
	}
	log_info("ending all calls");
	loop_timer_set(daemon->loop, &daemon->stop_timer, STOP_WAIT_MS, on_stopped, daemon);
	calls_stop(daemon->calls, on_stopped, daemon);
}

/* The service manager starts the next one, for which the unit loads the module. */
static void on_dp_gone(struct daemon *daemon)
{
	log_error("phonion.ko was unloaded, and has taken all legs along");
	daemon->failed = true;
	on_terminate(0, daemon);
}

static void on_dp_event(const struct dp_event *event, void *arg)
{
	struct daemon *daemon = arg;

	if (event->type == DP_GONE)
		on_dp_gone(daemon);
	else if (daemon->calls)
		calls_on_dp_event(event, daemon->calls);
}

/* As if it had crashed: what that leaves is what a daemon goes on with. */
static void on_left(void *arg)
{
	(void)arg;
	log_info("calls are left to the next daemon");
	_exit(0);
}

/* Where this process forwards, nothing can be left. */
static void on_leave(int signo, void *arg)
{
	struct daemon *daemon = arg;

	if (!strcmp(dataplane_ops(daemon->deps.dp)->name, "io_uring")) {
		on_terminate(signo, arg);
		return;
	}
	if (daemon->stop_timer.slot)
		return;
	log_info("ending calls that are not answered");
	loop_timer_set(daemon->loop, &daemon->stop_timer, STOP_WAIT_MS, on_left, daemon);
	calls_leave(daemon->calls, on_left, daemon);
}

static void on_hangup(int signo, void *arg)
{
	struct daemon *daemon = arg;
	struct conf *conf = read_conf(daemon->file);
	int err;

	(void)signo;
	if (!conf) {
		log_error("the running configuration stays");
		return;
	}
	err = calls_reconfigure(daemon->calls, conf);
	if (err) {
		log_error("the running configuration stays: %s", strerror(-err));
		conf_free(conf);
		return;
	}
	if (spans_configure(daemon->deps.spans, conf))
		log_error("no memory for the spans");
	if (lines_configure(daemon->deps.lines, conf))
		log_error("no memory for the lines");
	xdp_configure(daemon->xdp, conf);
	log_info("configuration read again");
}

static int open_dataplane(struct daemon *daemon, const struct conf *conf)
{
	int err = dataplane_open(&daemon->deps.dp, conf->dataplane, daemon->loop, on_dp_event,
				 daemon);

	if (err == -ENOENT)
		log_error("phonion.ko is not loaded: run `modprobe phonion`");
	else if (err)
		log_error("the data plane cannot be opened: %s", strerror(-err));
	else if (!strcmp(dataplane_ops(daemon->deps.dp)->name, "io_uring"))
		log_info("packets are forwarded by io_uring, in this process: calls end with it");
	else
		log_info("packets are forwarded by phonion.ko");
	return err;
}

/* Before anybody is listened to: loading takes more than all that comes after it. */
static int open_xdp(struct daemon *daemon, const struct conf *conf)
{
	int err = xdp_open(&daemon->xdp, daemon->loop, conf);

	if (err)
		log_error("\"xdp\" is \"on\", and not all devices for media can be served");
	process_drop_admin();
	return err;
}

static int open_control(struct daemon *daemon, const struct conf *conf)
{
	int err = control_open(&daemon->deps.control, daemon->loop, conf->control_socket);

	if (err)
		log_error("%s: %s", conf->control_socket, strerror(-err));
	return err ?: dataplane_register(daemon->deps.dp, daemon->deps.control);
}

static int open_firewall(struct daemon *daemon, const struct conf *conf)
{
	int err = conf->firewall ? firewall_open(&daemon->deps.firewall, conf) : 0;

	if (err)
		log_error("the nftables table cannot be made: %s", strerror(-err));
	return err;
}

static int open_book(struct daemon *daemon, const struct conf *conf)
{
	char *error = NULL;
	int err = conf->relay ? book_new(&daemon->deps.book, daemon->loop, conf, &error) : 0;

	if (err)
		log_error("the book cannot be opened: %s", error ? error : strerror(-err));
	free(error);
	return err ?: book_register(daemon->deps.book, daemon->deps.control);
}

static int open_lines(struct daemon *daemon, const struct conf *conf)
{
	int err = lines_new(&daemon->deps.lines, daemon->loop, daemon->deps.control, daemon->store,
			    conf);

	if (!err)
		fdstore_drop_rest(daemon->store); /* nobody else has any */
	return err;
}

static int add_signals(struct daemon *daemon)
{
	int err = loop_signal_add(daemon->loop, SIGTERM, on_terminate, daemon);

	if (!err)
		err = loop_signal_add(daemon->loop, SIGINT, on_terminate, daemon);
	if (!err)
		err = loop_signal_add(daemon->loop, SIGUSR1, on_leave, daemon);
	if (!err)
		err = loop_signal_add(daemon->loop, SIGHUP, on_hangup, daemon);
	return err;
}

static int open_all(struct daemon *daemon, struct conf *conf)
{
	int err = loop_new(&daemon->loop);

	daemon->deps.loop = daemon->loop;
	if (!err)
		err = add_signals(daemon);
	if (!err)
		err = ports_new(&daemon->deps.ports, conf->rtp_port_min, conf->rtp_port_max,
				PORT_REST_MS);
	if (!err)
		err = open_dataplane(daemon, conf);
	if (!err)
		err = open_xdp(daemon, conf);
	if (!err)
		err = open_firewall(daemon, conf);
	if (!err)
		err = open_control(daemon, conf);
	if (!err)
		err = xdp_register(daemon->xdp, daemon->deps.control);
	if (!err)
		err = open_book(daemon, conf);
	if (!err)
		err = spans_new(&daemon->deps.spans, daemon->loop, daemon->deps.control, conf);
	if (!err)
		err = open_lines(daemon, conf);
	if (!err)
		err = calls_new(&daemon->calls, &daemon->deps, conf);
	if (err)
		log_error("cannot start: %s", strerror(-err));
	return err;
}

static void close_all(struct daemon *daemon)
{
	loop_timer_del(&daemon->stop_timer);
	control_close(daemon->deps.control);
	calls_free(daemon->calls);
	lines_free(daemon->deps.lines);
	spans_free(daemon->deps.spans);
	book_free(daemon->deps.book);
	xdp_close(daemon->xdp);
	if (daemon->deps.dp)
		dataplane_close(daemon->deps.dp);
	if (daemon->deps.ports)
		ports_free(daemon->deps.ports);
	if (daemon->loop)
		loop_free(daemon->loop);
	fdstore_free(daemon->store);
}

static int run(const char *file)
{
	struct daemon daemon = { .file = file };
	struct conf *conf;
	int err = fdstore_new(&daemon.store);

	conf = err ? NULL : read_conf(file);
	if (!conf) {
		fdstore_free(daemon.store);
		return 1;
	}
	err = open_all(&daemon, conf);
	if (!err) {
		program_ready();
		err = loop_run(daemon.loop);
		close_all(&daemon);
	} else {
		close_all(&daemon);
		conf_free(conf);
	}
	return err || daemon.failed ? 1 : 0;
}

static int check(const char *file)
{
	struct conf *conf = read_conf(file);

	if (!conf)
		return 1;
	conf_free(conf);
	printf("%s: good\n", file);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct program program = {
		"phonion-ctld", help, DEFAULT_CONF, run, check, NULL
	};

	return program_main(&program, argc, argv);
}
