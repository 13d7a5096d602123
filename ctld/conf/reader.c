// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/reader.h"

#define MAX_NAME 32

static int refuse(struct conf_reader *reader, const char *file, unsigned int line, const char *fmt,
		  va_list args)
{
	char text[400];

	vsnprintf(text, sizeof(text), fmt, args);
	free(reader->error);
	if (asprintf(&reader->error, "%s:%u: %s", file, line, text) < 0) {
		reader->error = NULL;
		return -ENOMEM;
	}
	return -EINVAL;
}

int conf_refuse(struct conf_reader *reader, const config_setting_t *setting, const char *fmt, ...)
{
	const char *file = config_setting_source_file(setting);
	va_list args;
	int err;

	va_start(args, fmt);
	err = refuse(reader, file ? file : reader->file, config_setting_source_line(setting), fmt,
		     args);
	va_end(args);
	return err;
}

int conf_refuse_at(struct conf_reader *reader, const char *file, unsigned int line, const char *fmt,
		   ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = refuse(reader, file, line, fmt, args);
	va_end(args);
	return err;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int min = a < b ? a : b;

	return min < c ? min : c;
}

/* How many letters must be changed, added or taken away (Levenshtein). */
static unsigned int distance(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b);
	unsigned int row[MAX_NAME + 1];

	if (len_a > MAX_NAME || len_b > MAX_NAME)
		return MAX_NAME;
	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;
	for (size_t i = 0; i < len_a; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len_b; j++) {
			unsigned int above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[len_b];
}

static const char *nearest(const struct conf_key *keys, const char *name)
{
	const char *best = NULL;
	unsigned int least = 4; /* further away it is another word */

	for (const struct conf_key *key = keys; key->name; key++) {
		unsigned int d = distance(name, key->name);

		if (d < least) {
			least = d;
			best = key->name;
		}
	}
	return best;
}

static int check_known(struct conf_reader *reader, const config_setting_t *setting,
		       const struct conf_key *keys)
{
	const char *name = config_setting_name(setting), *guess;

	for (const struct conf_key *key = keys; key->name; key++)
		if (!strcmp(key->name, name))
			return 0;
	guess = nearest(keys, name);
	if (guess)
		return conf_refuse(reader, setting, "unknown key \"%s\": did you mean \"%s\"?",
				   name, guess);
	return conf_refuse(reader, setting, "unknown key \"%s\": %s lists those that exist", name,
			   reader->manual);
}

/* In the table's order, not the file's: circuits need the trunks. */
int conf_group(struct conf_reader *reader, config_setting_t *group, const struct conf_key *keys,
	       void *to)
{
	int n = config_setting_length(group), err = 0;

	for (int i = 0; i < n && !err; i++)
		err = check_known(reader, config_setting_get_elem(group, i), keys);
	for (const struct conf_key *key = keys; key->name && !err; key++) {
		config_setting_t *setting = config_setting_get_member(group, key->name);

		if (setting)
			err = key->read(reader, setting, key, (char *)to + key->offset);
		else if (key->required)
			err = conf_refuse(reader, group, "\"%s\" is missing here", key->name);
	}
	return err;
}

static int read_item(struct conf_reader *reader, config_setting_t *setting,
		     const struct conf_list *list, void *item)
{
	int err;

	if (!config_setting_is_group(setting))
		return conf_refuse(reader, setting, "this must be a group: { key = value; ... }");
	err = list->prepare ? list->prepare(item) : 0;
	if (!err)
		err = conf_group(reader, setting, list->keys, item);
	if (!err && list->check)
		err = list->check(reader, setting, item);
	return err;
}

/* *N counts the items begun, so that conf_free() frees a half-read one too. */
int conf_groups(struct conf_reader *reader, const config_setting_t *setting,
		const struct conf_list *list, void **array, size_t *n)
{
	int len = config_setting_length(setting), err = 0;

	if (!config_setting_is_list(setting))
		return conf_refuse(reader, setting, "\"%s\" must be a list: ( { ... }, { ... } )",
				   config_setting_name(setting));
	if (!len)
		return 0;
	*array = calloc(len, list->size);
	if (!*array)
		return -ENOMEM;
	for (int i = 0; i < len && !err; i++) {
		void *item = (char *)*array + (*n)++ * list->size;

		err = read_item(reader, config_setting_get_elem(setting, i), list, item);
	}
	return err;
}
