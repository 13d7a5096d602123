/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads a group of settings by a table of its keys. What the table does not
 * know is refused, so that a misspelt key is an error and not a default.
 *
 * The sentences of refusals name file, line and key, never a number or an
 * address: they go to logs.
 */
#ifndef PHONION_CONF_READER_H
#define PHONION_CONF_READER_H

#include <libconfig.h>

#include "conf/conf.h"

struct conf_reader {
	const char *file;
	const char *manual; /* page that explains the file */
	struct conf *conf;
	char *error;
};

struct conf_key;
/* Checks SETTING and writes it to TO; 0 or what conf_refuse() gives. */
typedef int (*conf_value_fn)(struct conf_reader *reader, const config_setting_t *setting,
			     const struct conf_key *key, void *to);

struct conf_key {
	const char *name; /* NULL ends a table */
	conf_value_fn read;
	size_t offset; /* of the value in what the group is read into */
	bool required;
	long long min, max;	  /* of numbers, in the key's unit */
	const char *const *words; /* of enumerations, by value; NULL ends them */
};

int conf_group(struct conf_reader *reader, config_setting_t *group, const struct conf_key *keys,
	       void *to);
/*
 * Reads a list of groups into *ARRAY, of *N items of SIZE octets, each after
 * PREPARE has given it its defaults and each checked by CHECK; either may be NULL.
 */
struct conf_list {
	const struct conf_key *keys;
	size_t size;
	int (*prepare)(void *item);
	int (*check)(struct conf_reader *reader, const config_setting_t *setting, void *item);
};
int conf_groups(struct conf_reader *reader, const config_setting_t *setting,
		const struct conf_list *list, void **array, size_t *n);

/* Keeps the sentence; -EINVAL, or -ENOMEM. */
int conf_refuse(struct conf_reader *reader, const config_setting_t *setting, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same of a place that no setting stands for. */
int conf_refuse_at(struct conf_reader *reader, const char *file, unsigned int line, const char *fmt,
		   ...) __attribute__((format(printf, 4, 5)));

#endif
