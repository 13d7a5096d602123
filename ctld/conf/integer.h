/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libconfig wraps a number that does not fit without a word: 4294967356 is
 * read as 60. What it has read is therefore looked at again, as it is written.
 */
#ifndef PHONION_INTEGER_H
#define PHONION_INTEGER_H

#include "conf/reader.h"

/*
 * Refuses the first number in the files that ROOT came from which needs more
 * than 32 bits, or 64 with a trailing L; 0 or what conf_refuse() gives.
 */
int conf_integers_check(struct conf_reader *reader, const config_setting_t *root);

#endif
