// SPDX-License-Identifier: GPL-2.0
/* What comes from lines finds its side: who calls, what he dials, and how what was dialled goes on. */
#include <stdio.h>
#include <string.h>

#include "call/cas_internal.h"
#include "call/circuit.h"
#include "call/code.h"
#include "call/dial.h"
#include "call/media.h"
#include "call/setup.h"
#include "cas/cas.h"
#include "cas/lines.h"
#include "isdn/q850.h"

#define NUMBER_SIZE (CONF_MAX_CALLED_PREFIX + CAS_NUMBER_SIZE)

static void called(const struct conf_trunk *trunk, const struct cas_setup *setup,
		   char number[NUMBER_SIZE])
{
	const char *prefix = trunk->tdm.called_prefix;

	snprintf(number, NUMBER_SIZE, "%s%s", prefix && *setup->number != '+' ? prefix : "",
		 setup->number);
}

/* As long as digits may come, a number that is none yet can become one. */
static void place(struct side *in, const struct cas_setup *setup)
{
	struct calls *calls = in->call->calls;
	const struct conf_trunk *trunk = conf_trunk_find(calls->conf->conf, in->trunk->name);
	struct circuit circuit = { 0 };
	char number[NUMBER_SIZE];
	enum cause cause = CAUSE_NO_CIRCUIT;

	called(in->trunk, setup, number);
	if (trunk)
		cause = setup_select(calls, trunk, number, &circuit);
	if (!cause)
		setup_dialled(in->call, &circuit, number);
	else if (setup->complete || cause != CAUSE_NO_CIRCUIT)
		call_end(in->call, cause);
	explicit_bzero(&circuit, sizeof(circuit));
	explicit_bzero(number, sizeof(number));
}

static void begin(struct side *in, const struct cas_setup *setup)
{
	enum cause cause = cas_side_open_leg(in);

	if (cause)
		call_end(in->call, cause);
	else if (*setup->number)
		place(in, setup);
	else
		media_play(in, SOUND_DIAL);
}

static void refuse(struct calls *calls, struct cas_call *from, enum cause cause)
{
	setup_refused(calls, cause);
	cas_hangup(from, q850_of_status(cause_status(cause)));
}

static int on_offered(const char *name, const struct cas_setup *setup, void *arg)
{
	struct calls *calls = arg;
	const struct conf_trunk *trunk = conf_trunk_find(calls->conf->conf, name);
	struct circuit circuit = { 0 };
	char number[NUMBER_SIZE];
	enum cause cause = CAUSE_NO_CIRCUIT;

	if (trunk) {
		called(trunk, setup, number);
		cause = setup_select(calls, trunk, number, &circuit);
		explicit_bzero(number, sizeof(number));
		explicit_bzero(&circuit, sizeof(circuit));
	}
	if (!cause)
		return 0;
	setup_refused(calls, cause);
	return q850_of_status(cause_status(cause));
}

static void on_incoming(const char *name, struct cas_call *from, const struct cas_setup *setup,
			void *arg)
{
	struct calls *calls = arg;
	const struct conf_trunk *trunk = conf_trunk_find(calls->conf->conf, name);
	struct call *call = NULL;
	struct side *in;

	if (trunk && !calls->stopping)
		call = setup_dialling(calls);
	if (!call) {
		refuse(calls, from, trunk ? CAUSE_SHUTDOWN : CAUSE_NO_CIRCUIT);
		return;
	}
	in = &call->sides[SIDE_IN];
	side_set_trunk(in, trunk);
	in->cas.call = from;
	in->state = SIDE_INVITING;
	cas_call_set_owner(from, in);
	call_log(call, "a line is seized");
	begin(in, setup);
}

static void on_digits(struct cas_call *call, const struct cas_setup *setup, void *arg)
{
	struct side *in = cas_call_owner(call);

	(void)arg;
	if (!in || in->call->state != CALL_DIALLING)
		return; /* digits that its circuit did not need */
	media_play(in, SOUND_NONE);
	place(in, setup);
}

/* Of a call that went out: CALL is hung up, the rest is told as if the far end had refused. */
static void fail(struct side *out, enum cause cause)
{
	cas_hangup(out->cas.call, q850_of_status(cause_status(cause)));
	out->cas.call = NULL;
	dial_failed(out, cause);
}

static void on_dialled(struct cas_call *call, void *arg)
{
	struct side *out = cas_call_owner(call);
	enum cause cause;

	(void)arg;
	if (!out)
		return;
	cause = cas_side_open_leg(out);
	if (cause)
		fail(out, cause);
	else
		dial_progress(out, false, !dial_join(out));
}

static void on_alerting(struct cas_call *call, void *arg)
{
	struct side *out = cas_call_owner(call);

	(void)arg;
	if (out)
		dial_progress(out, true, false);
}

static void on_answered(struct cas_call *call, void *arg)
{
	struct side *out = cas_call_owner(call);

	(void)arg;
	if (!out)
		return;
	out->state = SIDE_UP;
	tdm_answered(out, cas_side_open_leg(out));
}

/* A rotary dial is heard by nobody beyond its exchange: what it dials goes on in tones. */
static void on_pulse(struct cas_call *from, char digit, void *arg)
{
	struct side *side = cas_call_owner(from);
	const char digits[] = { digit, '\0' };
	struct call *call;

	(void)arg;
	if (!side)
		return;
	call = side->call;
	if (side->id == SIDE_IN && call->code)
		code_event(call, digit - '0');
	else if (call->state == CALL_ANSWERED)
		calls_ops(call->calls)
			->leg_dtmf(call->calls->deps.dp, side_other(side)->leg.id, digits);
}

static void on_ended(struct cas_call *call, int cause, void *arg)
{
	struct side *side = cas_call_owner(call);

	(void)arg;
	if (!side)
		return;
	side->cas.call = NULL;
	tdm_ended(side, cause);
}

static const struct lines_ops ops = {
	.offered = on_offered,
	.incoming = on_incoming,
	.digits = on_digits,
	.dialled = on_dialled,
	.alerting = on_alerting,
	.answered = on_answered,
	.pulse = on_pulse,
	.ended = on_ended,
};

void cas_calls_new(struct calls *calls)
{
	if (calls->deps.lines)
		lines_use(calls->deps.lines, &ops, calls);
}
