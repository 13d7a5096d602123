// SPDX-License-Identifier: GPL-2.0
/* A line's call, and what is asked of it from above. */
#include <errno.h>
#include <string.h>

#include "cas/internal.h"

#define FIRST_DIGIT_MS 15000
#define INTERDIGIT_MS  4000
#define DIGITS	       "0123456789*#"

static uint32_t or_default(uint32_t ms, uint32_t other)
{
	return ms ? ms : other;
}

void cas_await(struct cas_line *line, uint32_t ms, loop_fn fn)
{
	loop_timer_set(line->loop, &line->call.timer, ms, fn, line);
}

void cas_begin(struct cas_line *line, enum call_stage stage)
{
	struct cas_call *call = &line->call;

	call->stage = stage;
	call->ready = call->early = false;
	line->state = CAS_BUSY;
}

/* Nothing of it stays but whose it was. */
static void forget(struct cas_line *line, int cause)
{
	struct cas_call *call = &line->call;

	if (call->stage == STAGE_ACTIVE && line_outlives(line))
		line->ops->active(line, false, line->arg);
	loop_timer_del(&call->timer);
	explicit_bzero(call->number, sizeof(call->number));
	call->stage = STAGE_NONE;
	line->cause = cause;
	line->counters.ended[cause & 127]++;
}

void cas_ended(struct cas_line *line, int cause)
{
	bool known = line->call.stage != STAGE_SETTLING;

	forget(line, cause);
	if (known)
		line->ops->ended(&line->call, cause, line->arg);
	line->call.owner = NULL;
	line_over(line);
}

static void activate(struct cas_line *line)
{
	loop_timer_del(&line->call.timer);
	line->call.stage = STAGE_ACTIVE;
	line->counters.answered++;
	if (line_outlives(line))
		line->ops->active(line, true, line->arg);
}

void cas_answered(struct cas_line *line)
{
	activate(line);
	line->ops->answered(&line->call, line->arg);
}

static struct cas_setup setup_of(const struct cas_call *call)
{
	return (struct cas_setup){ .number = call->number,
				   .complete = call->stage != STAGE_DIGITS };
}

static void on_no_digit(void *arg)
{
	cas_ended(arg, Q850_INVALID_NUMBER);
}

void cas_incoming(struct cas_line *line, const char *number)
{
	struct cas_setup setup;

	cas_begin(line, number ? STAGE_OFFERED : STAGE_DIGITS);
	line->counters.incoming++;
	strncpy(line->call.number, number ? number : "", CAS_NUMBER_SIZE - 1);
	if (!number)
		cas_await(line, or_default(line->conf.first_digit_ms, FIRST_DIGIT_MS), on_no_digit);
	setup = setup_of(&line->call);
	line->ops->incoming(&line->call, &setup, line->arg);
}

static void tell(struct cas_line *line)
{
	struct cas_setup setup = setup_of(&line->call);

	line->ops->digits(&line->call, &setup, line->arg);
}

static void on_interdigit(void *arg)
{
	struct cas_line *line = arg;

	line->call.stage = STAGE_OFFERED;
	tell(line);
}

static void on_digits(void *arg)
{
	struct cas_line *line = arg;

	if (line->call.stage == STAGE_DIGITS)
		cas_await(line, or_default(line->conf.interdigit_ms, INTERDIGIT_MS), on_interdigit);
	tell(line);
}

/* What is dialled is told from the loop. */
static int add_digit(struct cas_call *call, char digit)
{
	size_t len = strlen(call->number);

	if (digit == '#' && len)
		call->stage = STAGE_OFFERED;
	else if (len + 1 >= sizeof(call->number))
		return -ENOSPC;
	else
		call->number[len] = digit;
	cas_await(call->line, 0, on_digits);
	return 0;
}

int cas_call_digit(struct cas_call *call, char digit)
{
	if (call->stage != STAGE_DIGITS)
		return -ENOTCONN;
	return digit && strchr(DIGITS, digit) ? add_digit(call, digit) : -EINVAL;
}

void cas_pulse(struct cas_line *line, char digit)
{
	struct cas_call *call = &line->call;

	if (call->stage != STAGE_DIGITS)
		line->ops->pulse(call, digit, line->arg);
	else if (add_digit(call, digit))
		cas_ended(line, Q850_INVALID_NUMBER);
}

void cas_flash(struct cas_line *line)
{
	line->counters.flash++;
	line->ops->flash(&line->call, line->arg);
}

int cas_call_new(struct cas_line *line, const char *number, void *owner, struct cas_call **call)
{
	int err;

	if (line->alarm || line->state != CAS_IDLE)
		return line->alarm ? -ENETDOWN : -EBUSY;
	err = cas_translate(line, number, line->call.number);
	if (!err)
		err = line->end->seize(line);
	if (err) {
		explicit_bzero(line->call.number, sizeof(line->call.number));
		return err;
	}
	line->call.owner = owner;
	line->counters.outgoing++;
	*call = &line->call;
	return 0;
}

int cas_answer(struct cas_call *call)
{
	int err;

	if (call->stage != STAGE_DIGITS && call->stage != STAGE_OFFERED)
		return -ENOTCONN;
	err = call->line->end->answer(call->line);
	if (err)
		return err;
	activate(call->line);
	if (call->line->end->answered)
		call->line->end->answered(call->line);
	return 0;
}

void cas_hangup(struct cas_call *call, int cause)
{
	if (call->stage == STAGE_NONE)
		return;
	forget(call->line, cause);
	call->owner = NULL;
	line_over(call->line);
}

void *cas_call_owner(const struct cas_call *call)
{
	return call->owner;
}

void cas_call_set_owner(struct cas_call *call, void *owner)
{
	call->owner = owner;
}

struct cas_line *cas_call_line(const struct cas_call *call)
{
	return call->line;
}
