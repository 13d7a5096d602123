// SPDX-License-Identifier: GPL-2.0
/* How much later a code is looked at for the wrong ones that came before. */
#include "call/code_delay.h"

uint64_t code_delay(struct code_delay *delay, uint64_t now_ms)
{
	uint64_t taken_back = (now_ms - delay->at_ms) / CODE_DELAY_FORGET;

	delay->ms -= taken_back < delay->ms ? taken_back : delay->ms;
	/* What is left of a division by CODE_DELAY_FORGET is not lost. */
	delay->at_ms += delay->ms ? taken_back * CODE_DELAY_FORGET : now_ms - delay->at_ms;
	return delay->ms;
}

void code_delay_wrong(struct code_delay *delay, uint64_t now_ms)
{
	uint64_t ms = code_delay(delay, now_ms) + CODE_DELAY_STEP_MS;

	delay->ms = ms < CODE_DELAY_MAX_MS ? ms : CODE_DELAY_MAX_MS;
}
