// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path itself stops a leg in time; this only clears away, and tells,
 * within a second.
 */
#include "dataplane/uring.h"
#include "log/log.h"

#define SWEEP_MS 1000

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void check_silence(struct uring_leg *leg, uint64_t now)
{
	const struct dp_event event = { .type = DP_MEDIA_TIMEOUT };
	uint64_t since = max(max(leg->last_rx_ns, leg->watch_ns), leg->open_ns);

	/* A peer on hold may well be silent. */
	if (!leg->conf.media_timeout_ms || leg->conf.hold)
		return;
	if (leg->silent_ns == since || now < since + leg->conf.media_timeout_ms * NS_PER_MSEC)
		return;
	leg->silent_ns = since;
	uring_event(leg, &event);
}

/* There may be a route to the peer by now. */
static void look_for_route(struct uring_leg *leg)
{
	if (leg->conf.remote.ss_family && leg->way[URING_PEER].fd < 0)
		uring_port_reconnect(leg);
}

static void sweep_leg(struct uring_leg *leg, void *arg)
{
	uint64_t now = uring_clock();
	struct dp_event event = { .type = DP_LEG_END };

	(void)arg;
	uring_leg_rewindow(leg);
	if (now < leg->close_ns) {
		check_silence(leg, now);
		look_for_route(leg);
		return;
	}
	event.end = now < leg->lease_ns ? PHONION_END_CAUSE_WINDOW : PHONION_END_CAUSE_LEASE;
	uring_event(leg, &event);
	uring_leg_del(leg);
}

static void sweep(void *arg)
{
	struct uring *uring = arg;

	uring_leg_for_each(uring, sweep_leg, NULL);
	if (uring->n_legs && uring_sweep_start(uring))
		log_error("no memory to watch over legs");
	uring_deliver(uring);
}

int uring_sweep_start(struct uring *uring)
{
	if (uring->sweep.slot)
		return 0;
	return loop_timer_set(uring->loop, &uring->sweep, SWEEP_MS, sweep, uring);
}
