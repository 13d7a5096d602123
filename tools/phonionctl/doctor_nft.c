// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's own nft table, and other tables that may drop what it lets in:
 * an accept in one table does not save a packet from a drop in another.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

extern char **environ;

/* What `nft -j list ruleset` says, or NULL. */
static json_t *ruleset(void)
{
	static char *const argv[] = { "nft", "-j", "list", "ruleset", NULL };
	posix_spawn_file_actions_t actions;
	json_t *rules = NULL;
	int fds[2], status;
	pid_t pid;
	FILE *f;

	if (pipe(fds) < 0)
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, fds[0]);
	posix_spawn_file_actions_addclose(&actions, fds[1]);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	status = posix_spawn(&pid, "/usr/sbin/nft", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	f = status ? NULL : fdopen(fds[0], "r");
	if (f) {
		rules = json_loadf(f, 0, NULL);
		fclose(f);
	} else {
		close(fds[0]);
	}
	if (!status)
		waitpid(pid, &status, 0);
	if (status) {
		json_decref(rules);
		return NULL;
	}
	return rules;
}

static bool is(const json_t *object, const char *key, const char *value)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s && !strcmp(s, value);
}

void doctor_nft(struct doctor *d)
{
	const json_t *list, *item, *chain, *table;
	bool ours = false, dropping = false;
	json_t *rules = ruleset();
	size_t i;

	if (!rules) {
		doctor_say(d, DOCTOR_UNKNOWN, "firewall",
			   "Run phonionctl as root, with nftables installed.",
			   "nft does not tell its rules");
		return;
	}
	list = json_object_get(rules, "nftables");
	json_array_foreach(list, i, item) {
		table = json_object_get(item, "table");
		ours |= is(table, "name", "phonion") && is(table, "family", "inet");
	}
	if (ours)
		doctor_say(d, DOCTOR_OK, "firewall", NULL, "the table inet phonion is there");
	else
		doctor_say(d, DOCTOR_WARNING, "firewall",
			   "Unless 'firewall' is off, phonion-ctld makes it anew: systemctl reload "
			   "phonion-ctld.",
			   "there is no table inet phonion: all RTP ports are open");
	json_array_foreach(list, i, item) {
		chain = json_object_get(item, "chain");
		if (!chain || is(chain, "table", "phonion") || !is(chain, "hook", "input") ||
		    !is(chain, "policy", "drop"))
			continue;
		dropping = true;
		doctor_say(
			d, DOCTOR_WARNING, "firewall",
			"Accept there the SIP ports, and the RTP ports for packets off the fast path.",
			"chain %s of table %s %s drops what it does not accept",
			json_string_value(json_object_get(chain, "name")),
			json_string_value(json_object_get(chain, "family")),
			json_string_value(json_object_get(chain, "table")));
	}
	if (!dropping)
		doctor_say(d, DOCTOR_OK, "firewall", NULL, "no other table drops input by policy");
	json_decref(rules);
}
