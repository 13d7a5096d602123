// SPDX-License-Identifier: GPL-2.0
/* From the end of a call until the line can be seized again. */
#include "cas/internal.h"
#include "dahdi/dahdi.h"

/*
 * DAHDI tells that a telephone is on hook when that was no flash, after 1250 ms, and
 * never when it was while the battery was dropped. So it is looked at, too.
 */
#define LOOK_MS 1500

static void on_look(void *arg);

static void look_after(struct cas_line *line, uint32_t ms)
{
	loop_timer_set(line->loop, &line->timer, ms, on_look, line);
}

/* Twice on hook is on hook, and no flash. */
static void on_look(void *arg)
{
	struct cas_line *line = arg;
	bool onhook = !line_status(line).offhook, before = line->seen_onhook;

	line->seen_onhook = onhook;
	if (line->end->rest_ms || (onhook && before))
		line_cleared(line);
	else
		look_after(line, LOOK_MS);
}

static void on_release(void *arg)
{
	struct cas_line *line = arg;

	line->end->release(line);
	line_hook(line, DAHDI_ONHOOK);
	line->released = true;
	line->seen_onhook = false;
	if (line->end->rest_ms)
		look_after(line, line->end->rest_ms);
	else if (line->offhook)
		look_after(line, LOOK_MS);
	else
		line->state = CAS_IDLE;
}

/*
 * A telephone that goes on hook while DAHDI debounces our off hook is seen to at the end
 * of that only; if we went on hook before, it never would be, nor would its next off hook.
 */
void line_clear(struct cas_line *line)
{
	uint64_t now = loop_now(line->loop);

	loop_timer_del(&line->timer); /* of a clearing before, which an alarm broke off */
	if (line->toned)
		line->channel->busy(line->fd, false);
	line->toned = line->released = false;
	line->state = CAS_CLEARING;
	if (line->end->clear)
		line->end->clear(line);
	else if (line->settled_at > now)
		loop_timer_set(line->loop, &line->timer, line->settled_at - now, on_release, line);
	else
		on_release(line);
}

static void on_heard(void *arg)
{
	line_clear(arg);
}

/* DAHDI's zone has the tone, of the country that it is for; if there is none, none is heard. */
void line_over(struct cas_line *line)
{
	if (line->end->release)
		line->end->release(line);
	if (line->alarm || !line->offhook || !line->end->busy_ms ||
	    line->channel->busy(line->fd, true)) {
		line_clear(line);
		return;
	}
	line->toned = true;
	line->released = false;
	line->state = CAS_CLEARING;
	loop_timer_set(line->loop, &line->timer, line->end->busy_ms, on_heard, line);
}

void line_cleared(struct cas_line *line)
{
	line->offhook = false;
	if (line->toned)
		line_clear(line);
	if (!line->released)
		return;
	loop_timer_del(&line->timer);
	line->state = CAS_IDLE;
}
