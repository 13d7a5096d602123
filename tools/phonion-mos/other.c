// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "other.h"

#define WORDS 32
/* Of its output, the end. */
#define OUTPUT 65536

extern char **environ;

static int words(char **argv, char *command, const char *reference, const char *degraded)
{
	bool named = false;
	char *save, *word;
	int n = 0;

	for (word = strtok_r(command, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (n == WORDS - 3)
			return -EINVAL;
		named |= !strcmp(word, "%r") || !strcmp(word, "%d");
		argv[n++] = !strcmp(word, "%r")	  ? (char *)reference
			    : !strcmp(word, "%d") ? (char *)degraded
						  : word;
	}
	if (!n)
		return -EINVAL;
	if (!named) {
		argv[n++] = (char *)reference;
		argv[n++] = (char *)degraded;
	}
	argv[n] = NULL;
	return 0;
}

/* Its standard output, the last OUTPUT - 1 octets, as a string. */
static int run(char **argv, char *output)
{
	posix_spawn_file_actions_t actions;
	size_t have = 0;
	int fds[2], status, err;
	ssize_t got;
	pid_t pid;

	if (pipe(fds))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, fds[0]);
	posix_spawn_file_actions_addclose(&actions, fds[1]);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	while (!err && (got = read(fds[0], output + have, OUTPUT - 1 - have)) > 0) {
		have += got;
		if (have < OUTPUT - 1)
			continue;
		memmove(output, output + OUTPUT / 2, have - OUTPUT / 2);
		have -= OUTPUT / 2;
	}
	close(fds[0]);
	output[have] = '\0';
	if (err || waitpid(pid, &status, 0) != pid)
		return -ENOEXEC;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ENOEXEC;
}

static int last_number(double *score, const char *text)
{
	int err = -ENODATA;
	char *end;

	while (*text) {
		if (!isdigit((unsigned char)*text)) {
			text++;
			continue;
		}
		*score = strtod(text, &end);
		err = 0;
		text = end;
	}
	return err;
}

int other_score(double *score, const char *command, const char *reference, const char *degraded)
{
	char *copy = strdup(command), *output = malloc(OUTPUT), *argv[WORDS];
	int err = copy && output ? 0 : -ENOMEM;

	if (!err)
		err = words(argv, copy, reference, degraded);
	if (!err)
		err = run(argv, output);
	if (!err)
		err = last_number(score, output);
	free(output);
	free(copy);
	return err;
}
