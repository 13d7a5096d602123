/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CONF_TRUNK_H
#define PHONION_CONF_TRUNK_H

#include "conf/reader.h"

/* Reads "trunks = ( ... )"; a conf_value_fn. */
int conf_trunks(struct conf_reader *reader, const config_setting_t *setting,
		const struct conf_key *key, void *to);
/* Trunks against each other and against the RTP ports, once all is read. */
int conf_trunks_check(struct conf_reader *reader, const config_setting_t *root);
/* Each of KEYS, which NULL ends, is for trunks of other kinds. */
int conf_trunk_refuse(struct conf_reader *reader, const config_setting_t *setting,
		      const struct conf_trunk *trunk, const char *const *keys);
void conf_trunk_clear(struct conf_trunk *trunk);

#endif
