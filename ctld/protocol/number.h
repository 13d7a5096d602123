/* SPDX-License-Identifier: GPL-2.0 */
/* What numbers, access codes and post-dial digits look like in the protocol. */
#ifndef PHONION_NUMBER_H
#define PHONION_NUMBER_H

#include <stdbool.h>

/* E.164 with +: 7 to 15 digits, the first of them not 0. */
bool number_valid(const char *number);
/* What numbers may begin with: + and 0 to 15 digits, the first of them not 0. */
bool prefix_valid(const char *prefix);
/* HOP_CODE_MIN_LEN to HOP_CODE_SIZE - 1 digits. */
bool code_valid(const char *code);
/* Up to HOP_POSTD_SIZE - 1 of digits, *, # and p. */
bool postd_valid(const char *postd);

#endif
