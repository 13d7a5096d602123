/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of phonion share: exit statuses, the client, commands. */
#ifndef PHONION_CLIENT_H
#define PHONION_CLIENT_H

#include <jansson.h>

#include "path/random.h"
#include "settings.h"
#include "tools/lib/out.h"

/* Exit statuses; phonion.1 documents them all. */
enum {
	EXIT_NO_PATH = EXIT_OWN, /* no admissible path */
	EXIT_BROKER,		 /* a broker cannot be reached, or is not who it should be */
	EXIT_STATE,		 /* passphrase, altered or locked file */
	EXIT_WAITING,		 /* status: not every relay has answered */
	EXIT_HOP_REFUSED,	 /* status: a relay refuses */
};

struct vault;

struct client {
	struct opts opts;
	struct settings settings;
	struct vault *vault;
	json_t *state; /* state.h */
	struct path_random random;
};

/* Commands get their own name in argv[0] and return an exit status. */
int cmd_broker(struct client *client, int argc, char **argv);
int cmd_relays(struct client *client, int argc, char **argv);
int cmd_tokens(struct client *client, int argc, char **argv);
int cmd_reserve(struct client *client, int argc, char **argv);
int cmd_status(struct client *client, int argc, char **argv);
int cmd_export(struct client *client, int argc, char **argv);
int cmd_cancel(struct client *client, int argc, char **argv);
int cmd_passphrase(struct client *client, int argc, char **argv);

/* A line on standard error about work that takes long. */
void progress(const struct client *client, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What goes wrong without ending the command. */
void warn(const struct client *client, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * The options of a command: sets the VALUE of each, or the flag, and leaves the
 * other words at the front of ARGV. How many those are, or -1 after complaining.
 */
struct option_word {
	const char *name; /* with the dashes; NULL ends */
	const char **value;
	bool *flag;
};
int options_read(struct client *client, const struct option_word *words, int argc, char **argv);

#endif
