// SPDX-License-Identifier: GPL-2.0
/* phonion-sim: how well calls are kept apart from who makes them. phonion-sim.1 is the manual. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char help[] =
	"usage: phonion-sim [-j] COMMAND\n"
	"\n"
	"  predict [NAME VALUE]... who links a circuit's two ends, by the closed forms alone\n"
	"  attack [NAME VALUE]...  makes calls through circuits, and attacks their records\n"
	"  attack --cdr FILE... [window S] [within S]\n"
	"                          says who calls whom, by carriers' records in files\n"
	"  table [NAME VALUE]...   the same for every way to call: plain, hidden, over Tor, Phonion\n"
	"  run [-o DIR] [NAME VALUE]...\n"
	"                          makes calls; -o writes the records that carriers would hold\n"
	"  params                  all parameters, with their defaults\n"
	"\n"
	"  -j  JSON, one line\n"
	"\n"
	"Exit status: 0 done, 1 it could not be done, 2 wrong usage, 3 a closed form is outside\n"
	"of the simulation's interval of 99 %.\n";

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
	{ "predict", cmd_predict }, { "attack", cmd_attack }, { "table", cmd_table },
	{ "run", cmd_run },	    { "params", cmd_params }, { "help", cmd_help },
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
