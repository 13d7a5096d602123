/* SPDX-License-Identifier: GPL-2.0 */
/* Output: text tables or JSON on stdout, errors with a hint on stderr. */
#ifndef PHONION_TOOLS_OUT_H
#define PHONION_TOOLS_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit statuses that all tools have; from EXIT_OWN on they are a tool's own. */
enum { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_OWN };

struct opts {
	bool json;
	bool verbose;	    /* show the addresses of peers, and digits */
	const char *socket; /* of the daemon, where there is one */
};

/* Says what went wrong and, unless HINT is NULL, what to do; gives STATUS. */
int fail(const struct opts *opts, int status, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int fail_usage(const struct opts *opts, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One line of JSON: in ASCII, for in a terminal other characters may be commands. */
void out_json_line(FILE *file, const json_t *value);
/* The same on stdout; takes the reference. EXIT_DONE, or failure to write. */
int out_json(const struct opts *opts, json_t *value);
/* Ends text output: EXIT_DONE, or failure to write. */
int out_end(const struct opts *opts);

#define OUT_COLUMNS 9

/* Lines of cells, as wide as they need to be; column 0 is never NULL. */
struct out_table {
	const char *heads[OUT_COLUMNS];
	char *(*rows)[OUT_COLUMNS];
	size_t n, room;
};

/* The next row's cell: printf into it. The last column is not padded. */
void out_row(struct out_table *t);
void out_cell(struct out_table *t, int column, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void out_table(struct out_table *t);

/*
 * Texts that come from elsewhere, made harmless for a terminal: a ? for what is a
 * control character or no UTF-8. "-" for none; what is too long is cut off.
 */
const char *out_text(const char *text);
const char *out_str(const json_t *object, const char *key);
/* The same in place. */
void out_clean(char *text);

#define OUT_INSTANT_SIZE 32
/* Seconds of Unix time as RFC 3339, in TEXT; "-" when there is none. */
const char *out_instant(const json_t *object, const char *key, char text[OUT_INSTANT_SIZE]);

#endif
