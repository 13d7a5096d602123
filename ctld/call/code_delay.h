/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much later a code is looked at for the wrong ones that came before. It is
 * the same for right and wrong ones, so that a try takes its time, and it has a
 * limit, so that nobody is kept out by others' tries.
 */
#ifndef PHONION_CODE_DELAY_H
#define PHONION_CODE_DELAY_H

#include <stdint.h>

#define CODE_DELAY_STEP_MS 1000 /* for a wrong code */
#define CODE_DELAY_MAX_MS  8000
#define CODE_DELAY_FORGET  10 /* ms without a wrong code take back one */

struct code_delay {
	uint64_t ms, at_ms; /* zero to begin with */
};

/* In ms, at NOW_MS of a clock that never goes back. */
uint64_t code_delay(struct code_delay *delay, uint64_t now_ms);
void code_delay_wrong(struct code_delay *delay, uint64_t now_ms);

#endif
