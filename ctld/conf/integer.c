// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/integer.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*+-."

static size_t string_len(const char *at)
{
	size_t len = 1;

	while (at[len] && at[len] != '"')
		len += at[len] == '\\' && at[len + 1] ? 2 : 1;
	return len + !!at[len];
}

static size_t comment_len(const char *at)
{
	const char *end = strstr(at + 2, "*/");

	return end ? (size_t)(end + 2 - at) : strlen(at);
}

/* Of what libconfig's grammar takes as one: a string, a comment, a name, a number. */
static size_t token_len(const char *at)
{
	size_t word = strspn(at, WORD);

	if (*at == '"')
		return string_len(at);
	if (*at == '#' || !strncmp(at, "//", 2))
		return strcspn(at, "\n");
	if (!strncmp(at, "/*", 2))
		return comment_len(at);
	return word ? word : 1;
}

/* A number that libconfig cannot hold. Leading zeros do not make it octal. */
static bool is_too_big(const char *at)
{
	const char *digits = at + (*at == '+' || *at == '-');
	bool hex = !strncasecmp(digits, "0x", 2) && isxdigit((unsigned char)digits[2]);
	long long value;
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoll(at, &end, hex ? 16 : 10);
	if (*end == '.' || *end == 'e' || *end == 'E')
		return false;
	if (errno == ERANGE || *end == 'L')
		return errno == ERANGE;
	return value < INT_MIN || value > INT_MAX;
}

static int check_text(struct conf_reader *reader, const char *file, const char *text)
{
	unsigned int line = 1;

	while (*text) {
		size_t len = token_len(text);

		if (is_too_big(text))
			return conf_refuse_at(reader, file, line,
					      "this number is too big to be read");
		for (; len; len--)
			line += *text++ == '\n';
	}
	return 0;
}

/* FILE is what sentences call it: it is opened by NAME, from our file's directory. */
static int check_file(struct conf_reader *reader, const char *file, const char *name)
{
	FILE *stream = fopen(name, "re");
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	if (!stream)
		return conf_refuse_at(reader, file, 1, "cannot be read again: %s", strerror(errno));
	if (getdelim(&text, &size, '\0', stream) > 0)
		err = check_text(reader, file, text);
	free(text);
	fclose(stream);
	return err;
}

/* LAST is the included file that was checked last; all of one are side by side. */
static int check_included(struct conf_reader *reader, const config_setting_t *setting,
			  const char **last)
{
	const char *file = config_setting_source_file(setting);
	int n = config_setting_is_aggregate(setting) ? config_setting_length(setting) : 0;
	int err = 0;

	if (file && (!*last || strcmp(*last, file))) {
		*last = file;
		err = check_file(reader, file, file);
	}
	for (int i = 0; i < n && !err; i++)
		err = check_included(reader, config_setting_get_elem(setting, i), last);
	return err;
}

int conf_integers_check(struct conf_reader *reader, const config_setting_t *root)
{
	const char *last = NULL;
	int err = check_file(reader, reader->file, basename(reader->file));

	return err ? err : check_included(reader, root, &last);
}
