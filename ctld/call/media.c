// SPDX-License-Identifier: GPL-2.0
/* The legs and the bridge of a call, and what goes with them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/media.h"
#include "dataplane/ports.h"
#include "firewall/firewall.h"
#include "log/log.h"
#include "sip/addr.h"

#define COOKIE_MAGIC 0x50
#define PORT_TRIES   8 /* a port may be in use by another program */

void media_cookie(const struct side *side, uint8_t cookie[MEDIA_COOKIE_SIZE])
{
	cookie[0] = COOKIE_MAGIC;
	memcpy(cookie + 1, side->call->calls->instance, CALL_INSTANCE_SIZE);
	memcpy(cookie + 1 + CALL_INSTANCE_SIZE, side->leg.uid, CALL_UID_SIZE);
	cookie[1 + CALL_INSTANCE_SIZE + CALL_UID_SIZE] = side->id;
}

bool media_read_cookie(const struct calls *calls, const uint8_t *cookie, size_t len,
		       uint8_t uid[CALL_UID_SIZE], enum side_id *side)
{
	if (len != MEDIA_COOKIE_SIZE || cookie[0] != COOKIE_MAGIC ||
	    memcmp(cookie + 1, calls->instance, CALL_INSTANCE_SIZE))
		return false;
	memcpy(uid, cookie + 1 + CALL_INSTANCE_SIZE, CALL_UID_SIZE);
	*side = cookie[MEDIA_COOKIE_SIZE - 1] ? SIDE_OUT : SIDE_IN;
	return true;
}

static void release_port(struct side *side)
{
	struct calls_deps *deps = &side->call->calls->deps;
	struct media_leg *leg = &side->leg;

	if (leg->firewall_open)
		firewall_port_close(deps->firewall, (const struct sockaddr *)&leg->local);
	if (leg->port_taken)
		ports_put(deps->ports, &leg->local, loop_now(deps->loop));
	leg->firewall_open = leg->port_taken = false;
}

static void no_leg(const struct side *side, const char *why)
{
	call_warn(side->call, "no leg", why);
}

/* The table is gone with all others where somebody flushed them, as nftables.service does. */
static int open_firewall(struct side *side)
{
	struct calls *calls = side->call->calls;
	const struct sockaddr *local = (const struct sockaddr *)&side->leg.local;
	int err = firewall_port_open(calls->deps.firewall, local);

	if (err != -ENOENT)
		return err;
	log_warn("the table inet phonion is gone, or a part of it: it is made anew");
	err = calls_renew_firewall(calls, calls->conf->conf);
	return err ? err : firewall_port_open(calls->deps.firewall, local);
}

static int take_port(struct side *side)
{
	struct calls_deps *deps = &side->call->calls->deps;
	struct media_leg *leg = &side->leg;
	int err;

	leg->local = side->trunk->media;
	err = ports_get(deps->ports, &leg->local, loop_now(deps->loop));
	if (err) {
		no_leg(side, err == -EADDRNOTAVAIL ? "all RTP ports are in use" : strerror(-err));
		return err;
	}
	leg->port_taken = true;
	err = deps->firewall ? open_firewall(side) : 0;
	leg->firewall_open = deps->firewall && !err;
	if (err) {
		no_leg(side, "the packet filter does not open its port");
		release_port(side);
	}
	return err;
}

static int make_leg(struct side *side)
{
	struct call *call = side->call;
	struct dp_leg leg = { .local = side->leg.local,
			      .cookie_len = MEDIA_COOKIE_SIZE,
			      .lease_ms = call->conf->conf->lease_ms,
			      .not_before_ns = call->not_before_ns,
			      .not_after_ns = call->not_after_ns };
	int err;

	media_cookie(side, leg.cookie);
	side->ops->describe(side, &leg);
	err = calls_ops(call->calls)->leg_new(call->calls->deps.dp, &leg);
	if (!err)
		side->leg.id = leg.id;
	return err;
}

static int open_rtp(struct side *side)
{
	int err = -EADDRINUSE;
	int i;

	for (i = 0; i < PORT_TRIES && err == -EADDRINUSE; i++) {
		err = take_port(side);
		if (err)
			return err;
		err = make_leg(side);
		if (err)
			release_port(side);
	}
	if (err)
		no_leg(side, dataplane_error(side->call->calls->deps.dp));
	return err;
}

static int open_tdm(struct side *side)
{
	int err = make_leg(side);

	if (err)
		no_leg(side, dataplane_error(side->call->calls->deps.dp));
	return err;
}

int media_open(struct side *side)
{
	return tdm_has_channel(side) ? open_tdm(side) : open_rtp(side);
}

enum cause media_cause(int err)
{
	return err == -EADDRINUSE || err == -EADDRNOTAVAIL ? CAUSE_NO_PORT : CAUSE_DATA_PLANE;
}

int media_apply(struct side *side)
{
	struct call *call = side->call;
	struct dp_leg leg = { .id = side->leg.id };
	unsigned int what = DP_SET_PT | DP_SET_HOLD;
	int err;

	side->ops->describe(side, &leg);
	if (leg.remote.ss_family)
		what |= DP_SET_REMOTE;
	err = calls_ops(call->calls)->leg_set(call->calls->deps.dp, &leg, what);
	if (err)
		call_warn(call, "leg not changed", dataplane_error(call->calls->deps.dp));
	return err;
}

int media_join(struct call *call)
{
	int err;

	if (call->bridged)
		return 0;
	err = calls_ops(call->calls)
		      ->bridge_new(call->calls->deps.dp, call->sides[SIDE_IN].leg.id,
				   call->sides[SIDE_OUT].leg.id);
	if (err)
		call_warn(call, "no bridge", dataplane_error(call->calls->deps.dp));
	call->bridged = !err;
	return err;
}

void media_play(struct side *side, enum sound sound)
{
	struct call *call = side->call;

	if (!side->leg.id || side->leg.sound == sound)
		return;
	if (calls_ops(call->calls)->leg_play(call->calls->deps.dp, side->leg.id, sound_get(sound)))
		log_debug("call %u: no sound: %s", call->id, dataplane_error(call->calls->deps.dp));
	else
		side->leg.sound = sound;
}

void media_watch(struct call *call)
{
	struct dp_leg leg = { .media_timeout_ms = call->conf->conf->media_timeout_ms };
	int i;

	if (!leg.media_timeout_ms)
		return;
	for (i = SIDE_IN; i <= SIDE_OUT; i++) {
		/* A side that stands with nobody on it is not silent because he is gone. */
		if (call->timing.raise != HOP_RAISE_CALL &&
		    (i == SIDE_OUT || call->timing.near == HOP_NEAR_RELAY))
			continue;
		leg.id = call->sides[i].leg.id;
		calls_ops(call->calls)->leg_set(call->calls->deps.dp, &leg, DP_SET_MEDIA_TIMEOUT);
	}
}

void media_close_leg(struct side *side)
{
	struct calls *calls = side->call->calls;

	if (side->leg.id)
		calls_ops(calls)->leg_del(calls->deps.dp, side->leg.id);
	side->leg.id = 0;
	release_port(side);
	tdm_close(&side->leg.tdm);
	side->call->bridged = false;
}

void media_close(struct call *call)
{
	media_close_leg(&call->sides[SIDE_IN]);
	media_close_leg(&call->sides[SIDE_OUT]);
}

void media_reopen_ports(struct calls *calls)
{
	struct call *call;
	int i;

	for (call = calls->list; call; call = call->next) {
		for (i = SIDE_IN; i <= SIDE_OUT; i++) {
			struct media_leg *leg = &call->sides[i].leg;
			const struct sockaddr *local = (const struct sockaddr *)&leg->local;

			leg->firewall_open = leg->port_taken && calls->deps.firewall &&
					     !firewall_port_open(calls->deps.firewall, local);
		}
	}
}

static size_t collect_legs(const struct calls *calls, uint32_t *ids)
{
	const struct call *call;
	size_t n = 0;
	int i;

	for (call = calls->list; call; call = call->next)
		for (i = SIDE_IN; i <= SIDE_OUT; i++)
			if (call->sides[i].leg.id && n++ < calls->n * 2)
				ids[n - 1] = call->sides[i].leg.id;
	return n;
}

void media_renew(void *arg)
{
	struct calls *calls = arg;
	uint32_t lease_ms = calls->conf->conf->lease_ms;
	uint32_t *ids = calloc(calls->n * 2 + 1, sizeof(*ids));
	size_t n;

	if (ids) {
		n = collect_legs(calls, ids);
		if (n)
			calls_ops(calls)->lease_renew(calls->deps.dp, ids, n, lease_ms);
		free(ids);
	}
	loop_timer_set(calls->deps.loop, &calls->lease, lease_ms / 3, media_renew, calls);
}
