// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/json.h"
#include "tools/lib/out.h"

/* Octets of the character of UTF-8 at TEXT, as jansson judges; 0: it is none. */
static size_t character(const char *text)
{
	size_t left = strnlen(text, 4);
	json_t *one;

	if ((unsigned char)*text < 0x80)
		return 1;
	for (size_t n = 2; n <= left; n++) {
		one = json_stringn(text, n);
		if (!one)
			continue;
		json_decref(one);
		return n;
	}
	return 0;
}

void out_clean(char *text)
{
	char *to = text;
	size_t n, control;

	for (; *text; text += n) {
		n = character(text);
		control = json_control(text);
		if (n && !control) {
			memmove(to, text, n);
			to += n;
			continue;
		}
		*to++ = '?';
		n = control ? control : 1;
	}
	*to = '\0';
}

void out_json_line(FILE *file, const json_t *value)
{
	json_dumpf(value, file, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	fputc('\n', file);
}

static int vfail(const struct opts *opts, int status, const char *hint, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	out_clean(text);
	/* What was written so far comes before the error, also in a file. */
	fflush(stdout);
	if (opts->json) {
		json_t *e = json_pack("{s:s, s:s*}", "error", text, "hint", hint);

		out_json_line(stderr, e);
		json_decref(e);
	} else {
		fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
		if (hint)
			fprintf(stderr, "  %s\n", hint);
	}
	return status;
}

int fail(const struct opts *opts, int status, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	status = vfail(opts, status, hint, fmt, ap);
	va_end(ap);
	return status;
}

int fail_usage(const struct opts *opts, const char *fmt, ...)
{
	char hint[80];
	va_list ap;
	int status;

	snprintf(hint, sizeof(hint), "See '%s help'.", program_invocation_short_name);
	va_start(ap, fmt);
	status = vfail(opts, EXIT_USAGE, hint, fmt, ap);
	va_end(ap);
	return status;
}

int out_end(const struct opts *opts)
{
	int err = fflush(stdout) ? errno : 0;

	if (!err && !ferror(stdout))
		return EXIT_DONE;
	/* What failed before now has left no reason. */
	return fail(opts, EXIT_REFUSED, "Is the disk full?", "cannot write the output%s%s",
		    err ? ": " : "", err ? strerror(err) : "");
}

int out_json(const struct opts *opts, json_t *value)
{
	out_json_line(stdout, value);
	json_decref(value);
	return out_end(opts);
}

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
		exit(EXIT_REFUSED);
	}
	return p;
}

void out_row(struct out_table *t)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 16;
		t->rows = must(realloc(t->rows, t->room * sizeof(*t->rows)));
	}
	memset(t->rows[t->n], 0, sizeof(*t->rows));
	t->n++;
}

void out_cell(struct out_table *t, int column, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	free(t->rows[t->n - 1][column]);
	t->rows[t->n - 1][column] = must(strdup(text));
}

static void put_cell(const char *text, size_t width, bool last)
{
	if (!text)
		text = "-";
	if (last)
		printf("%s\n", text);
	else
		printf("%-*s  ", (int)width, text);
}

void out_table(struct out_table *t)
{
	size_t width[OUT_COLUMNS] = { 0 };
	int columns = 0;

	while (columns < OUT_COLUMNS && t->heads[columns])
		columns++;
	for (int c = 0; c < columns; c++) {
		width[c] = strlen(t->heads[c]);
		for (size_t i = 0; i < t->n; i++)
			if (t->rows[i][c] && strlen(t->rows[i][c]) > width[c])
				width[c] = strlen(t->rows[i][c]);
	}
	for (int c = 0; c < columns; c++)
		put_cell(t->heads[c], width[c], c == columns - 1);
	for (size_t i = 0; i < t->n; i++) {
		for (int c = 0; c < columns; c++) {
			put_cell(t->rows[i][c], width[c], c == columns - 1);
			free(t->rows[i][c]);
		}
	}
	free(t->rows);
	t->rows = NULL;
	t->n = t->room = 0;
}

const char *out_text(const char *text)
{
	/* A ring, so that one printf() can use several. */
	static char buf[8][256];
	static unsigned int turn;
	char *to = buf[turn++ % 8];

	if (!text)
		return "-";
	snprintf(to, sizeof(buf[0]), "%s", text);
	out_clean(to);
	return to;
}

const char *out_str(const json_t *object, const char *key)
{
	return out_text(json_string_value(json_object_get(object, key)));
}

const char *out_instant(const json_t *object, const char *key, char text[OUT_INSTANT_SIZE])
{
	const json_t *value = json_object_get(object, key);
	time_t t = json_integer_value(value);
	struct tm tm;

	if (!json_is_integer(value) || !gmtime_r(&t, &tm))
		return "-";
	strftime(text, OUT_INSTANT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}
