// SPDX-License-Identifier: GPL-2.0
/* E&M, wink start: both ends are alike. */
#include <errno.h>

#include "cas/internal.h"
#include "dahdi/dahdi.h"

#define WINK_LIMIT_MS 8000
#define AFTER_WINK_MS 250 /* until the far end's receiver listens */

/*
 * Who is seized winks: goes off hook for a moment. An off hook that is none, before the
 * wink, is the far end's own seizure; both then give up.
 */
static bool off_hook_outgoing(struct cas_line *line)
{
	struct cas_call *call = &line->call;

	if (call->stage == STAGE_DIALLED) {
		cas_answered(line);
	} else if (call->ready) {
		call->early = true;
	} else {
		line->counters.glare++;
		cas_ended(line, Q850_CHANNEL_UNAVAILABLE);
	}
	return true;
}

static bool off_hook(struct cas_line *line)
{
	enum call_stage stage = line->call.stage;

	if (!line_status(line).offhook) /* after a debounce, DAHDI tells what is not so */
		return false;
	line->offhook = true;
	if (stage == STAGE_SEIZING || stage == STAGE_DIALLING || stage == STAGE_DIALLED)
		return off_hook_outgoing(line);
	if (line->state != CAS_IDLE)
		return false;
	if (line_hook(line, DAHDI_WINK)) {
		line->counters.ended[Q850_TEMPORARY_FAILURE]++;
		line_clear(line);
	} else {
		cas_incoming(line, NULL);
	}
	return true;
}

static bool on_hook(struct cas_line *line)
{
	bool active = line->call.stage == STAGE_ACTIVE || line->call.stage == STAGE_DIGITS ||
		      line->call.stage == STAGE_OFFERED;

	if (line->state == CAS_CLEARING)
		line_cleared(line);
	if (line->state != CAS_BUSY)
		return true;
	line->offhook = false;
	cas_ended(line, active ? Q850_NORMAL_CLEARING : Q850_NORMAL_UNSPECIFIED);
	return true;
}

static bool winked(struct cas_line *line)
{
	if (line->call.stage != STAGE_SEIZING || line->call.ready)
		return false;
	cas_dial_after(line, AFTER_WINK_MS);
	return true;
}

static bool em_event(struct cas_line *line, int event)
{
	switch (event) {
	case DAHDI_EVENT_RINGOFFHOOK:
		return off_hook(line);
	case DAHDI_EVENT_ONHOOK:
		return on_hook(line);
	case DAHDI_EVENT_WINKFLASH:
		return winked(line);
	case DAHDI_EVENT_HOOKCOMPLETE:
		return true;
	case DAHDI_EVENT_DIALCOMPLETE:
		return cas_dial_completed(line);
	}
	return false;
}

static void on_no_wink(void *arg)
{
	cas_ended(arg, Q850_NETWORK_OUT_OF_ORDER);
}

/* Not DAHDI_OFFHOOK, at the end of whose debounce DAHDI takes us for answered. */
static int em_seize(struct cas_line *line)
{
	int err = line_status(line).offhook ? -EBUSY : line_hook(line, DAHDI_START);

	if (err)
		return err;
	cas_begin(line, STAGE_SEIZING);
	cas_await(line, WINK_LIMIT_MS, on_no_wink);
	return 0;
}

static int em_answer(struct cas_line *line)
{
	return line_hook(line, DAHDI_OFFHOOK);
}

static void em_release(struct cas_line *line)
{
	(void)line;
}

const struct end_ops end_em = {
	.event = em_event, .seize = em_seize, .answer = em_answer, .release = em_release
};
