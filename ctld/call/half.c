// SPDX-License-Identifier: GPL-2.0
/* Calls with one side. */
#include <string.h>

#include "call/half.h"
#include "call/legs.h"
#include "call/state.h"

bool half_is(const struct call *call, enum side_id id)
{
	const struct side *side = &call->sides[id];

	return call->state == CALL_STANDING && side->state == SIDE_UP &&
	       !side_present(&call->sides[!id]);
}

struct call *half_find_far(const struct calls *calls, const char *circuit)
{
	struct call *call;

	for (call = calls->list; call; call = call->next)
		if (half_is(call, SIDE_OUT) && !strcmp(call->circuit, circuit))
			return call;
	return NULL;
}

static bool is_idle(const struct side *side)
{
	return side->state == SIDE_UP && side->ops->is_idle(side);
}

static void take(struct side *to, struct side *from)
{
	struct call *call = to->call, *old = from->call;

	legs_remove(to);
	legs_remove(from);
	*to = *from;
	to->call = call;
	legs_add(to);
	to->ops->moved(to, from);
	side_init(old, from->id);
	from->state = SIDE_DOWN;
}

struct call *half_split(struct side *side)
{
	struct call *call = side->call;
	struct call *half = is_idle(side) ? call_new(call->calls, call->conf, call->circuit) : NULL;

	if (!half)
		return NULL;
	half->state = CALL_STANDING;
	half->timing = call->timing;
	half->not_before_ns = call->not_before_ns;
	half->not_after_ns = call->not_after_ns;
	take(&half->sides[side->id], side);
	half->sides[!side->id].state = SIDE_DOWN;
	call->bridged = false;
	return half;
}

void half_join(struct call *call, struct call *far)
{
	take(&call->sides[SIDE_OUT], &far->sides[SIDE_OUT]);
	loop_timer_del(&far->timer);
	state_remove(far);
	far->state = CALL_ENDED;
	far->sides[SIDE_IN].state = SIDE_DOWN;
	call_reap(far);
}
