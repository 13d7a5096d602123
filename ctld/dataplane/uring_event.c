// SPDX-License-Identifier: GPL-2.0
/* Events, kept until the packets of a turn are done with. */
#include <string.h>

#include "dataplane/uring.h"
#include "log/log.h"

void uring_event(struct uring_leg *leg, const struct dp_event *event)
{
	struct uring *uring = leg->uring;
	struct dp_event *at;

	if (uring->n_events == URING_EVENTS) {
		uring->events_lost = true;
		return;
	}
	at = &uring->events[(uring->first_event + uring->n_events++) % URING_EVENTS];
	*at = *event;
	at->leg = leg->id;
	memcpy(at->cookie, leg->cookie, sizeof(at->cookie));
	at->cookie_len = leg->cookie_len;
}

static void tell_lost(struct uring *uring)
{
	const struct dp_event event = { .type = DP_RESYNC };

	uring->events_lost = false;
	log_warn("there was no room for events of legs; comparing with what there is");
	uring->fn(&event, uring->arg);
}

/* What the callback does may bring more of them, and never comes here twice. */
void uring_deliver(struct uring *uring)
{
	if (uring->delivering)
		return;
	uring->delivering = true;
	while (uring->n_events) {
		const struct dp_event event = uring->events[uring->first_event];

		uring->first_event = (uring->first_event + 1) % URING_EVENTS;
		uring->n_events--;
		uring->fn(&event, uring->arg);
	}
	if (uring->events_lost)
		tell_lost(uring);
	uring->delivering = false;
}
