/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CONF_CIRCUIT_H
#define PHONION_CONF_CIRCUIT_H

#include "conf/reader.h"

/* Reads "circuits = ( ... )", after the trunks; a conf_value_fn. */
int conf_circuits(struct conf_reader *reader, const config_setting_t *setting,
		  const struct conf_key *key, void *to);
void conf_circuit_clear(struct conf_circuit *circuit);

#endif
