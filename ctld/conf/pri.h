/* SPDX-License-Identifier: GPL-2.0 */
/* What a trunk of the kind "pri" has of its own. */
#ifndef PHONION_CONF_PRI_H
#define PHONION_CONF_PRI_H

#include "conf/reader.h"

#define CONF_MAX_CHANNEL 1023 /* DAHDI's */

extern const char *const conf_pri_lines[], *const conf_pri_switches[], *const conf_pri_sides[];

/* Keys that another kind has are refused, and what this kind must have is asked for. */
int conf_pri_check_keys(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *trunk);
/* No channel is of both. */
int conf_pri_check_pair(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *a, const struct conf_trunk *b);

/* Channels of the line with the D channel's: 24 or 31. */
unsigned int conf_pri_channels(const struct conf_pri *pri);
/* The D channel's place among them: 24 or 16. */
unsigned int conf_pri_slot(const struct conf_pri *pri);
/* DAHDI's number of the first. */
unsigned int conf_pri_first(const struct conf_pri *pri);
/* And of that at time slot SLOT, from 1. */
unsigned int conf_pri_channel(const struct conf_pri *pri, unsigned int slot);

#endif
