/* SPDX-License-Identifier: GPL-2.0 */
/* DTMF tones (ITU-T Q.23) for telephone events 0 to 15 (RFC 4733, section 3.2). */
#ifndef PHD_CORE_TONE_H
#define PHD_CORE_TONE_H

#include "kmod/core/types.h"

#define PHD_TONES 16

/**
 * struct phd_tone - a tone being made
 * @phase: of its two frequencies; a period is 1 << 16
 * @step: of each, a sample
 */
struct phd_tone {
	u16 phase[2];
	u16 step[2];
};

/* Row and column of the keypad, 0 to 3, of an event; and back. */
extern const u8 phd_tone_row[PHD_TONES];
extern const u8 phd_tone_column[PHD_TONES];

void phd_tone_begin(struct phd_tone *t, u8 event);
int phd_tone_next(struct phd_tone *t);

#endif
