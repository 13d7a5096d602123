// SPDX-License-Identifier: GPL-2.0
/* All calls: what comes from SIP and from the data plane finds its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "book/book.h"
#include "call/code.h"
#include "call/dial.h"
#include "call/legs.h"
#include "call/media.h"
#include "call/setup.h"
#include "call/standing.h"
#include "call/state.h"
#include "call/status.h"
#include "call/timing.h"
#include "cas/lines.h"
#include "firewall/firewall.h"
#include "log/log.h"

const struct dataplane_ops *calls_ops(const struct calls *calls)
{
	return dataplane_ops(calls->deps.dp);
}

void conf_ref_put(struct conf_ref *conf)
{
	if (!conf || --conf->refs)
		return;
	conf_free(conf->conf);
	free(conf);
}

static struct conf_ref *conf_ref_new(struct conf *conf)
{
	struct conf_ref *ref = calloc(1, sizeof(*ref));

	if (!ref)
		return NULL;
	ref->conf = conf;
	ref->refs = 1;
	return ref;
}

static struct side *find_leg(struct calls *calls, const struct dp_event *event)
{
	uint8_t uid[CALL_UID_SIZE];
	struct side *side;
	enum side_id id;

	if (!media_read_cookie(calls, event->cookie, event->cookie_len, uid, &id))
		return NULL;
	side = legs_find(calls, uid);
	return side && side->id == id && side->leg.id == event->leg ? side : NULL;
}

/* Silence is what hold is for. */
static bool on_hold(const struct side *side)
{
	return side->wish != SDP_SENDRECV || side_other(side)->wish != SDP_SENDRECV;
}

/* Events were lost: a leg that is gone is found by asking for it. */
static void resync(struct calls *calls)
{
	struct call *call, *next;
	struct dp_leg leg;
	int i;

	for (call = calls->list; call; call = next) {
		next = call->next; /* freed only from the loop */
		for (i = SIDE_IN; i <= SIDE_OUT; i++)
			if (call->sides[i].leg.id &&
			    calls_ops(calls)->leg_get(calls->deps.dp, call->sides[i].leg.id,
						      &leg) == -ENOENT)
				call_end(call, CAUSE_LEG_ENDED);
	}
}

void calls_on_dp_event(const struct dp_event *event, void *arg)
{
	struct calls *calls = arg;
	struct side *side = find_leg(calls, event);

	if (event->type == DP_RESYNC)
		resync(calls);
	if (!side)
		return;
	switch (event->type) {
	case DP_MEDIA_TIMEOUT:
		if (!on_hold(side))
			side_gone(side, CAUSE_MEDIA_TIMEOUT);
		break;
	case DP_LEG_END:
		side->leg.id = 0;
		if (event->end == PHONION_END_CAUSE_WINDOW) /* so does the other's */
			call_end(side->call, CAUSE_LEG_ENDED);
		else
			side_gone(side, CAUSE_LEG_ENDED);
		break;
	case DP_FIRST_PACKET:
		/* The far side lets hear what it wants to be heard; a channel always has something. */
		if (side->id == SIDE_OUT && !tdm_has_channel(side))
			media_play(side_other(side), SOUND_NONE);
		call_log(side->call, side->id == SIDE_IN ? "media from the caller's side"
							 : "media from the far side");
		break;
	case DP_DTMF:
		/* What is neither a number's nor a code's goes on in the media. */
		if (side->id == SIDE_IN && !setup_digit(side, event->digit))
			code_event(side->call, event->digit);
		timing_event(side, event->digit);
		break;
	case DP_DTMF_SENT:
		if (!timing_sent(side) && side->id == SIDE_OUT)
			dial_postd_sent(side->call);
		break;
	case DP_RESYNC:
	case DP_GONE:
		break;
	}
}

struct call *calls_find(struct calls *calls, uint32_t id)
{
	struct call *call;

	for (call = calls->list; call; call = call->next)
		if (call->id == id && call->state != CALL_ENDED)
			return call;
	return NULL;
}

static int start(struct calls *calls)
{
	int err = sip_calls_new(calls);

	pri_calls_new(calls);
	cas_calls_new(calls);
	if (!err)
		err = sip_configure(calls->sip, calls->conf->conf);
	if (!err)
		err = state_open(calls);
	if (!err)
		err = state_restore(calls);
	if (!err && calls->deps.lines)
		lines_settle(calls->deps.lines);
	if (!err && calls->deps.control)
		err = status_register(calls);
	if (!err)
		media_renew(calls);
	if (!err && calls->deps.book) {
		book_watch(calls->deps.book, standing_refresh, calls);
		standing_refresh(calls);
	}
	return err;
}

int calls_new(struct calls **calls, const struct calls_deps *deps, struct conf *conf)
{
	struct calls *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->deps = *deps;
	new->started_ms = loop_now(deps->loop);
	new->conf = conf_ref_new(conf);
	new->state_dir = strdup(conf->state_dir);
	if (!new->conf || !new->state_dir) {
		free(new->state_dir);
		free(new->conf);
		free(new);
		return -ENOMEM;
	}
	err = start(new);
	if (err) {
		new->conf->refs++; /* CONF stays the caller's */
		calls_free(new);
		return err;
	}
	*calls = new;
	return 0;
}

void calls_free(struct calls *calls)
{
	if (!calls)
		return;
	loop_timer_del(&calls->lease);
	if (calls->deps.book)
		book_watch(calls->deps.book, NULL, NULL);
	standing_free(calls);
	while (calls->list)
		call_free(calls->list);
	sip_free(calls->sip);
	if (calls->deps.firewall)
		firewall_close(calls->deps.firewall, calls->stopping);
	conf_ref_put(calls->conf);
	free(calls->state_dir);
	free(calls);
}

/* The table names the trunks, so it is made anew for other trunks. */
int calls_renew_firewall(struct calls *calls, const struct conf *conf)
{
	struct firewall *old = calls->deps.firewall, *new = NULL;
	int err = conf->firewall ? firewall_open(&new, conf) : 0;

	if (err)
		return err;
	calls->deps.firewall = new;
	media_reopen_ports(calls);
	if (old)
		firewall_close(old, !new);
	return 0;
}

/* Both, or neither: by another's table packets of our trunks would be dropped. */
static int renew_network(struct calls *calls, const struct conf *conf)
{
	int err = calls_renew_firewall(calls, conf);

	if (err)
		return err;
	err = sip_configure(calls->sip, conf);
	if (err && calls_renew_firewall(calls, calls->conf->conf))
		log_error("the firewall is left as the configuration that failed has it");
	return err;
}

static int check_book(const struct calls *calls, const struct conf *conf)
{
	int err = calls->deps.book ? book_check(calls->deps.book, conf) : conf->relay ? -EINVAL : 0;

	if (err == -EINVAL)
		log_error(
			"\"relay\" cannot come, go, or take another key or book without a restart");
	return err;
}

int calls_reconfigure(struct calls *calls, struct conf *conf)
{
	struct conf_ref *ref = conf_ref_new(conf);
	int err;

	if (!ref)
		return -ENOMEM;
	err = check_book(calls, conf);
	if (!err)
		err = renew_network(calls, conf);
	if (err) {
		free(ref);
		return err;
	}
	/* Before the old one may go. */
	if (calls->deps.book && book_reconfigure(calls->deps.book, conf))
		log_error("no memory for the brokers");
	conf_ref_put(calls->conf);
	calls->conf = ref;
	media_renew(calls);
	return 0;
}

bool calls_ending(const struct calls *calls)
{
	const struct call *call = calls->list;

	while (call && call->state != CALL_ENDED)
		call = call->next;
	return call;
}

static void stop(struct calls *calls, bool leave, loop_fn on_idle, void *arg)
{
	struct call *call, *next;

	calls->stopping = true;
	calls->on_idle = on_idle;
	calls->idle_arg = arg;
	for (call = calls->list; call; call = next) {
		next = call->next; /* freed only from the loop */
		if (!leave || !*call->state_file)
			call_end(call, CAUSE_SHUTDOWN);
	}
	if (!calls_ending(calls))
		on_idle(arg);
}

void calls_stop(struct calls *calls, loop_fn on_idle, void *arg)
{
	stop(calls, false, on_idle, arg);
}

void calls_leave(struct calls *calls, loop_fn on_idle, void *arg)
{
	stop(calls, true, on_idle, arg);
}
