/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of values; each is a conf_value_fn. */
#ifndef PHONION_CONF_VALUE_H
#define PHONION_CONF_VALUE_H

#include "conf/reader.h"

#define CONF_VALUE(name)                                                      \
	int name(struct conf_reader *reader, const config_setting_t *setting, \
		 const struct conf_key *key, void *to)

CONF_VALUE(conf_uint);	  /* unsigned int, in the key's range */
CONF_VALUE(conf_seconds); /* uint32_t, milliseconds from seconds in the key's range */
CONF_VALUE(conf_bool);	  /* bool */
CONF_VALUE(conf_word);	  /* unsigned int, index into the key's words */
CONF_VALUE(conf_path);	  /* char *, absolute; key->max octets at most */
/* char *, 1 to 64 octets, or the key's max, of UTF-8 without control characters */
CONF_VALUE(conf_string);
CONF_VALUE(conf_name);	   /* char *, of a trunk or circuit */
CONF_VALUE(conf_number);   /* char *, telephone number */
CONF_VALUE(conf_prefixes); /* struct conf_prefixes */
CONF_VALUE(conf_endpoint); /* struct sockaddr_storage, port 5060 when left out */
CONF_VALUE(conf_host);	   /* struct sockaddr_storage without a port */
CONF_VALUE(conf_listener); /* struct sockaddr_storage with a port; may be all addresses */
CONF_VALUE(conf_time);	   /* uint64_t, nanoseconds of CLOCK_REALTIME */

/* The string of SETTING, or NULL after a refusal, whose error is in *err. */
const char *conf_text(struct conf_reader *reader, const config_setting_t *setting, int *err);
/* Index of TEXT in the key's words; refused when it is none of them. */
int conf_word_index(struct conf_reader *reader, const config_setting_t *setting,
		    const struct conf_key *key, unsigned int *index);

#endif
