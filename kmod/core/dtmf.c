// SPDX-License-Identifier: GPL-2.0
#include "dtmf.h"

#define UNITS_PER_INTERVAL (PHN_DTMF_INTERVAL_MS * PHN_RTP_CLOCK / 1000)
#define PAUSE_INTERVALS	   (1000 / PHN_DTMF_INTERVAL_MS)
/* Packets that tell an event's end, the first one when it ends. */
#define ENDS		   3

/* RFC 4733, section 3.2, table 3; a pause is no event. */
static int event_code(u8 digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'A' && digit <= 'D')
		return 12 + digit - 'A';
	return digit == '*' ? 10 : digit == '#' ? 11 : -EINVAL;
}

static bool is_pause(u8 digit)
{
	return digit == 'p';
}

static u8 intervals(unsigned int ms)
{
	return (ms + PHN_DTMF_INTERVAL_MS - 1) / PHN_DTMF_INTERVAL_MS;
}

/**
 * phn_dtmf_script_init - begin with digits
 * @script: filled in on success
 * @digits: 0-9, *, #, A-D and p
 * @n: octets of @digits, 1 to PHN_DTMF_MAX_DIGITS
 * @tone_ms: that a digit lasts, 40 to 1000
 * @gap_ms: of silence after each, 60 to 1000, so that the ends fit
 *
 * Return: 0, or -EINVAL when one is not a digit, or there are none or too many.
 */
int phn_dtmf_script_init(struct phn_dtmf_script *script, const u8 *digits, size_t n,
			 unsigned int tone_ms, unsigned int gap_ms)
{
	size_t i;

	if (!n || n > PHN_DTMF_MAX_DIGITS)
		return -EINVAL;
	for (i = 0; i < n; i++)
		if (!is_pause(digits[i]) && event_code(digits[i]) < 0)
			return -EINVAL;
	memset(script, 0, sizeof(*script));
	memcpy(script->digits, digits, n);
	script->n = n;
	script->tone = intervals(tone_ms);
	script->gap = intervals(gap_ms);
	return 0;
}

/* The digit is over: it is not kept. */
static enum phn_dtmf_step next(struct phn_dtmf_script *script)
{
	script->digits[script->pos++] = 0;
	script->tick = 0;
	return script->pos < script->n ? PHN_DTMF_SILENCE : PHN_DTMF_DONE;
}

/**
 * phn_dtmf_step - an interval has passed
 * @script: the script; not to be stepped again once it is over
 * @event: filled in for PHN_DTMF_PACKET
 * @first: likewise: whether it is the event's first packet
 *
 * Return: what to do now.
 */
enum phn_dtmf_step phn_dtmf_step(struct phn_dtmf_script *script, struct phn_event *event,
				 bool *first)
{
	u8 digit = script->digits[script->pos];
	u8 tick = ++script->tick;

	if (is_pause(digit))
		return tick < PAUSE_INTERVALS ? PHN_DTMF_SILENCE : next(script);
	if (tick >= script->tone + ENDS)
		return tick < script->tone + script->gap ? PHN_DTMF_SILENCE : next(script);
	event->code = event_code(digit);
	event->end = tick >= script->tone;
	event->duration = (event->end ? script->tone : tick) * UNITS_PER_INTERVAL;
	*first = tick == 1;
	return PHN_DTMF_PACKET;
}
