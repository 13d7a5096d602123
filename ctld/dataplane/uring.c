// SPDX-License-Identifier: GPL-2.0
/* The data plane on io_uring: its operations. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "dataplane/internal.h"
#include "dataplane/uring.h"
#include "log/log.h"

#define TONE_MS 100
#define GAP_MS	100

int uring_refuse(struct uring *uring, int err, const char *sentence)
{
	uring->dp->error = sentence;
	return err;
}

uint64_t uring_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

/* A leg takes three descriptors. */
static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == files.rlim_max)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		log_warn("the limit of open files stays low: %s", strerror(errno));
}

static int uring_open(struct dataplane *dp, struct loop *loop, dp_event_fn fn, void *arg)
{
	struct uring *uring = calloc(1, sizeof(*uring));
	int err;

	if (!uring)
		return -ENOMEM;
	uring->dp = dp;
	uring->loop = loop;
	uring->fn = fn;
	uring->arg = arg;
	err = uring_ring_open(uring);
	if (err) {
		free(uring);
		return err;
	}
	raise_limit();
	dp->uring = uring;
	dp->error = "";
	return 0;
}

static void end(struct uring_leg *leg, void *arg)
{
	(void)arg;
	uring_leg_del(leg);
}

static void uring_close(struct dataplane *dp)
{
	struct uring *uring = dp->uring;

	uring_leg_for_each(uring, end, NULL);
	loop_timer_del(&uring->sweep);
	uring_ring_close(uring);
	free(uring->chains);
	free(uring);
}

static struct uring_leg *find(struct dataplane *dp, uint32_t id)
{
	struct uring_leg *leg = uring_leg_find(dp->uring, id);

	dp->error = leg ? "" : "no such leg";
	return leg;
}

static int uring_op_leg_new(struct dataplane *dp, struct dp_leg *leg)
{
	dp->error = "";
	return uring_leg_new(dp->uring, leg);
}

static int uring_op_leg_set(struct dataplane *dp, const struct dp_leg *leg, unsigned int what)
{
	struct uring_leg *have = find(dp, leg->id);

	return have ? uring_leg_set(have, leg, what) : -ENOENT;
}

static int uring_op_leg_del(struct dataplane *dp, uint32_t id)
{
	struct uring_leg *leg = find(dp, id);

	if (!leg)
		return -ENOENT;
	uring_leg_del(leg);
	return 0;
}

static int uring_op_leg_get(struct dataplane *dp, uint32_t id, struct dp_leg *to)
{
	struct uring_leg *leg = find(dp, id);

	if (!leg)
		return -ENOENT;
	uring_leg_get(leg, to);
	return 0;
}

struct ids {
	uint32_t *list;
	size_t n;
};

static void note(struct uring_leg *leg, void *arg)
{
	struct ids *ids = arg;

	ids->list[ids->n++] = leg->id;
}

/* The caller may make and end legs meanwhile: one that is gone is not told of. */
static int uring_op_leg_dump(struct dataplane *dp, dp_leg_fn fn, void *arg)
{
	struct ids ids = { .list = calloc(dp->uring->n_legs + 1, sizeof(*ids.list)) };
	struct dp_leg leg;

	dp->error = "";
	if (!ids.list)
		return uring_refuse(dp->uring, -ENOMEM, "no memory to list legs");
	uring_leg_for_each(dp->uring, note, &ids);
	for (size_t i = 0; i < ids.n; i++)
		if (!uring_op_leg_get(dp, ids.list[i], &leg))
			fn(&leg, arg);
	free(ids.list);
	return 0;
}

static int uring_op_lease_renew(struct dataplane *dp, const uint32_t *ids, size_t n,
				uint32_t lease_ms)
{
	int err = 0;

	dp->error = "";
	if (n)
		err = uring_check_lease(dp->uring, lease_ms);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		struct uring_leg *leg = uring_leg_find(dp->uring, ids[i]);

		if (leg)
			uring_leg_renew(leg, lease_ms);
		else
			err = uring_refuse(dp->uring, -ENOENT, "no such leg");
	}
	return err;
}

static int uring_op_leg_dtmf(struct dataplane *dp, uint32_t id, const char *digits)
{
	size_t len = strnlen(digits, PHONION_MAX_DIGITS + 1);
	struct phn_dtmf_script script;
	struct uring_leg *leg;
	int err;

	dp->error = "";
	if (len > PHONION_MAX_DIGITS)
		return uring_refuse(dp->uring, -EINVAL, "too many digits");
	if (!len)
		return uring_refuse(dp->uring, -EINVAL, "digits are needed");
	if (phn_dtmf_script_init(&script, (const u8 *)digits, len, TONE_MS, GAP_MS))
		return uring_refuse(dp->uring, -EINVAL, "not a digit, nor p for a pause");
	leg = find(dp, id);
	err = leg ? uring_dtmf_begin(leg, &script) : -ENOENT;
	explicit_bzero(&script, sizeof(script));
	return err;
}

static int read_sound(struct uring *uring, const struct dp_sound *sound,
		      struct phn_play_script *script)
{
	memset(script, 0, sizeof(*script));
	if (sound->tone_len > PHONION_MAX_TONE_LEN || sound->noise_len > PHONION_MAX_NOISE_LEN)
		return uring_refuse(uring, -EINVAL, "the sound is too long");
	if (sound->tone && (sound->on_ms < 20 || sound->on_ms > 60000 || sound->off_ms > 60000))
		return uring_refuse(uring, -ERANGE, "integer out of range");
	if (sound->tone &&
	    phn_play_script_tone(script, sound->tone, sound->tone_len, sound->on_ms, sound->off_ms))
		return uring_refuse(uring, -EINVAL, "not whole packets of 160 octets");
	if (sound->noise && phn_play_script_noise(script, sound->noise, sound->noise_len))
		return uring_refuse(uring, -EINVAL, "too much to draw from");
	return 0;
}

static int uring_op_leg_play(struct dataplane *dp, uint32_t id, const struct dp_sound *sound)
{
	struct phn_play_script script = { 0 };
	struct uring_leg *leg;
	int err = 0;

	dp->error = "";
	if (sound)
		err = read_sound(dp->uring, sound, &script);
	if (err)
		return err;
	leg = find(dp, id);
	if (!leg)
		return -ENOENT;
	if (script.n_tone || script.n_noise)
		return uring_play_begin(leg, &script);
	uring_play_stop(leg);
	return 0;
}

static int uring_op_bridge_new(struct dataplane *dp, uint32_t a, uint32_t b)
{
	struct uring_leg *leg_a = find(dp, a), *leg_b = leg_a ? find(dp, b) : NULL;

	return leg_b ? uring_bridge_new(leg_a, leg_b) : -ENOENT;
}

static int uring_op_bridge_del(struct dataplane *dp, uint32_t id)
{
	struct uring_leg *leg = find(dp, id);

	if (!leg)
		return -ENOENT;
	if (!leg->peer)
		return uring_refuse(dp->uring, -ENOTCONN, "the leg is not bridged");
	uring_bridge_del(leg);
	return 0;
}

const struct dataplane_ops uring_ops = {
	.name = "io_uring",
	.open = uring_open,
	.close = uring_close,
	.leg_new = uring_op_leg_new,
	.leg_set = uring_op_leg_set,
	.leg_del = uring_op_leg_del,
	.leg_get = uring_op_leg_get,
	.leg_dump = uring_op_leg_dump,
	.lease_renew = uring_op_lease_renew,
	.leg_dtmf = uring_op_leg_dtmf,
	.leg_play = uring_op_leg_play,
	.bridge_new = uring_op_bridge_new,
	.bridge_del = uring_op_bridge_del,
};
