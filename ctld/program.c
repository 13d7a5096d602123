// SPDX-License-Identifier: GPL-2.0
#include "program.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>

#include "fdstore/notify.h"
#include "log/harden.h"
#include "log/log.h"

#define VERSION "0.1.0"

static int usage(const struct program *program)
{
	fputs(program->help, stderr);
	return 2;
}

int program_main(const struct program *program, int argc, char **argv)
{
	int (*act)(const char *file) = program->run;
	enum log_level level = LOG_LVL_INFO;
	const char *file = program->conf;
	int option;

	while ((option = getopt(argc, argv, program->print_key ? "c:tkvVh" : "c:tvVh")) != -1) {
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 't':
			act = program->check;
			break;
		case 'k':
			act = program->print_key;
			break;
		case 'v':
			level = LOG_LVL_DEBUG;
			break;
		case 'V':
			printf("%s %s\n", program->name, VERSION);
			return 0;
		case 'h':
			fputs(program->help, stdout);
			return 0;
		default:
			return usage(program);
		}
	}
	if (optind < argc)
		return usage(program);
	log_init(level);
	signal(SIGPIPE, SIG_IGN);
	if (act != program->check)
		process_harden();
	return act(file);
}

void program_ready(void)
{
	log_info("ready");
	notify("READY=1", -1);
}
