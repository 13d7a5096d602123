// SPDX-License-Identifier: GPL-2.0
/* phonionctl doctor: what on this machine keeps a relay from working well. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "control.h"
#include "doctor.h"
#include "tools/lib/out.h"

static const char *const verdicts[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_TROUBLE] = "trouble",
	[DOCTOR_UNKNOWN] = "unknown",
};

void doctor_say(struct doctor *d, enum verdict verdict, const char *check, const char *hint,
		const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_clean(text);
	d->trouble |= verdict == DOCTOR_TROUBLE;
	json_array_append_new(d->findings,
			      json_pack("{s:s, s:s, s:s, s:s*}", "check", check, "verdict",
					verdicts[verdict], "text", text, "hint", hint));
	if (d->opts->json)
		return;
	printf("%-8s %-12s %s\n", verdicts[verdict], check, text);
	if (hint)
		printf("%-21s -> %s\n", "", hint);
	fflush(stdout);
}

bool doctor_read(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f)
		return false;
	ok = fgets(line, size, f);
	fclose(f);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

bool doctor_rtp_ports(const struct doctor *d, unsigned int *min, unsigned int *max)
{
	const json_t *low = json_object_get(d->status, "rtp_port_min");
	const json_t *high = json_object_get(d->status, "rtp_port_max");

	if (!json_is_integer(low) || !json_is_integer(high))
		return false;
	*min = json_integer_value(low);
	*max = json_integer_value(high);
	return true;
}

bool doctor_userspace(const struct doctor *d)
{
	const char *name = json_string_value(json_object_get(d->status, "data_plane"));

	return name && !strcmp(name, "io_uring");
}

json_t *doctor_ask(const struct doctor *d, const char *cmd)
{
	return d->status ? control_try(d->opts, cmd) : NULL;
}

static void check_daemon(struct doctor *d)
{
	struct control_client *c;
	json_t *reply = NULL;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int err;

	err = control_connect(&c, d->opts->socket);
	if (err) {
		doctor_say(
			d, DOCTOR_TROUBLE, "daemon",
			err == -EACCES
				? "Run phonionctl as root."
				: "Start it with 'systemctl start phonion-ctld', or name its socket with -s.",
			"phonion-ctld is not reachable by %s: %s", d->opts->socket, strerror(-err));
		return;
	}
	if (!getsockopt(control_fd(c), SOL_SOCKET, SO_PEERCRED, &peer, &len))
		d->daemon_pid = peer.pid;
	err = control_send(c, json_pack("{s:s}", "cmd", "status"));
	if (!err)
		err = control_recv(c, true, &reply);
	if (err == 1 && json_is_true(json_object_get(reply, "ok"))) {
		d->status = json_incref(json_object_get(reply, "result"));
		doctor_say(d, DOCTOR_OK, "daemon", NULL, "phonion-ctld answers");
	} else {
		doctor_say(d, DOCTOR_TROUBLE, "daemon",
			   "Look into its log; restart it if it hangs.",
			   "phonion-ctld does not answer a question for its status");
	}
	json_decref(reply);
	control_disconnect(c);
}

int cmd_doctor(const struct opts *opts, int argc, char **argv)
{
	struct doctor d = { .opts = opts };
	int status = EXIT_DONE;

	if (argc > 1)
		return fail_usage(opts, "doctor: '%s' is too much", argv[1]);
	d.findings = json_array();
	doctor_kernel(&d);
	check_daemon(&d);
	doctor_book(&d);
	doctor_nft(&d);
	doctor_ports(&d);
	doctor_buffers(&d);
	doctor_forwarding(&d);
	doctor_offload(&d);
	doctor_xdp(&d);
	doctor_privacy(&d);
	doctor_clock(&d);
	if (opts->json)
		status = out_json(opts, json_incref(d.findings));
	json_decref(d.findings);
	json_decref(d.status);
	if (!status)
		status = out_end(opts);
	return status ? status : d.trouble ? EXIT_REFUSED : EXIT_DONE;
}
