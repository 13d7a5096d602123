// SPDX-License-Identifier: GPL-2.0
/* phonion-mos: how good a call is. phonion-mos.1 is the manual. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "mos.h"

static const char help[] =
	"usage: phonion-mos [-j] COMMAND\n"
	"\n"
	"  rate [NAME VALUE]...    rates a call by the E-model (ITU-T G.107)\n"
	"      names: delay MS, codec g711|g711-plc, and all that 'params' lists\n"
	"  compare [-x COMMAND] SAID HEARD [NAME VALUE]...\n"
	"                          rates a call by recordings of what was said and heard\n"
	"      -x  asks another program, such as 'pesq +8000 %r %d', too\n"
	"  legs [FILE] [NAME VALUE]...\n"
	"                          rates what has arrived at a relay's legs, from the output of\n"
	"                          'phonionctl -j leg', in FILE or on standard input\n"
	"  params                  the E-model's parameters, defaults and ranges\n"
	"\n"
	"  -j  JSON, one line\n"
	"\n"
	"Exit status: 0 done, 1 it could not be measured, 2 wrong usage.\n";

static int cmd_help(const struct opts *opts, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs(help, stdout);
	return out_end(opts);
}

static const struct {
	const char *name;
	int (*run)(const struct opts *opts, int argc, char **argv);
} commands[] = {
	{ "rate", cmd_rate },	  { "compare", cmd_compare }, { "legs", cmd_legs },
	{ "params", cmd_params }, { "help", cmd_help },
};

int main(int argc, char **argv)
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
			return cmd_help(&opts, 0, NULL);
		default:
			return fail_usage(&opts, "unknown option '-%c'", optopt);
		}
	}
	if (optind == argc) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, argv[optind]))
			return commands[i].run(&opts, argc - optind, argv + optind);
	return fail_usage(&opts, "unknown command '%s'", argv[optind]);
}
