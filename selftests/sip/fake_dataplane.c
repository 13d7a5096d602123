// SPDX-License-Identifier: GPL-2.0
/*
 * A data plane that forwards nothing and remembers what it was told, linked
 * into the daemon in place of ctld/dataplane/kernel.c so that signalling can
 * be tested on a machine without phonion.ko. Its legs are in the file that
 * PHONION_FAKE_LEGS names and outlive the process, as the kernel's do; a line
 * for each operation goes to PHONION_FAKE_LOG. What would come from the network
 * is written to the socket PHONION_FAKE_EVENTS, a datagram each: "digit LOCAL N"
 * for the telephone event N at the leg with this local address, "sent LOCAL" for
 * the end of the digits that it was asked to send; and "refuse LOCAL" for the next change
 * of that leg to come to nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "loop/loop.h"
#include "sip/addr.h"

#define MAX_LEGS 8192

struct dataplane {
	struct dp_leg *legs; /* id 0: free */
	FILE *log;
	const char *error;
	uint32_t refused; /* the leg whose next change is; 0: none */
	int events_fd;	  /* -1: none */
	struct loop_io *events;
	dp_event_fn fn;
	void *arg;
};

static const struct dataplane_ops fake_ops;

static struct dp_leg *find(struct dataplane *dp, uint32_t id)
{
	size_t i;

	for (i = 0; i < MAX_LEGS; i++)
		if (dp->legs[i].id == id)
			return &dp->legs[i];
	return NULL;
}

static int refuse(struct dataplane *dp, int err, const char *error)
{
	dp->error = error;
	return err;
}

static void record(struct dataplane *dp, const char *what, const struct dp_leg *leg)
{
	char local[ADDR_TEXT_SIZE] = "-", remote[ADDR_TEXT_SIZE] = "-";
	size_t i;

	if (!dp->log)
		return;
	if (leg->local.ss_family)
		addr_hostport(&leg->local, local);
	if (leg->remote.ss_family)
		addr_hostport(&leg->remote, remote);
	fprintf(dp->log, "%s leg=%u side=%d local=%s remote=%s hold=%d timeout=%u pt=", what,
		leg->id, leg->cookie_len ? leg->cookie[leg->cookie_len - 1] : -1, local, remote,
		leg->hold, leg->media_timeout_ms);
	for (i = 0; i < leg->n_pt; i++)
		fprintf(dp->log, "%s%u:%d", i ? "," : "", leg->pt[i].number, leg->pt[i].codec);
	fprintf(dp->log, "\n");
	fflush(dp->log);
}

static int fake_leg_new(struct dataplane *dp, struct dp_leg *leg)
{
	struct dp_leg *place = find(dp, 0);
	static uint32_t last;
	size_t i;

	if (!place)
		return refuse(dp, -ENOMEM, "no room");
	if (!leg->n_pt || !leg->local.ss_family || leg->cookie_len > PHONION_MAX_COOKIE_LEN)
		return refuse(dp, -EINVAL, "a leg needs payload types and a local address");
	for (i = 0; i < MAX_LEGS; i++)
		if (dp->legs[i].id && addr_same(&dp->legs[i].local, &leg->local))
			return refuse(dp, -EADDRINUSE, "the port is taken");
	do
		leg->id = ++last;
	while (find(dp, leg->id));
	*place = *leg;
	record(dp, "new", place);
	return 0;
}

static int fake_leg_set(struct dataplane *dp, const struct dp_leg *leg, unsigned int what)
{
	struct dp_leg *have = leg->id ? find(dp, leg->id) : NULL;

	if (!have)
		return refuse(dp, -ENOENT, "no such leg");
	if (leg->id == dp->refused) {
		dp->refused = 0;
		return refuse(dp, -ENOMEM, "as the test wants it");
	}
	if (what & DP_SET_REMOTE) {
		have->remote = leg->remote;
		have->source_policy = leg->source_policy;
	}
	if (what & DP_SET_PT) {
		if (!leg->n_pt)
			return refuse(dp, -EINVAL, "no payload type");
		memcpy(have->pt, leg->pt, sizeof(have->pt));
		have->n_pt = leg->n_pt;
	}
	if (what & DP_SET_HOLD)
		have->hold = leg->hold;
	if (what & DP_SET_MEDIA_TIMEOUT)
		have->media_timeout_ms = leg->media_timeout_ms;
	record(dp, "set", have);
	return 0;
}

static int fake_bridge_del(struct dataplane *dp, uint32_t id)
{
	struct dp_leg *leg = id ? find(dp, id) : NULL;
	struct dp_leg *other = leg && leg->bridged_to ? find(dp, leg->bridged_to) : NULL;

	if (!other)
		return refuse(dp, -ENOENT, "not bridged");
	leg->bridged_to = other->bridged_to = 0;
	return 0;
}

static int fake_leg_del(struct dataplane *dp, uint32_t id)
{
	struct dp_leg *leg = id ? find(dp, id) : NULL;

	if (!leg)
		return refuse(dp, -ENOENT, "no such leg");
	fake_bridge_del(dp, id);
	record(dp, "del", leg);
	memset(leg, 0, sizeof(*leg));
	return 0;
}

static int fake_leg_get(struct dataplane *dp, uint32_t id, struct dp_leg *leg)
{
	struct dp_leg *have = id ? find(dp, id) : NULL;

	if (!have)
		return refuse(dp, -ENOENT, "no such leg");
	*leg = *have;
	return 0;
}

static int fake_leg_dump(struct dataplane *dp, dp_leg_fn fn, void *arg)
{
	size_t i;

	for (i = 0; i < MAX_LEGS; i++)
		if (dp->legs[i].id)
			fn(&dp->legs[i], arg);
	return 0;
}

static int fake_lease_renew(struct dataplane *dp, const uint32_t *ids, size_t n, uint32_t lease_ms)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!find(dp, ids[i]))
			return refuse(dp, -ENOENT, "no such leg");
	if (dp->log)
		fprintf(dp->log, "renew n=%zu lease=%u\n", n, lease_ms);
	return 0;
}

static int fake_bridge_new(struct dataplane *dp, uint32_t a, uint32_t b)
{
	struct dp_leg *leg_a = a ? find(dp, a) : NULL, *leg_b = b ? find(dp, b) : NULL;

	if (!leg_a || !leg_b || leg_a->bridged_to || leg_b->bridged_to)
		return refuse(dp, -EBUSY, "a leg is missing or bridged already");
	/* Slow, so that it shows if somebody is told of the answer before. */
	usleep(20000);
	leg_a->bridged_to = b;
	leg_b->bridged_to = a;
	if (dp->log) {
		fprintf(dp->log, "bridge %u %u\n", a, b);
		fflush(dp->log);
	}
	return 0;
}

static int fake_leg_dtmf(struct dataplane *dp, uint32_t id, const char *digits)
{
	struct dp_leg *leg = id ? find(dp, id) : NULL;
	size_t i;

	if (!leg)
		return refuse(dp, -ENOENT, "no such leg");
	for (i = 0; i < leg->n_pt; i++)
		if (leg->pt[i].codec == PHONION_CODEC_TELEPHONE_EVENT)
			break;
	if (i == leg->n_pt)
		return refuse(dp, -EOPNOTSUPP, "the leg has no payload type for events");
	if (dp->log) {
		fprintf(dp->log, "dtmf side=%d digits=%s\n", leg->cookie[leg->cookie_len - 1],
			digits);
		fflush(dp->log);
	}
	return 0;
}

static int fake_leg_play(struct dataplane *dp, uint32_t id, const struct dp_sound *sound)
{
	struct dp_leg *leg = id ? find(dp, id) : NULL;

	if (!leg)
		return refuse(dp, -ENOENT, "no such leg");
	if (sound && !leg->remote.ss_family)
		return refuse(dp, -EDESTADDRREQ, "the leg has no remote address");
	if (dp->log) {
		fprintf(dp->log, "play side=%d on=%u off=%u noise=%d\n",
			leg->cookie[leg->cookie_len - 1], sound ? sound->on_ms : 0,
			sound ? sound->off_ms : 0, sound && sound->noise);
		fflush(dp->log);
	}
	return 0;
}

static struct dp_leg *find_local(struct dataplane *dp, const char *local)
{
	char text[ADDR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < MAX_LEGS; i++)
		if (dp->legs[i].id && !strcmp(addr_hostport(&dp->legs[i].local, text), local))
			return &dp->legs[i];
	return NULL;
}

static void on_datagram(int fd, short revents, void *arg)
{
	struct dataplane *dp = arg;
	char text[128] = "", what[16] = "", local[ADDR_TEXT_SIZE] = "";
	struct dp_event event = { 0 };
	const struct dp_leg *leg;
	unsigned int digit = 0;

	(void)revents;
	if (recv(fd, text, sizeof(text) - 1, 0) <= 0 ||
	    sscanf(text, "%15s %55s %u", what, local, &digit) < 2)
		return;
	leg = find_local(dp, local);
	if (!leg)
		return;
	if (!strcmp(what, "refuse")) {
		dp->refused = leg->id;
		return;
	}
	event.type = strcmp(what, "sent") ? DP_DTMF : DP_DTMF_SENT;
	event.leg = leg->id;
	event.digit = digit;
	event.cookie_len = leg->cookie_len;
	memcpy(event.cookie, leg->cookie, leg->cookie_len);
	dp->fn(&event, dp->arg);
}

static int open_events(struct dataplane *dp, struct loop *loop, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	dp->events_fd = -1;
	if (!path)
		return 0;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unlink(path);
	dp->events_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (dp->events_fd < 0 || bind(dp->events_fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	return loop_io_add(loop, &dp->events, dp->events_fd, POLLIN, on_datagram, dp);
}

int dataplane_open(struct dataplane **dp, enum dataplane_kind kind, struct loop *loop,
		   dp_event_fn fn, void *arg)
{
	const char *legs = getenv("PHONION_FAKE_LEGS"), *log = getenv("PHONION_FAKE_LOG");
	size_t size = MAX_LEGS * sizeof(struct dp_leg);
	struct dataplane *new = calloc(1, sizeof(*new));
	int fd;

	(void)kind;

	if (!new)
		return -ENOMEM;
	new->fn = fn;
	new->arg = arg;
	fd = legs ? open(legs, O_RDWR | O_CREAT, 0600) : memfd_create("legs", 0);
	if (fd < 0 || ftruncate(fd, size))
		return -errno;
	new->legs = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (new->legs == MAP_FAILED)
		return -errno;
	new->log = log ? fopen(log, "a") : NULL;
	new->error = "";
	*dp = new;
	return open_events(new, loop, getenv("PHONION_FAKE_EVENTS"));
}

void dataplane_close(struct dataplane *dp)
{
	loop_io_del(dp->events);
	if (dp->events_fd >= 0)
		close(dp->events_fd);
	munmap(dp->legs, MAX_LEGS * sizeof(struct dp_leg));
	if (dp->log)
		fclose(dp->log);
	free(dp);
}

const struct dataplane_ops *dataplane_ops(const struct dataplane *dp)
{
	(void)dp;
	return &fake_ops;
}

const char *dataplane_error(const struct dataplane *dp)
{
	return dp->error;
}

static const struct dataplane_ops fake_ops = {
	.name = "fake",
	.leg_new = fake_leg_new,
	.leg_set = fake_leg_set,
	.leg_del = fake_leg_del,
	.leg_get = fake_leg_get,
	.leg_dump = fake_leg_dump,
	.lease_renew = fake_lease_renew,
	.leg_dtmf = fake_leg_dtmf,
	.leg_play = fake_leg_play,
	.bridge_new = fake_bridge_new,
	.bridge_del = fake_bridge_del,
};
