// SPDX-License-Identifier: GPL-2.0
/* Access codes: what tells the reservations of a shared number apart. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/circuit.h"
#include "call/code.h"
#include "call/media.h"
#include "call/setup.h"
#include "call/timing.h"
#include "log/log.h"
#include "protocol/hop.h"

#define EVENT_STAR  10 /* RFC 4733, table 3 */
#define EVENT_POUND 11

struct code {
	char number[HOP_NUMBER_SIZE]; /* that was dialled */
	char digits[HOP_CODE_SIZE];
	size_t n; /* entered; more than fit are counted and not kept */
	bool entered;
	struct loop_timer timer;
};

static void arm(struct call *call, uint64_t ms, loop_fn fn)
{
	loop_timer_set(call->calls->deps.loop, &call->code->timer, ms, fn, call);
}

static void put_through(struct call *call, const struct circuit *circuit)
{
	enum cause cause = CAUSE_INTERNAL;

	code_forget(call);
	if (!setup_circuit(call, circuit)) {
		call_log(call, "its code is right");
		cause = timing_place(call, circuit);
	}
	if (cause)
		call_end(call, cause);
}

static void on_look(void *arg)
{
	struct call *call = arg;
	struct calls *calls = call->calls;
	struct code *code = call->code;
	struct circuit circuit;
	enum cause cause = CAUSE_CODE_WRONG;

	if (code->n < sizeof(code->digits))
		cause = circuit_by_code(calls, call->sides[SIDE_IN].trunk, code->number,
					code->digits, &circuit);
	if (cause == CAUSE_CODE_WRONG)
		code_delay_wrong(&calls->code_delay, loop_now(calls->deps.loop));
	if (cause)
		call_end(call, cause);
	else
		put_through(call, &circuit);
	explicit_bzero(&circuit, sizeof(circuit));
}

static void on_entered(void *arg)
{
	struct call *call = arg;
	struct calls *calls = call->calls;

	call->code->entered = true;
	arm(call, code_delay(&calls->code_delay, loop_now(calls->deps.loop)), on_look);
}

static void on_nothing(void *arg)
{
	call_end(arg, CAUSE_CODE_TIMEOUT);
}

void code_event(struct call *call, uint8_t event)
{
	struct code *code = call->code;

	if (!code || code->entered || event > EVENT_POUND)
		return;
	if (event == EVENT_STAR) {
		explicit_bzero(code->digits, sizeof(code->digits));
		code->n = 0;
		arm(call, CODE_FIRST_MS, on_nothing);
		return;
	}
	if (event == EVENT_POUND) {
		on_entered(call);
		return;
	}
	if (code->n < sizeof(code->digits) - 1)
		code->digits[code->n] = '0' + event;
	code->n += code->n < sizeof(code->digits);
	arm(call, CODE_GAP_MS, on_entered);
}

bool code_make_room(struct calls *calls, const struct conf_trunk *trunk)
{
	struct call *call, *longest = NULL;

	/* Calls are asked for a code as they come, and the newest are first in the list. */
	for (call = calls->list; call; call = call->next)
		if (call->code && (!trunk || call->sides[SIDE_IN].trunk == trunk))
			longest = call;
	if (longest)
		call_end(longest, CAUSE_CODE_CROWD);
	return longest;
}

static size_t waiting(const struct calls *calls)
{
	const struct call *call;
	size_t n = 0;

	for (call = calls->list; call; call = call->next)
		n += call->code != NULL;
	return n;
}

enum cause code_acked(struct call *call)
{
	struct side *in = &call->sides[SIDE_IN];

	if (!in->ops->hears_digits(in))
		return CAUSE_NO_EVENTS;
	media_play(in, SOUND_PROMPT); /* of an offer that was ours, it is known where only now */
	return CAUSE_NORMAL;
}

enum cause code_ask(struct call *call, const char *number)
{
	struct side *in = &call->sides[SIDE_IN];
	struct code *code;
	int err;

	if (!in->ops->hears_digits(in))
		return CAUSE_NO_EVENTS;
	if (waiting(call->calls) >= call->conf->conf->relay->code_calls)
		code_make_room(call->calls, NULL);
	code = calloc(1, sizeof(*code));
	if (!code)
		return CAUSE_INTERNAL;
	strncpy(code->number, number, sizeof(code->number) - 1);
	call->code = code;
	call->state = CALL_CODE;
	err = setup_answer(in);
	if (err)
		return CAUSE_INTERNAL;
	call_log(call, "answered, to be told an access code");
	media_play(in, SOUND_PROMPT);
	arm(call, CODE_FIRST_MS, on_nothing);
	return CAUSE_NORMAL;
}

void code_forget(struct call *call)
{
	if (!call->code)
		return;
	loop_timer_del(&call->code->timer);
	explicit_bzero(call->code, sizeof(*call->code));
	free(call->code);
	call->code = NULL;
}
