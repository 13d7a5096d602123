/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CONF_INGRESS_H
#define PHONION_CONF_INGRESS_H

#include "conf/reader.h"

/* Reads a trunk's "ingresses = ( ... )"; TO is the trunk. */
int conf_ingresses(struct conf_reader *reader, const config_setting_t *setting,
		   const struct conf_key *key, void *to);
void conf_ingresses_clear(struct conf_trunk *trunk);
/* A number is one ingress of one trunk. */
int conf_ingresses_check(struct conf_reader *reader, const config_setting_t *root);

#endif
