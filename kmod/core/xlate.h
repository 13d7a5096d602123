/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of each payload type of one leg on its way to the other. */
#ifndef PHN_CORE_XLATE_H
#define PHN_CORE_XLATE_H

#include <linux/phonion.h>

#include "types.h"

/**
 * struct phn_pt - a payload type that a leg carries
 * @number: RTP payload type number
 * @codec: enum phonion_codec
 */
struct phn_pt {
	u8 number;
	u8 codec;
};

/**
 * struct phn_xlate - what becomes of one payload type
 * @in: as it arrives
 * @out: as it leaves
 * @codec: enum phonion_codec, as it arrives
 * @table: conversion of each payload octet, or NULL
 */
struct phn_xlate {
	u8 in;
	u8 out;
	u8 codec;
	const u8 *table;
};

const struct phn_pt *phn_pt_of_codec(const struct phn_pt *pt, int n, u8 codec);
int phn_xlate_map(struct phn_xlate x[PHONION_MAX_PAYLOAD_TYPES], const struct phn_pt *from,
		  int n_from, const struct phn_pt *to, int n_to);

#endif
