// SPDX-License-Identifier: GPL-2.0
/* The life of one call. */
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "call/circuit.h"
#include "call/code.h"
#include "call/legs.h"
#include "call/media.h"
#include "call/state.h"
#include "control/control.h"
#include "log/log.h"

struct side *side_other(const struct side *side)
{
	return &side->call->sides[side->id == SIDE_IN ? SIDE_OUT : SIDE_IN];
}

/* The journal adds the time, and such lines are a record of calls: none is for the disk. */
void call_log(const struct call *call, const char *what)
{
	log_debug("call %u (circuit %s): %s", call->id, circuit_shown(call->circuit), what);
}

void call_warn(const struct call *call, const char *what, const char *why)
{
	log_warn("call %u (circuit %s): %s: %s", call->id, circuit_shown(call->circuit), what, why);
}

void call_event(const struct call *call, const char *name)
{
	struct control *control = call->calls->deps.control;

	if (control)
		control_event(control,
			      json_pack("{s:s, s:i, s:s}", "event", name, "id", (int)call->id,
					"circuit", circuit_shown(call->circuit)));
}

void side_init(struct call *call, enum side_id id)
{
	struct side *side = &call->sides[id];

	memset(side, 0, sizeof(*side));
	side->call = call;
	side->id = id;
	token_bytes(side->leg.uid, sizeof(side->leg.uid));
	legs_add(side);
}

static const struct side_ops *const side_kinds[] = {
	[TRUNK_SIP] = &sip_side_ops,
#ifdef HAVE_PRI
	[TRUNK_PRI] = &pri_side_ops,
#endif
	[TRUNK_CAS] = &cas_side_ops,
};

void side_set_trunk(struct side *side, const struct conf_trunk *trunk)
{
	side->ops = side_kinds[trunk->kind];
	side->ops->init(side);
	side->trunk = trunk;
	side->conf = side->call->calls->conf;
	side->conf->refs++;
}

void side_down(struct side *side)
{
	side->state = SIDE_DOWN;
	call_reap(side->call);
}

void side_end(struct side *side, enum cause cause)
{
	if (side->state == SIDE_NONE)
		side_down(side);
	else if (side->state != SIDE_DOWN)
		side->ops->end(side, cause);
}

struct call *call_new(struct calls *calls, struct conf_ref *conf, const char *circuit)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->circuit = strdup(circuit);
	if (!call->circuit) {
		free(call);
		return NULL;
	}
	call->calls = calls;
	call->id = ++calls->last_id;
	call->conf = conf;
	conf->refs++;
	side_init(call, SIDE_IN);
	side_init(call, SIDE_OUT);
	call->at = &calls->list;
	call->next = calls->list;
	if (call->next)
		call->next->at = &call->next;
	calls->list = call;
	calls->n++;
	return call;
}

static void free_side(struct side *side)
{
	if (side->ops)
		side->ops->release(side);
	conf_ref_put(side->conf);
	legs_remove(side);
}

static void unlink_call(struct call *call)
{
	*call->at = call->next;
	if (call->next)
		call->next->at = call->at;
	call->calls->n--;
}

void call_free(struct call *call)
{
	unlink_call(call);
	code_forget(call);
	explicit_bzero(call->postd, sizeof(call->postd));
	loop_timer_del(&call->timer);
	loop_timer_del(&call->reaper);
	free_side(&call->sides[SIDE_IN]);
	free_side(&call->sides[SIDE_OUT]);
	conf_ref_put(call->conf);
	free(call->circuit);
	free(call);
}

static void on_reap(void *arg)
{
	struct call *call = arg;
	struct calls *calls = call->calls;

	call_free(call);
	if (calls->stopping && !calls_ending(calls))
		calls->on_idle(calls->idle_arg);
}

void call_reap(struct call *call)
{
	if (call->state == CALL_ENDED && call->sides[SIDE_IN].state == SIDE_DOWN &&
	    call->sides[SIDE_OUT].state == SIDE_DOWN)
		loop_timer_set(call->calls->deps.loop, &call->reaper, 0, on_reap, call);
}

void call_end(struct call *call, enum cause cause)
{
	if (call->state == CALL_ENDED)
		return;
	call->state = CALL_ENDED;
	call->cause = cause;
	call->calls->ended[cause]++;
	loop_timer_del(&call->timer);
	code_forget(call);
	explicit_bzero(call->postd, sizeof(call->postd));
	media_close(call);
	state_remove(call);
	log_debug("call %u (circuit %s): ended: %s", call->id, circuit_shown(call->circuit),
		  cause_name(cause));
	call_event(call, "call.ended");
	side_end(&call->sides[SIDE_IN], cause);
	side_end(&call->sides[SIDE_OUT], cause);
}
