/* SPDX-License-Identifier: GPL-2.0 */
/* A tool's commands: the word that follows its options. */
#ifndef PHONION_TOOLS_COMMAND_H
#define PHONION_TOOLS_COMMAND_H

#include <stddef.h>

#include "out.h"

struct command {
	const char *name;
	/* Gets its own name in argv[0]; gives an exit status. */
	int (*run)(const struct opts *opts, int argc, char **argv);
};

struct commands {
	const char *help; /* what -h and the command "help" print */
	const struct command *list;
	size_t n;
};

/* Prints the help, as asked for. */
int command_help(const struct commands *commands, const struct opts *opts);
/* Runs the command that ARGV begins with; its exit status. None is wrong usage. */
int command_run(const struct commands *commands, const struct opts *opts, int argc, char **argv);
/* All of a tool whose options are -j and -h. */
int command_main(const struct commands *commands, int argc, char **argv);

#endif
