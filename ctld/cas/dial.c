// SPDX-License-Identifier: GPL-2.0
/* A number goes out, by pulses or DTMF of DAHDI's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cas/internal.h"
#include "conf/conf.h"
#include "log/log.h"

#define DIGITS	 "0123456789*#"
#define PULSES	 "0123456789"
#define LIMIT_MS 180000 /* 63 zeros by pulses take less */

int cas_translate(const struct cas_line *line, const char *number, char *to)
{
	const char *digits;

	if (line->end == &end_exchange)
		return 0; /* a telephone is rung, not dialled */
	if (conf_number_dialled(line->conf.plus, number, to, CAS_NUMBER_SIZE))
		return -EINVAL;
	digits = line->conf.pulse || line->conf.signalling == CAS_R2 ? PULSES : DIGITS;
	return to[strspn(to, digits)] ? -EINVAL : 0;
}

static void on_limit(void *arg)
{
	cas_ended(arg, Q850_TEMPORARY_FAILURE);
}

static void on_ready(void *arg)
{
	struct cas_line *line = arg;
	struct cas_call *call = &line->call;
	char string[CAS_NUMBER_SIZE + 1];
	int err;

	snprintf(string, sizeof(string), "%c%s", line->conf.pulse ? 'P' : 'T', call->number);
	explicit_bzero(call->number, sizeof(call->number));
	call->stage = STAGE_DIALLING;
	err = line->channel->dial(line->fd, string);
	explicit_bzero(string, sizeof(string));
	if (!err) {
		cas_await(line, LIMIT_MS, on_limit);
		return;
	}
	log_error("a line cannot dial: %s",
		  err == -ENODATA ? "DAHDI has no tone zone" : strerror(-err));
	cas_ended(line, Q850_TEMPORARY_FAILURE);
}

void cas_dial_after(struct cas_line *line, uint32_t ms)
{
	line->call.ready = true;
	cas_await(line, ms, on_ready);
}

/* Who is told that it is dialled may hang up. */
bool cas_dial_completed(struct cas_line *line)
{
	struct cas_call *call = &line->call;

	if (call->stage != STAGE_DIALLING)
		return false;
	loop_timer_del(&call->timer);
	call->stage = STAGE_DIALLED;
	line->ops->dialled(call, line->arg);
	if (call->stage == STAGE_DIALLED &&
	    (call->early || (line->end == &end_telephone && line->conf.supervision == CAS_DIALLED)))
		cas_answered(line);
	return true;
}
