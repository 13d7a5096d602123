// SPDX-License-Identifier: GPL-2.0
/* What comes from spans finds its side: who calls, and how what was dialled goes on. */
#include <stdio.h>
#include <string.h>

#include "call/circuit.h"
#include "call/dial.h"
#include "call/media.h"
#include "call/pri_internal.h"
#include "call/setup.h"
#include "isdn/isdn.h"
#include "isdn/q850.h"
#include "isdn/spans.h"

#define NUMBER_SIZE (CONF_MAX_CALLED_PREFIX + ISDN_NUMBER_SIZE)

static void refuse(struct calls *calls, struct isdn_call *from, enum cause cause)
{
	setup_refused(calls, cause);
	isdn_hangup(from, q850_of_status(cause_status(cause)));
}

static void begin(struct calls *calls, const struct conf_trunk *trunk,
		  const struct circuit *circuit, const char *number, struct isdn_call *from)
{
	struct call *call = setup_new(calls, circuit);
	struct side *in;

	if (!call) {
		refuse(calls, from, CAUSE_INTERNAL);
		return;
	}
	in = &call->sides[SIDE_IN];
	side_set_trunk(in, trunk);
	in->pri.call = from;
	in->state = SIDE_INVITING;
	isdn_call_set_owner(from, in);
	call_log(call, "set up");
	setup_place(call, circuit, number, pri_side_open_leg(in));
}

/* Digits may come one by one: as long as they may, a number that is none yet can become one. */
static void place(struct calls *calls, const struct conf_trunk *trunk, const char *number,
		  struct isdn_call *from, bool complete)
{
	struct circuit circuit = { 0 };
	enum cause cause = setup_select(calls, trunk, number, &circuit);

	if (!cause)
		begin(calls, trunk, &circuit, number, from);
	else if (complete || cause != CAUSE_NO_CIRCUIT)
		refuse(calls, from, cause);
	explicit_bzero(&circuit, sizeof(circuit));
}

static void on_incoming(const char *name, struct isdn_call *from, const struct isdn_setup *setup,
			void *arg)
{
	struct calls *calls = arg;
	const struct conf_trunk *trunk = conf_trunk_find(calls->conf->conf, name);
	char number[NUMBER_SIZE];
	bool whole = *setup->number == '+' || !trunk || !trunk->tdm.called_prefix;

	if (isdn_call_owner(from))
		return; /* digits that its circuit did not need */
	snprintf(number, sizeof(number), "%s%s", whole ? "" : trunk->tdm.called_prefix,
		 setup->number);
	if (trunk)
		place(calls, trunk, number, from, setup->complete);
	else
		refuse(calls, from, CAUSE_NO_CIRCUIT);
	explicit_bzero(number, sizeof(number));
}

/* Of a call that went out: CALL is hung up, the rest is told as if the peer had refused. */
static void fail(struct side *out, enum cause cause)
{
	isdn_hangup(out->pri.call, q850_of_status(cause_status(cause)));
	out->pri.call = NULL;
	dial_failed(out, cause);
}

static void went_on(struct side *out, bool alerting, bool inband)
{
	enum cause cause = pri_side_open_leg(out);

	if (cause)
		fail(out, cause);
	else
		dial_progress(out, alerting, inband && !dial_join(out));
}

static void on_progress(struct isdn_call *call, bool inband, void *arg)
{
	struct side *out = isdn_call_owner(call);

	(void)arg;
	if (out && out->state == SIDE_INVITING && inband)
		went_on(out, false, true);
}

static void on_alerting(struct isdn_call *call, bool inband, void *arg)
{
	struct side *out = isdn_call_owner(call);

	(void)arg;
	if (out && out->state == SIDE_INVITING)
		went_on(out, true, inband);
}

static void on_answered(struct isdn_call *call, void *arg)
{
	struct side *out = isdn_call_owner(call);

	(void)arg;
	if (!out)
		return;
	out->state = SIDE_UP;
	tdm_answered(out, pri_side_open_leg(out));
}

static void on_ended(struct isdn_call *call, int cause, void *arg)
{
	struct side *side = isdn_call_owner(call);

	(void)arg;
	if (!side)
		return; /* its number was not whole yet */
	side->pri.call = NULL;
	tdm_ended(side, cause);
}

static const struct spans_ops ops = {
	.incoming = on_incoming,
	.progress = on_progress,
	.alerting = on_alerting,
	.answered = on_answered,
	.ended = on_ended,
};

void pri_calls_new(struct calls *calls)
{
	if (calls->deps.spans)
		spans_use(calls->deps.spans, &ops, calls);
}
