// SPDX-License-Identifier: GPL-2.0
/* Which circuit a dialled number is the ingress of, and may it be used now? */
#include <string.h>
#include <time.h>

#include "call/circuit.h"
#include "log/log.h"

static uint64_t realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

unsigned int circuit_calls(const struct calls *calls, const char *circuit)
{
	const struct call *call;
	unsigned int n = 0;

	for (call = calls->list; call; call = call->next)
		n += call->state != CALL_ENDED && !strcmp(call->circuit, circuit);
	return n;
}

static bool side_uses(const struct side *side, const char *trunk)
{
	return side->trunk && !strcmp(side->trunk->name, trunk);
}

unsigned int trunk_calls(const struct calls *calls, const char *trunk)
{
	const struct call *call;
	unsigned int n = 0;

	for (call = calls->list; call; call = call->next)
		if (call->state != CALL_ENDED)
			n += side_uses(&call->sides[SIDE_IN], trunk) +
			     side_uses(&call->sides[SIDE_OUT], trunk);
	return n;
}

static bool trunk_full(const struct calls *calls, const struct conf_trunk *trunk)
{
	return trunk->max_calls && trunk_calls(calls, trunk->name) >= trunk->max_calls;
}

/* [not-before, not-after); the kernel enforces the same on the legs. */
static enum cause check_window(const struct conf_circuit *circuit)
{
	uint64_t now = realtime_ns();

	if (circuit->not_before_ns && now < circuit->not_before_ns)
		return CAUSE_NOT_OPEN;
	if (circuit->not_after_ns && now >= circuit->not_after_ns)
		return CAUSE_CLOSED;
	return CAUSE_NORMAL;
}

enum cause circuit_select(const struct calls *calls, const struct conf_trunk *trunk,
			  const char *number, const struct conf_circuit **circuit)
{
	const struct conf_circuit *found = conf_circuit_find(calls->conf->conf, trunk, number);
	enum cause cause;

	if (!found)
		return CAUSE_NO_CIRCUIT;
	cause = check_window(found);
	if (cause)
		return cause;
	if (found->max_calls && circuit_calls(calls, found->name) >= found->max_calls)
		return CAUSE_CIRCUIT_FULL;
	if (trunk_full(calls, found->in) || trunk_full(calls, found->out))
		return CAUSE_TRUNK_FULL;
	if (!conf_number_allowed(found->out, found->next)) {
		log_warn("circuit %s: trunk %s must not dial %s", found->name, found->out->name,
			 log_number(found->next));
		return CAUSE_NUMBER_DENIED;
	}
	*circuit = found;
	return CAUSE_NORMAL;
}
