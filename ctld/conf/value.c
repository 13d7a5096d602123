// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

#define MAX_NAME_LEN   32
#define MAX_NUMBER_LEN 32
#define MAX_STRING_LEN 64

static int read_range(struct conf_reader *reader, const config_setting_t *setting,
		      const struct conf_key *key, long long *value)
{
	int type = config_setting_type(setting);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return conf_refuse(reader, setting, "\"%s\" must be a whole number", key->name);
	*value = config_setting_get_int64(setting);
	if (*value < key->min || *value > key->max)
		return conf_refuse(reader, setting, "\"%s\" must be from %lld to %lld", key->name,
				   key->min, key->max);
	return 0;
}

CONF_VALUE(conf_uint)
{
	long long value = 0;
	int err = read_range(reader, setting, key, &value);

	if (!err)
		*(unsigned int *)to = value;
	return err;
}

CONF_VALUE(conf_seconds)
{
	long long value = 0;
	int err = read_range(reader, setting, key, &value);

	if (!err)
		*(uint32_t *)to = value * 1000;
	return err;
}

CONF_VALUE(conf_bool)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return conf_refuse(reader, setting, "\"%s\" must be true or false", key->name);
	*(bool *)to = config_setting_get_bool(setting);
	return 0;
}

const char *conf_text(struct conf_reader *reader, const config_setting_t *setting, int *err)
{
	const char *text = config_setting_get_string(setting);
	const char *name = config_setting_name(setting);

	if (text && *text)
		return text;
	*err = conf_refuse(reader, setting, "%s must be a text in quotes, and not empty",
			   name ? name : "an entry of the list");
	return NULL;
}

static void list_words(const char *const *words, char *text, size_t size)
{
	size_t len = 0;

	text[0] = 0;
	for (; *words && len < size; words++)
		len += snprintf(text + len, size - len, "%s\"%s\"", len ? ", " : "", *words);
}

int conf_word_index(struct conf_reader *reader, const config_setting_t *setting,
		    const struct conf_key *key, unsigned int *index)
{
	char all[200];
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	for (unsigned int i = 0; key->words[i]; i++) {
		if (!strcmp(text, key->words[i])) {
			*index = i;
			return 0;
		}
	}
	list_words(key->words, all, sizeof(all));
	return conf_refuse(reader, setting, "\"%s\" must be one of %s", key->name, all);
}

CONF_VALUE(conf_word)
{
	return conf_word_index(reader, setting, key, to);
}

/* Frees what was there before: a default. */
static int keep(char **to, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static bool is_utf8(const char *text)
{
	json_t *string = json_string(text);
	bool good = string;

	json_decref(string);
	return good;
}

CONF_VALUE(conf_string)
{
	size_t max = key->max ? (size_t)key->max : MAX_STRING_LEN;
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (strlen(text) > max)
		return conf_refuse(reader, setting, "\"%s\" may have %zu characters", key->name,
				   max);
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return conf_refuse(reader, setting, "\"%s\" has a control character",
					   key->name);
	if (!is_utf8(text))
		return conf_refuse(reader, setting, "\"%s\" is not UTF-8", key->name);
	return keep(to, text);
}

CONF_VALUE(conf_path)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (text[0] != '/')
		return conf_refuse(reader, setting, "\"%s\" must be an absolute path", key->name);
	if (strlen(text) > (size_t)key->max)
		return conf_refuse(reader, setting, "\"%s\" is longer than %lld octets", key->name,
				   key->max);
	return keep(to, text);
}

static bool consists_of(const char *text, const char *allowed, size_t max)
{
	size_t len = strlen(text);

	return len > 0 && len <= max && strspn(text, allowed) == len;
}

CONF_VALUE(conf_name)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (!consists_of(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.", MAX_NAME_LEN))
		return conf_refuse(reader, setting,
				   "\"%s\" must be 1 to %d of a-z 0-9 - _ and the full stop",
				   key->name, MAX_NAME_LEN);
	return keep(to, text);
}

static bool is_number(const char *text)
{
	return consists_of(text + (*text == '+'), "0123456789*#", MAX_NUMBER_LEN - 1);
}

CONF_VALUE(conf_number)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (!is_number(text))
		return conf_refuse(reader, setting,
				   "\"%s\" must be a telephone number: an optional + and "
				   "1 to %d of 0-9 * #",
				   key->name, MAX_NUMBER_LEN - 1);
	return keep(to, text);
}

static int read_prefix(struct conf_reader *reader, const config_setting_t *setting,
		       const struct conf_key *key, struct conf_prefixes *prefixes)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (strcmp(text, "+") && !is_number(text))
		return conf_refuse(reader, setting,
				   "\"%s\" must hold the beginnings of dialled numbers, "
				   "such as \"+1\"",
				   key->name);
	err = keep(&prefixes->list[prefixes->n], text);
	if (!err)
		prefixes->n++;
	return err;
}

CONF_VALUE(conf_prefixes)
{
	struct conf_prefixes *prefixes = to;
	int n = config_setting_length(setting), err = 0;

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
		return conf_refuse(reader, setting, "\"%s\" must be a list: [ \"+1\", \"+44\" ]",
				   key->name);
	if (n > CONF_MAX_PREFIXES)
		return conf_refuse(reader, setting, "\"%s\" has more than %d entries", key->name,
				   CONF_MAX_PREFIXES);
	prefixes->list = calloc(n ? n : 1, sizeof(*prefixes->list));
	if (!prefixes->list)
		return -ENOMEM;
	for (int i = 0; i < n && !err; i++)
		err = read_prefix(reader, config_setting_get_elem(setting, i), key, prefixes);
	return err;
}
