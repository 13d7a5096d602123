/* SPDX-License-Identifier: GPL-2.0 */
/* What a trunk of the kind "cas" has of its own. */
#ifndef PHONION_CONF_CAS_H
#define PHONION_CONF_CAS_H

#include "conf/value.h"

extern const char *const conf_cas_signallings[], *const conf_cas_supervisions[];
extern const char *const conf_cas_dials[], *const conf_cas_r2_variants[];

#define CONF_MAX_R2_DIGITS 32

CONF_VALUE(conf_cas_channels); /* struct conf_cas: "1-24", or [ 1, 2, 7 ] */
CONF_VALUE(conf_cas_plus);     /* char *, digits that are dialled for + */

void conf_cas_prepare(struct conf_cas *cas);
void conf_cas_clear(struct conf_cas *cas);

/* Keys that another kind has are refused, and what this kind must have is asked for. */
int conf_cas_check_keys(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *trunk);
/* No channel is of both, of which one is of this kind. */
int conf_cas_check_pair(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *a, const struct conf_trunk *b);

#endif
