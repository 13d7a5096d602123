// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "dataplane/endpoint.h"
#include "dataplane/uring.h"
#include "loop/clock.h"

#define DEFAULT_RATE_LIMIT 250
#define DEFAULT_LEASE_MS   60000

/* The table */

static struct uring_leg **chain(const struct uring *uring, uint32_t id)
{
	return &uring->chains[id & (uring->n_chains - 1)];
}

struct uring_leg *uring_leg_find(const struct uring *uring, uint32_t id)
{
	struct uring_leg *leg = uring->n_chains ? *chain(uring, id) : NULL;

	while (leg && leg->id != id)
		leg = leg->next;
	return leg;
}

static void add(struct uring *uring, struct uring_leg *leg)
{
	struct uring_leg **at = chain(uring, leg->id);

	leg->next = *at;
	*at = leg;
}

static void take_out(struct uring *uring, struct uring_leg *leg)
{
	struct uring_leg **at = chain(uring, leg->id);

	while (*at != leg)
		at = &(*at)->next;
	*at = leg->next;
}

/* As many chains as legs, or more. */
static int make_room(struct uring *uring)
{
	struct uring_leg **old = uring->chains, *leg, *next;
	uint32_t n = uring->n_chains;

	if (uring->n_legs < n)
		return 0;
	uring->chains = calloc(n ? 2 * n : 64, sizeof(*uring->chains));
	if (!uring->chains) {
		uring->chains = old;
		return -ENOMEM;
	}
	uring->n_chains = n ? 2 * n : 64;
	for (uint32_t i = 0; i < n; i++) {
		for (leg = old[i]; leg; leg = next) {
			next = leg->next;
			add(uring, leg);
		}
	}
	free(old);
	return 0;
}

/* FN may delete the leg that it is given, and no other. */
void uring_leg_for_each(struct uring *uring, void (*fn)(struct uring_leg *leg, void *arg),
			void *arg)
{
	struct uring_leg *leg, *next;

	for (uint32_t i = 0; i < uring->n_chains; i++) {
		for (leg = uring->chains[i]; leg; leg = next) {
			next = leg->next;
			fn(leg, arg);
		}
	}
}

static int take_id(struct uring *uring, struct uring_leg *leg, uint32_t id)
{
	if (id && uring_leg_find(uring, id))
		return uring_refuse(uring, -EEXIST, "there is a leg of this identity");
	leg->id = id;
	while (!leg->id || uring_leg_find(uring, leg->id))
		leg->id = ++uring->last_id;
	return 0;
}

/* Times */

static uint64_t real_to_mono(uint64_t real, uint64_t offset)
{
	return real > offset ? real - offset : 0;
}

void uring_leg_rewindow(struct uring_leg *leg)
{
	uint64_t offset = clock_realtime_ns() - uring_clock(), end;

	leg->open_ns = real_to_mono(leg->not_before_ns, offset);
	leg->close_ns = leg->lease_ns;
	if (!leg->not_after_ns)
		return;
	end = real_to_mono(leg->not_after_ns, offset);
	if (end < leg->close_ns)
		leg->close_ns = end;
}

void uring_leg_renew(struct uring_leg *leg, uint32_t lease_ms)
{
	leg->lease_ns = uring_clock() + lease_ms * NS_PER_MSEC;
	uring_leg_rewindow(leg);
}

/* Making and ending */

static void set_rate(struct uring_conf *conf, uint32_t rate_limit)
{
	conf->rate_limit = rate_limit;
	conf->rate_interval_ns = NS_PER_SEC / rate_limit;
}

static void set_source(struct uring_conf *conf, const struct dp_leg *to)
{
	conf->remote = to->remote;
	conf->source_policy = to->source_policy;
	conf->latch = to->source_policy == PHONION_SOURCE_POLICY_LATCH_PORT;
}

static void set_payload_types(struct uring_conf *conf, const struct dp_leg *to)
{
	conf->n_pt = to->n_pt;
	for (size_t i = 0; i < to->n_pt; i++)
		conf->pt[i] = (struct phn_pt){ to->pt[i].number, to->pt[i].codec };
}

static int init_stream(struct phn_stream *stream)
{
	struct {
		uint32_t ssrc, timestamp;
		uint16_t seq;
	} random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	phn_stream_init(stream, random.ssrc, random.seq, random.timestamp);
	return 0;
}

static void init(struct uring *uring, struct uring_leg *leg, const struct dp_leg *to)
{
	leg->uring = uring;
	leg->local = to->local;
	memcpy(leg->cookie, to->cookie, to->cookie_len);
	leg->cookie_len = to->cookie_len;
	leg->not_before_ns = to->not_before_ns;
	leg->not_after_ns = to->not_after_ns;
	leg->watch_ns = uring_clock();
	leg->conf.hold = to->hold;
	leg->conf.media_timeout_ms = to->media_timeout_ms;
	set_source(&leg->conf, to);
	set_payload_types(&leg->conf, to);
	set_rate(&leg->conf, to->rate_limit ? to->rate_limit : DEFAULT_RATE_LIMIT);
	for (int i = 0; i < URING_WAYS; i++)
		leg->way[i] = (struct uring_socket){ .leg = leg, .fd = -1 };
	uring_leg_renew(leg, to->lease_ms ? to->lease_ms : DEFAULT_LEASE_MS);
}

static int take_ports(struct uring_leg *leg)
{
	int err = uring_port_take(leg);

	if (!err && leg->conf.remote.ss_family)
		err = uring_port_reconnect(leg);
	if (err)
		uring_socket_close(leg->uring, leg->way, URING_WAYS);
	return err;
}

int uring_leg_new(struct uring *uring, struct dp_leg *to)
{
	struct uring_leg *leg;
	int err = uring_check_leg(uring, to);

	if (err)
		return err;
	leg = calloc(1, sizeof(*leg));
	if (!leg || make_room(uring) || uring_sweep_start(uring)) {
		err = uring_refuse(uring, -ENOMEM, "no memory for a leg");
		goto err_leg;
	}
	init(uring, leg, to);
	err = init_stream(&leg->tx);
	if (!err)
		err = take_id(uring, leg, to->id);
	if (!err)
		err = take_ports(leg);
	if (err)
		goto err_leg;
	add(uring, leg);
	uring->n_legs++;
	to->id = leg->id;
	return 0;

err_leg:
	free(leg);
	return err;
}

void uring_leg_del(struct uring_leg *leg)
{
	struct uring *uring = leg->uring;

	uring_own_end(leg);
	uring_bridge_del(leg);
	uring_socket_close(uring, leg->way, URING_WAYS);
	take_out(uring, leg);
	uring->n_legs--;
	explicit_bzero(leg, sizeof(*leg));
	free(leg);
}

/* Changing */

static bool same_remote(const struct uring_leg *leg, const struct sockaddr_storage *remote)
{
	return leg->way[URING_PEER].fd >= 0 && endpoint_same_host(&leg->conf.remote, remote) &&
	       endpoint_port(&leg->conf.remote) == endpoint_port(remote);
}

static void apply(struct uring_leg *leg, const struct dp_leg *to, unsigned int what)
{
	if (what & DP_SET_REMOTE)
		set_source(&leg->conf, to);
	if (what & DP_SET_PT && to->n_pt)
		set_payload_types(&leg->conf, to);
	if (what & DP_SET_HOLD)
		leg->conf.hold = to->hold;
	if (what & DP_SET_MEDIA_TIMEOUT)
		leg->conf.media_timeout_ms = to->media_timeout_ms;
	if (what & (DP_SET_MEDIA_TIMEOUT | DP_SET_HOLD))
		leg->watch_ns = uring_clock();
	if (what & DP_SET_LEASE)
		uring_leg_renew(leg, to->lease_ms);
}

static int remap(struct uring_leg *leg, const struct dp_leg *to, unsigned int what)
{
	struct uring_conf conf;

	if (!(what & DP_SET_PT) || !to->n_pt)
		return 0;
	set_payload_types(&conf, to);
	return uring_bridge_renew(leg, conf.pt, conf.n_pt);
}

/* All or nothing: what can fail comes before what shows. */
int uring_leg_set(struct uring_leg *leg, const struct dp_leg *to, unsigned int what)
{
	bool moves = what & DP_SET_REMOTE && !same_remote(leg, &to->remote);
	int err = uring_check_change(leg->uring, leg, to, what), fd = -1;

	if (!err && moves)
		err = uring_port_connect(leg, &to->remote, &fd);
	if (err)
		return err;
	err = remap(leg, to, what);
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	apply(leg, to, what);
	return moves ? uring_port_set_peer(leg, fd) : 0;
}

/* Telling */

int uring_leg_may_send(struct uring_leg *leg)
{
	uint64_t now = uring_clock();

	if (!leg->conf.remote.ss_family)
		return uring_refuse(leg->uring, -EDESTADDRREQ, "the leg has no remote address");
	if (now < leg->open_ns || now >= leg->close_ns)
		return uring_refuse(leg->uring, -ETIME, "the leg is outside its window");
	return 0;
}

static enum phonion_path_state path(const struct uring_leg *leg, uint64_t now)
{
	if (now < leg->open_ns || now >= leg->close_ns)
		return PHONION_PATH_STATE_WINDOW_CLOSED;
	if (!leg->conf.remote.ss_family)
		return PHONION_PATH_STATE_NO_REMOTE;
	if (!leg->peer)
		return PHONION_PATH_STATE_NO_BRIDGE;
	return leg->way[URING_PEER].fd < 0 ? PHONION_PATH_STATE_NO_ROUTE : DP_PATH_USERSPACE;
}

static void get_stats(const struct uring_leg *leg, uint64_t *stats)
{
	memcpy(stats, leg->count, sizeof(leg->count));
	/* All of it goes by the stack. */
	stats[PHONION_A_LEG_STATS_RX_SLOW] = stats[PHONION_A_LEG_STATS_RX_PACKETS];
	stats[PHONION_A_LEG_STATS_TX_SLOW] = stats[PHONION_A_LEG_STATS_TX_PACKETS];
	stats[PHONION_A_LEG_STATS_RX_LOST] = phn_rxstat_lost(&leg->rx);
	if (!leg->rx.set)
		return;
	stats[PHONION_A_LEG_STATS_RX_JITTER] = phn_rxstat_jitter(&leg->rx);
	stats[PHONION_A_LEG_STATS_RX_SSRC] = leg->rx.ssrc;
}

void uring_leg_get(const struct uring_leg *leg, struct dp_leg *to)
{
	uint64_t now = uring_clock();

	*to = (struct dp_leg){
		.id = leg->id,
		.cookie_len = leg->cookie_len,
		.local = leg->local,
		.remote = leg->conf.remote,
		.source_policy = leg->conf.source_policy,
		.n_pt = leg->conf.n_pt,
		.rate_limit = leg->conf.rate_limit,
		.lease_ms = now < leg->lease_ns ? (leg->lease_ns - now) / NS_PER_MSEC : 0,
		.not_before_ns = leg->not_before_ns,
		.not_after_ns = leg->not_after_ns,
		.media_timeout_ms = leg->conf.media_timeout_ms,
		.hold = leg->conf.hold,
		.bridged_to = leg->peer ? leg->peer->id : 0,
		.path = path(leg, now),
		.tx_ssrc = leg->tx.ssrc,
	};
	memcpy(to->cookie, leg->cookie, leg->cookie_len);
	for (int i = 0; i < leg->conf.n_pt; i++)
		to->pt[i] =
			(struct dp_payload_type){ leg->conf.pt[i].number, leg->conf.pt[i].codec };
	get_stats(leg, to->stats);
}
