// SPDX-License-Identifier: GPL-2.0
/* Far sides that are raised, or stay, with no caller. */
#include <stdlib.h>
#include <string.h>

#include "call/circuit.h"
#include "call/dial.h"
#include "call/half.h"
#include "call/standing.h"
#include "call/timing.h"
#include "log/log.h"
#include "loop/clock.h"

#define RETRY_MS  2000 /* to twice as long; doubled for each that came to nothing */
#define RETRY_MAX 5    /* times, at most */

struct standing {
	struct standing *next;
	struct calls *calls;
	char circuit[CIRCUIT_NAME_SIZE];
	bool open; /* while refreshing: it still is */
	bool done; /* not to be raised (again) */
	unsigned int in_vain;
	struct loop_timer timer;
};

static void on_due(void *arg);

static void arm(struct standing *standing, uint64_t ms)
{
	loop_timer_set(standing->calls->deps.loop, &standing->timer, ms, on_due, standing);
}

static void retry(struct standing *standing)
{
	uint64_t ms = RETRY_MS << standing->in_vain;

	standing->in_vain += standing->in_vain < RETRY_MAX;
	arm(standing, ms + token_u32() % ms);
}

/* On its way or up, alone or with a caller. */
static bool has_far(const struct calls *calls, const char *circuit)
{
	const struct call *call;

	for (call = calls->list; call; call = call->next)
		if (call->state != CALL_ENDED && side_present(&call->sides[SIDE_OUT]) &&
		    !strcmp(call->circuit, circuit))
			return true;
	return false;
}

static enum cause raise_far(struct calls *calls, const char *name)
{
	struct call *far;
	struct circuit circuit;
	enum cause cause = circuit_by_name(calls, name, &circuit);

	if (cause)
		return cause;
	far = call_new(calls, calls->conf, name);
	if (far) {
		far->timing = circuit.timing;
		far->not_before_ns = circuit.not_before_ns;
		far->not_after_ns = circuit.not_after_ns;
		far->sides[SIDE_IN].state = SIDE_DOWN;
		call_log(far, "raised before its caller comes");
		cause = dial(far, &circuit);
		if (cause)
			call_end(far, cause);
	}
	explicit_bzero(&circuit, sizeof(circuit));
	return cause;
}

static void on_due(void *arg)
{
	struct standing *standing = arg;
	struct calls *calls = standing->calls;
	enum cause cause = CAUSE_NORMAL;

	if (calls->stopping || standing->done)
		return;
	if (has_far(calls, standing->circuit))
		timing_meet(calls, standing->circuit);
	else
		cause = raise_far(calls, standing->circuit);
	if (!cause)
		return;
	log_warn("circuit %s: not raised: %s", circuit_shown(standing->circuit), cause_name(cause));
	retry(standing);
}

static struct standing *find(const struct calls *calls, const char *circuit)
{
	struct standing *standing;

	for (standing = calls->standing; standing; standing = standing->next)
		if (!strcmp(standing->circuit, circuit))
			return standing;
	return NULL;
}

/* After a restart late in the window it is drawn from what would have been the past. */
static uint64_t lead_ms(const struct circuit *circuit)
{
	uint64_t now = clock_realtime_ns(), due = circuit->not_before_ns;

	due += token_u32() % (circuit->timing.spread_s * 1000 + 1) * NS_PER_MS;
	return due > now ? (due - now) / NS_PER_MS + 1 : token_u32() % 1000;
}

static void on_open(const struct circuit *circuit, void *arg)
{
	struct calls *calls = arg;
	struct standing *standing = find(calls, circuit->name);

	if (!standing) {
		standing = calloc(1, sizeof(*standing));
		if (!standing)
			return; /* the next refresh tries again */
		standing->calls = calls;
		strcpy(standing->circuit, circuit->name);
		standing->next = calls->standing;
		calls->standing = standing;
		standing->done = circuit->timing.raise != HOP_RAISE_WINDOW;
		if (!standing->done)
			arm(standing, lead_ms(circuit));
	}
	standing->open = true;
}

/* Cancelled, or its window is over: who talks goes on till the kernel ends it. */
static void end_halves(struct calls *calls, const char *circuit)
{
	struct call *call, *next;

	for (call = calls->list; call; call = next) {
		next = call->next; /* freed only from the loop */
		if (call->state == CALL_STANDING && !strcmp(call->circuit, circuit))
			call_end(call, CAUSE_CLOSED);
	}
}

static void drop(struct standing **at)
{
	struct standing *standing = *at;

	*at = standing->next;
	loop_timer_del(&standing->timer);
	free(standing);
}

void standing_refresh(void *arg)
{
	struct calls *calls = arg;
	struct standing **at = &calls->standing, *standing;

	for (standing = calls->standing; standing; standing = standing->next)
		standing->open = false;
	circuit_each_standing(calls, on_open, calls);
	while (*at) {
		if ((*at)->open) {
			at = &(*at)->next;
			continue;
		}
		end_halves(calls, (*at)->circuit);
		drop(at);
	}
}

void standing_hurry(struct calls *calls, const char *circuit)
{
	struct standing *standing = find(calls, circuit);

	if (standing)
		arm(standing, 0);
}

void standing_up(struct calls *calls, const char *circuit)
{
	struct standing *standing = find(calls, circuit);

	if (standing)
		standing->in_vain = 0;
}

void standing_lost(struct calls *calls, const char *circuit)
{
	struct standing *standing = find(calls, circuit);

	if (standing)
		retry(standing);
}

void standing_done(struct calls *calls, const char *circuit)
{
	struct standing *standing = find(calls, circuit);

	if (standing)
		standing->done = true;
}

void standing_free(struct calls *calls)
{
	while (calls->standing)
		drop(&calls->standing);
}
