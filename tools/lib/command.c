// SPDX-License-Identifier: GPL-2.0
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

int command_help(const struct commands *commands, const struct opts *opts)
{
	fputs(commands->help, stdout);
	return out_end(opts);
}

int command_run(const struct commands *commands, const struct opts *opts, int argc, char **argv)
{
	if (!argc) {
		fputs(commands->help, stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[0], "help"))
		return command_help(commands, opts);
	for (size_t i = 0; i < commands->n; i++)
		if (!strcmp(commands->list[i].name, argv[0]))
			return commands->list[i].run(opts, argc, argv);
	return fail_usage(opts, "unknown command '%s'", argv[0]);
}

int command_main(const struct commands *commands, int argc, char **argv)
{
	struct opts opts = { 0 };
	int c;

	/* "+": what follows the command is the command's. */
	while ((c = getopt(argc, argv, "+:jh")) != -1) {
		switch (c) {
		case 'j':
			opts.json = true;
			break;
		case 'h':
			return command_help(commands, &opts);
		default:
			return fail_usage(&opts, "unknown option '-%c'", optopt);
		}
	}
	return command_run(commands, &opts, argc - optind, argv + optind);
}
