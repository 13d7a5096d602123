// SPDX-License-Identifier: GPL-2.0
/* Calls, and what is asked of them from above. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isdn/internal.h"

#define DIGITS	  "0123456789*#"
#define MODE_BITS 3 /* of a reference, which libpri tells apart */

struct isdn_call *call_add(struct isdn_span *span, q931_call *q931)
{
	struct isdn_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->span = span;
	call->q931 = q931;
	call->next = span->calls;
	span->calls = call;
	return call;
}

struct isdn_call *call_find(const struct isdn_span *span, const q931_call *q931)
{
	struct isdn_call *call = span->calls;

	while (call && call->q931 != q931)
		call = call->next;
	return call;
}

unsigned int call_reference(const struct isdn_call *call)
{
	int mode = 0, value = pri_get_crv(call->span->pri, call->q931, &mode);

	return value < 0 ? 0 : (unsigned int)(value << MODE_BITS | mode);
}

struct isdn_call *call_with(const struct isdn_span *span, bool incoming, unsigned int reference)
{
	struct isdn_call *call = span->calls;

	while (call && (call->incoming != incoming || call_reference(call) != reference))
		call = call->next;
	return call;
}

void call_remove(struct isdn_call *call)
{
	struct isdn_call **at = &call->span->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	loop_timer_del(&call->t302);
	channel_put(call);
	explicit_bzero(call, sizeof(*call)); /* it holds a number */
	free(call);
}

void call_ended(struct isdn_call *call, int cause)
{
	bool known = call->stage != STAGE_CLEARING;

	call->stage = STAGE_CLEARING;
	loop_timer_del(&call->t302);
	explicit_bzero(call->number, sizeof(call->number));
	if (known)
		call->span->ops->ended(call, cause, call->span->arg);
}

void call_clear(struct isdn_call *call, int cause)
{
	call_ended(call, cause);
	pri_destroycall(call->span->pri, call->q931);
	call_remove(call);
}

static int check_dial(const struct isdn_dial *dial)
{
	const char *digits = dial->number + (*dial->number == '+');
	size_t len = strlen(digits);

	if (len >= ISDN_NUMBER_SIZE - 1 || strspn(digits, DIGITS) != len)
		return -EINVAL;
	return len || dial->more ? 0 : -EINVAL;
}

/* libpri copies; that its parameters are not const is an oversight. */
static void fill_caller(struct pri_sr *request, const struct isdn_dial *dial)
{
	int presentation = dial->restricted ? PRES_PROHIB_USER_NUMBER_NOT_SCREENED
					    : PRES_ALLOWED_USER_NUMBER_NOT_SCREENED;
	bool international = dial->caller && *dial->caller == '+';

	if (dial->caller)
		pri_sr_set_caller(request, (char *)dial->caller + international, NULL,
				  international ? PRI_INTERNATIONAL_ISDN : PRI_UNKNOWN,
				  presentation);
}

static int send_setup(struct isdn_call *call, const struct isdn_dial *dial)
{
	struct isdn_span *span = call->span;
	bool international = *dial->number == '+';
	struct pri_sr *request = pri_sr_new();
	int err;

	if (!request)
		return -ENOMEM;
	pri_sr_set_channel(request, call->channel, 0, 0);
	pri_sr_set_bearer(request, PRI_TRANS_CAP_SPEECH,
			  span->conf.alaw ? PRI_LAYER_1_ALAW : PRI_LAYER_1_ULAW);
	pri_sr_set_called(request, (char *)dial->number + international,
			  international ? PRI_INTERNATIONAL_ISDN : PRI_UNKNOWN, !dial->more);
	fill_caller(request, dial);
	err = pri_setup(span->pri, call->q931, request) ? -EIO : 0;
	pri_sr_free(request);
	return err;
}

static int set_up(struct isdn_call *call, const struct isdn_dial *dial)
{
	int err = channel_take(call, channel_hunt(call->span));

	if (!err)
		err = send_setup(call, dial);
	if (!err)
		call->owner = dial->owner;
	return err;
}

int isdn_call_new(struct isdn_span *span, const struct isdn_dial *dial, struct isdn_call **call)
{
	q931_call *q931;
	int err = check_dial(dial);

	if (err || isdn_span_state(span) != ISDN_UP)
		return err ? err : -ENETDOWN;
	q931 = pri_new_call(span->pri);
	*call = q931 ? call_add(span, q931) : NULL;
	err = *call ? set_up(*call, dial) : -ENOMEM;
	if (err && q931)
		pri_destroycall(span->pri, q931);
	if (err && *call)
		call_remove(*call);
	span_schedule(span);
	return err;
}

int isdn_dial_more(struct isdn_call *call, const char *digits)
{
	if (strspn(digits, DIGITS) != strlen(digits))
		return -EINVAL;
	if (call->incoming || call->stage != STAGE_OVERLAP)
		return -ENOTCONN;
	for (; *digits; digits++)
		if (pri_information(call->span->pri, call->q931, *digits))
			return -EIO;
	span_schedule(call->span);
	return 0;
}

/* What is sent to a caller's side, once digits need not be awaited any more. */
static int respond(struct isdn_call *call, enum call_stage stage, int err)
{
	loop_timer_del(&call->t302);
	call->stage = stage;
	span_schedule(call->span);
	return err ? -EIO : 0;
}

static bool may(const struct isdn_call *call, enum call_stage before)
{
	return call->incoming && call->stage < before;
}

int isdn_progress(struct isdn_call *call)
{
	struct pri *pri = call->span->pri;

	if (!may(call, STAGE_ACTIVE))
		return -ENOTCONN;
	pri_proceeding(pri, call->q931, call->channel, 0);
	return respond(call, call->stage < STAGE_PROCEEDING ? STAGE_PROCEEDING : call->stage,
		       pri_progress(pri, call->q931, call->channel, 1));
}

int isdn_alerting(struct isdn_call *call, bool inband)
{
	if (!may(call, STAGE_ALERTING))
		return -ENOTCONN;
	return respond(call, STAGE_ALERTING,
		       pri_acknowledge(call->span->pri, call->q931, call->channel, inband));
}

int isdn_answer(struct isdn_call *call)
{
	if (!may(call, STAGE_ACTIVE))
		return -ENOTCONN;
	return respond(call, STAGE_ACTIVE,
		       pri_answer(call->span->pri, call->q931, call->channel, 0));
}

/* RELEASE COMPLETE ends it at once, and no event tells of that. */
void isdn_hangup(struct isdn_call *call, int cause)
{
	struct isdn_span *span = call->span;

	if (call->stage == STAGE_CLEARING)
		return;
	call->stage = STAGE_CLEARING;
	call->owner = NULL;
	loop_timer_del(&call->t302);
	explicit_bzero(call->number, sizeof(call->number));
	pri_hangup(span->pri, call->q931, cause);
	if (pri_get_crv(span->pri, call->q931, NULL) < 0)
		call_remove(call);
	span_schedule(span);
}

/* Who is told may hang up others, so each is looked for anew. */
static struct isdn_call *find_known(const struct isdn_span *span)
{
	struct isdn_call *call = span->calls;

	while (call && call->stage == STAGE_CLEARING)
		call = call->next;
	return call;
}

void isdn_span_clear(struct isdn_span *span, int cause)
{
	struct isdn_call *call;

	while ((call = find_known(span))) {
		call_ended(call, cause);
		pri_hangup(span->pri, call->q931, cause);
	}
	span_schedule(span);
}

void *isdn_call_owner(const struct isdn_call *call)
{
	return call->owner;
}

void isdn_call_set_owner(struct isdn_call *call, void *owner)
{
	call->owner = owner;
}

struct isdn_span *isdn_call_span(const struct isdn_call *call)
{
	return call->span;
}

unsigned int isdn_call_channel(const struct isdn_call *call)
{
	return call->channel;
}
