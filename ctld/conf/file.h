/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration file as a whole. */
#ifndef PHONION_CONF_FILE_H
#define PHONION_CONF_FILE_H

#include "conf/reader.h"

/*
 * Reads READER's file by KEYS into TO. CHECK, when not NULL, looks at it as a
 * whole. On error READER's sentence says why, where there was memory for one.
 */
typedef int (*conf_check_fn)(struct conf_reader *reader, config_setting_t *root, void *to);
int conf_file(struct conf_reader *reader, const struct conf_key *keys, conf_check_fn check,
	      void *to);
/* A line in the log when everybody may read FILE, which tells WHAT. */
void conf_warn_readable(const char *file, const char *what);

#endif
