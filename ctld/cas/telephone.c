// SPDX-License-Identifier: GPL-2.0
/* The telephone's end: a carrier's exchange is at the other. */
#include "cas/internal.h"
#include "dahdi/dahdi.h"

#define DIAL_DELAY_MS 1000
#define RING_GAP_MS   10000 /* no more ringing for so long: who called has given up */
#define SEIZE_MS      8000  /* for the exchange to answer to ground on the ring */
#define LOOK_MS	      100
#define SETTLE_MS     800  /* DAHDI's debounce of our off hook takes 600 */
#define REST_MS	      2500 /* DAHDI hears no ringing for 2 s after it went on hook */

static void on_ring_over(void *arg)
{
	cas_ended(arg, Q850_NORMAL_CLEARING);
}

/*
 * On a line that we have seized, the exchange's call goes first: on loop start it takes
 * us for who answers, so all we can do is to hang up.
 */
static bool rings(struct cas_line *line, bool begins)
{
	if (line->state == CAS_IDLE)
		cas_incoming(line, line->conf.number);
	if (line->call.stage == STAGE_OFFERED) {
		cas_await(line, RING_GAP_MS, on_ring_over);
		return true;
	}
	if (!begins || line->call.stage != STAGE_SEIZING)
		return false;
	line->counters.glare++;
	cas_ended(line, Q850_CHANNEL_UNAVAILABLE);
	return true;
}

static int cause_of(enum call_stage stage)
{
	return stage == STAGE_ACTIVE || stage == STAGE_OFFERED ? Q850_NORMAL_CLEARING
							       : Q850_NORMAL_UNSPECIFIED;
}

static bool disconnected(struct cas_line *line)
{
	if (line->state != CAS_BUSY)
		return false;
	cas_ended(line, cause_of(line->call.stage));
	return true;
}

static bool reversed(struct cas_line *line)
{
	enum call_stage stage = line->call.stage;

	if (line->conf.supervision != CAS_POLARITY)
		return false;
	if (stage == STAGE_DIALLED)
		cas_answered(line);
	else if (stage == STAGE_ACTIVE)
		cas_ended(line, Q850_NORMAL_CLEARING);
	return stage == STAGE_DIALLED || stage == STAGE_ACTIVE;
}

static uint32_t dial_delay(const struct cas_line *line)
{
	return line->conf.dial_delay_ms ? line->conf.dial_delay_ms : DIAL_DELAY_MS;
}

/* Of the exchange's ground on the tip no event tells. */
static void on_look(void *arg)
{
	struct cas_line *line = arg;
	struct channel_status status = line_status(line);

	if (status.offhook && (status.bits & DAHDI_BBIT))
		cas_dial_after(line, dial_delay(line));
	else if (loop_now(line->loop) >= line->call.until)
		cas_ended(line, Q850_NETWORK_OUT_OF_ORDER);
	else
		cas_await(line, LOOK_MS, on_look);
}

/* With ground start DAHDI has gone from ground on the ring to off hook. */
static bool started(struct cas_line *line)
{
	if (line->call.stage == STAGE_SEIZING && !line->call.ready)
		on_look(line);
	return true;
}

static bool telephone_event(struct cas_line *line, int event)
{
	switch (event) {
	case DAHDI_EVENT_RINGBEGIN:
	case DAHDI_EVENT_RINGOFFHOOK:
		return rings(line, event == DAHDI_EVENT_RINGBEGIN);
	case DAHDI_EVENT_ONHOOK:
		return disconnected(line);
	case DAHDI_EVENT_POLARITY:
		return reversed(line);
	case DAHDI_EVENT_HOOKCOMPLETE:
		return started(line);
	case DAHDI_EVENT_DIALCOMPLETE:
		return cas_dial_completed(line);
	}
	return false;
}

static int telephone_seize(struct cas_line *line)
{
	bool ground = line->conf.signalling == CAS_FXS_GS;
	int err = line_hook(line, ground ? DAHDI_START : DAHDI_OFFHOOK);

	if (err)
		return err;
	cas_begin(line, STAGE_SEIZING);
	line->call.until = loop_now(line->loop) + SEIZE_MS;
	if (ground)
		cas_await(line, SEIZE_MS, on_look);
	else
		cas_dial_after(line, dial_delay(line));
	return 0;
}

static int telephone_answer(struct cas_line *line)
{
	return line_hook(line, DAHDI_OFFHOOK);
}

/*
 * A caller who gives up at the moment of the answer: of a drop of the battery that begins
 * while DAHDI debounces our off hook it never tells. For less than 100 ms it is none.
 */
static void on_settling(void *arg)
{
	struct cas_line *line = arg;
	bool open = line_status(line).open, before = line->seen_onhook;

	line->seen_onhook = open;
	if (open && before)
		cas_ended(line, Q850_NORMAL_CLEARING);
	else if (loop_now(line->loop) < line->call.until)
		cas_await(line, LOOK_MS, on_settling);
}

/* With loop start the exchange tells no end. */
static void telephone_answered(struct cas_line *line)
{
	if (line->conf.signalling == CAS_FXS_LS)
		return;
	line->seen_onhook = false;
	line->call.until = loop_now(line->loop) + SETTLE_MS;
	cas_await(line, LOOK_MS, on_settling);
}

static void telephone_release(struct cas_line *line)
{
	(void)line;
}

const struct end_ops end_telephone = { .event = telephone_event,
				       .seize = telephone_seize,
				       .answer = telephone_answer,
				       .answered = telephone_answered,
				       .release = telephone_release,
				       .rest_ms = REST_MS };
