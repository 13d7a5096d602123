/* SPDX-License-Identifier: GPL-2.0 */
/* Conversion between the two laws of G.711 (ITU-T G.711, tables 3 and 4). */
#ifndef PHN_CORE_G711_H
#define PHN_CORE_G711_H

#include "types.h"

/* A-law of a u-law octet, and u-law of an A-law octet. */
extern const u8 phn_ulaw_to_alaw[256];
extern const u8 phn_alaw_to_ulaw[256];

void phn_g711_convert(const u8 table[256], u8 *data, size_t len);

#endif
