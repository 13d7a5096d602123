/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTMF digits as telephone events (RFC 4733): what to send in each interval.
 *
 * An event's first packet leaves one interval after it began and has lasted so
 * long; one packet an interval follows, and the end is sent three times
 * (sections 2.5.1.2 to 2.5.1.4).
 */
#ifndef PHN_CORE_DTMF_H
#define PHN_CORE_DTMF_H

#include "rtp.h"

#define PHN_DTMF_INTERVAL_MS 20
#define PHN_DTMF_MAX_DIGITS  32

/**
 * struct phn_dtmf_script - digits to send
 * @digits: 0-9, *, #, A-D, and p for a pause
 * @n: entries of @digits
 * @pos: the one that is being sent
 * @tick: intervals since it began
 * @tone: intervals that a digit lasts
 * @gap: intervals of silence after it
 */
struct phn_dtmf_script {
	u8 digits[PHN_DTMF_MAX_DIGITS];
	u8 n;
	u8 pos;
	u8 tick;
	u8 tone;
	u8 gap;
};

/**
 * enum phn_dtmf_step - what an interval brings
 * @PHN_DTMF_SILENCE: nothing is to be sent
 * @PHN_DTMF_PACKET: a packet
 * @PHN_DTMF_DONE: nothing, and the script is over
 */
enum phn_dtmf_step {
	PHN_DTMF_SILENCE,
	PHN_DTMF_PACKET,
	PHN_DTMF_DONE,
};

int phn_dtmf_script_init(struct phn_dtmf_script *script, const u8 *digits, size_t n,
			 unsigned int tone_ms, unsigned int gap_ms);
enum phn_dtmf_step phn_dtmf_step(struct phn_dtmf_script *script, struct phn_event *event,
				 bool *first);

#endif
