/* SPDX-License-Identifier: GPL-2.0 */
/* What both daemons' command lines have in common. */
#ifndef PHONION_PROGRAM_H
#define PHONION_PROGRAM_H

struct program {
	const char *name, *help;
	const char *conf; /* the file where -c names none */
	/* Each gets the configuration's file and gives an exit status. */
	int (*run)(const char *file);
	int (*check)(const char *file);	    /* -t */
	int (*print_key)(const char *file); /* -k; NULL: there is no such option */
};

/* Reads options, begins to log, hardens the process, and does what was asked for. */
int program_main(const struct program *program, int argc, char **argv);
/* It serves: says so in the log, and to the service manager if there is one. */
void program_ready(void);

#endif
