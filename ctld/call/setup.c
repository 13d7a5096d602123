// SPDX-License-Identifier: GPL-2.0
/* The near side of a call, whatever its trunk is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/circuit.h"
#include "call/code.h"
#include "call/media.h"
#include "call/setup.h"
#include "call/timing.h"
#include "log/log.h"

/* Who waits for a code holds a place only until somebody else needs it. */
enum cause setup_select(struct calls *calls, const struct conf_trunk *trunk, const char *number,
			struct circuit *circuit)
{
	enum cause cause;

	if (calls->stopping)
		return CAUSE_SHUTDOWN;
	if (!number)
		return CAUSE_NO_CIRCUIT;
	cause = circuit_select(calls, trunk, number, circuit);
	if (cause == CAUSE_TRUNK_FULL && code_make_room(calls, trunk))
		cause = circuit_select(calls, trunk, number, circuit);
	return cause;
}

void setup_refused(struct calls *calls, enum cause cause)
{
	calls->ended[cause]++;
	log_debug("call refused: %s", cause_name(cause));
}

struct call *setup_new(struct calls *calls, const struct circuit *circuit)
{
	struct call *call = call_new(calls, calls->conf, circuit->name);

	if (!call)
		return NULL;
	calls->total++;
	call->not_before_ns = circuit->not_before_ns;
	call->not_after_ns = circuit->not_after_ns;
	return call;
}

struct call *setup_dialling(struct calls *calls)
{
	struct call *call = call_new(calls, calls->conf, "-");

	if (!call)
		return NULL;
	calls->total++;
	call->state = CALL_DIALLING;
	return call;
}

bool setup_digit(struct side *in, uint8_t event)
{
	if (in->call->state != CALL_DIALLING)
		return false;
	in->ops->heard(in, event);
	return true;
}

int setup_circuit(struct call *call, const struct circuit *circuit)
{
	char *name = strdup(circuit->name);

	if (!name)
		return -ENOMEM;
	free(call->circuit);
	call->circuit = name;
	call->state = CALL_SETUP;
	call->not_before_ns = circuit->not_before_ns;
	call->not_after_ns = circuit->not_after_ns;
	return 0;
}

void setup_dialled(struct call *call, const struct circuit *circuit, const char *number)
{
	int err = setup_circuit(call, circuit);

	if (!err)
		call_log(call, "set up");
	setup_place(call, circuit, number, err ? CAUSE_INTERNAL : CAUSE_NORMAL);
}

void setup_place(struct call *call, const struct circuit *circuit, const char *number,
		 enum cause cause)
{
	if (!cause)
		cause = circuit->ask_code ? code_ask(call, number) : timing_place(call, circuit);
	if (cause)
		call_end(call, cause);
}

void setup_ring(struct side *in, bool alerting, bool media)
{
	if (in->state == SIDE_INVITING)
		in->ops->ring(in, alerting, media);
	else if (media && tdm_has_channel(side_other(in))) /* he was answered before */
		media_play(in, SOUND_NONE);
	else if (alerting)
		media_play(in, SOUND_RING);
}

int setup_answer(struct side *in)
{
	return in->state == SIDE_INVITING ? in->ops->answer(in) : 0;
}
