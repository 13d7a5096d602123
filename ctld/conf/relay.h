/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CONF_RELAY_H
#define PHONION_CONF_RELAY_H

#include "conf/reader.h"

/* Reads "relay: { ... }"; TO is the conf. */
int conf_relay(struct conf_reader *reader, const config_setting_t *setting,
	       const struct conf_key *key, void *to);
void conf_relay_free(struct conf_relay *relay);

#endif
