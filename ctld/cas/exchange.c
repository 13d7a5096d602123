// SPDX-License-Identifier: GPL-2.0
/* The exchange's end: a telephone of ours is at the other. */
#include <errno.h>

#include "cas/internal.h"
#include "dahdi/dahdi.h"

#define SETTLE_MS 700	/* DAHDI's debounce takes 600 */
#define BUSY_MS	  10000 /* a machine that waits for the battery to drop is not to wait long */

static int go_off_hook(struct cas_line *line)
{
	int err = line_hook(line, DAHDI_OFFHOOK);

	if (!err)
		line->settled_at = loop_now(line->loop) + SETTLE_MS;
	return err;
}

static void on_settled(void *arg)
{
	cas_incoming(arg, NULL);
}

/* Who lifts the receiver before the last call has cleared has to replace it first. */
static void seized(struct cas_line *line)
{
	if (go_off_hook(line)) {
		line->counters.ended[Q850_TEMPORARY_FAILURE]++;
		line_clear(line);
	} else {
		cas_begin(line, STAGE_SETTLING);
		cas_await(line, SETTLE_MS, on_settled);
	}
}

/* With ground start we are asked for a line, by B; our call goes before. */
static bool asks_for_line(const struct cas_line *line)
{
	return line->conf.signalling == CAS_FXO_GS && !(line_status(line).bits & DAHDI_BBIT);
}

static bool off_hook(struct cas_line *line)
{
	if (line->call.stage == STAGE_RINGING && asks_for_line(line)) {
		line->counters.glare++;
		return true;
	}
	line->offhook = true;
	if (line->state == CAS_IDLE)
		seized(line);
	else if (line->call.stage != STAGE_RINGING)
		return false;
	else if (go_off_hook(line))
		cas_ended(line, Q850_TEMPORARY_FAILURE);
	else
		cas_answered(line);
	return true;
}

/* Of one that rings only DAHDI's glare is over. */
static bool on_hook(struct cas_line *line)
{
	if (line->state == CAS_CLEARING)
		line_cleared(line);
	if (line->state != CAS_BUSY || line->call.stage == STAGE_RINGING)
		return true;
	line->offhook = false;
	cas_ended(line, Q850_NORMAL_CLEARING);
	return true;
}

/* Off hook again too soon to be another off hook to DAHDI. */
static bool flashed(struct cas_line *line)
{
	if (line->state == CAS_IDLE || line->call.stage == STAGE_RINGING)
		return off_hook(line);
	if (line->state != CAS_BUSY)
		return false;
	cas_flash(line);
	return true;
}

static bool exchange_event(struct cas_line *line, int event)
{
	switch (event) {
	case DAHDI_EVENT_RINGOFFHOOK:
		return off_hook(line);
	case DAHDI_EVENT_ONHOOK:
		return on_hook(line);
	case DAHDI_EVENT_WINKFLASH:
		return flashed(line);
	case DAHDI_EVENT_RINGERON:
	case DAHDI_EVENT_RINGEROFF:
	case DAHDI_EVENT_PULSE_START:
	case DAHDI_EVENT_HOOKCOMPLETE:
		return true;
	}
	if (!(event & DAHDI_EVENT_PULSEDIGIT) || line->state != CAS_BUSY ||
	    line->call.stage == STAGE_RINGING || line->call.stage == STAGE_SETTLING)
		return false;
	cas_pulse(line, event & 0xff);
	return true;
}

static void on_alerting(void *arg)
{
	struct cas_line *line = arg;

	line->ops->alerting(&line->call, line->arg);
}

static int exchange_seize(struct cas_line *line)
{
	int err = line_status(line).offhook ? -EBUSY : line_hook(line, DAHDI_RING);

	if (err)
		return err;
	cas_begin(line, STAGE_RINGING);
	cas_await(line, 0, on_alerting);
	return 0;
}

static void reverse(const struct cas_line *line, bool reversed)
{
	if (line->conf.supervision == CAS_POLARITY)
		line->channel->reverse(line->fd, reversed); /* not every card can */
}

/* It is off hook already: there is nothing else to tell it. */
static int exchange_answer(struct cas_line *line)
{
	reverse(line, true);
	return 0;
}

static void exchange_release(struct cas_line *line)
{
	reverse(line, false);
}

const struct end_ops end_exchange = { .event = exchange_event,
				      .seize = exchange_seize,
				      .answer = exchange_answer,
				      .release = exchange_release,
				      .busy_ms = BUSY_MS };
