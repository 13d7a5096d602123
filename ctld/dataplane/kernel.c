// SPDX-License-Identifier: GPL-2.0
/* The data plane that phonion.ko serves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"
#include "dataplane/nlmsg.h"
#include "log/log.h"

/*
 * Renewals sent at once. Only the last asks for an acknowledgement, so even if
 * each is refused the answers fit a socket's default buffer.
 */
#define RENEWALS_IN_BATCH 64

_Static_assert(RENEWALS_IN_BATCH * 64 <= GENL_BUFFER, "a batch does not fit the buffer");

static int check_version(const struct genl *genl)
{
	if (genl->version == PHONION_FAMILY_VERSION)
		return 0;
	log_error(
		"phonion.ko speaks version %u of its netlink family, this daemon %d: install both "
		"of one release, and `modprobe -r phonion`",
		genl->version, PHONION_FAMILY_VERSION);
	return -EPROTO;
}

static int kernel_open(struct dataplane *dp, struct loop *loop, dp_event_fn fn, void *arg)
{
	int err = genl_open(&dp->genl, PHONION_FAMILY_NAME, PHONION_MCGRP_EVENTS);

	if (err)
		return err;
	dp->error = dp->genl.error;
	err = check_version(&dp->genl);
	if (!err)
		err = event_open(&dp->events, loop, dp->genl.group, fn, arg);
	if (err)
		genl_close(&dp->genl);
	return err;
}

static void kernel_close(struct dataplane *dp)
{
	event_close(&dp->events);
	genl_close(&dp->genl);
}

static struct nlmsghdr *begin(struct dataplane *dp, uint8_t cmd)
{
	genl_reset(&dp->genl);
	return genl_begin(&dp->genl, cmd, NLM_F_ACK);
}

static int talk(struct dataplane *dp, struct nlmsghdr *nlh, genl_fn fn, void *arg)
{
	genl_end(&dp->genl, nlh);
	return genl_talk(&dp->genl, fn, arg);
}

static int refuse(struct dataplane *dp, const char *sentence)
{
	snprintf(dp->genl.error, sizeof(dp->genl.error), "%s", sentence);
	return -EINVAL;
}

static int take_id(const struct nlmsghdr *nlh, void *arg)
{
	struct dp_leg made, *leg = arg;
	int err = nlmsg_get_leg(nlh, &made);

	if (!err)
		leg->id = made.id;
	return err;
}

static int kernel_leg_new(struct dataplane *dp, struct dp_leg *leg)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_LEG_NEW);

	if (nlmsg_put_leg(nlh, leg))
		return refuse(dp, "the leg has no local address, or too many payload types");
	return talk(dp, nlh, take_id, leg);
}

static int kernel_leg_set(struct dataplane *dp, const struct dp_leg *leg, unsigned int what)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_LEG_SET);

	if (nlmsg_put_leg_change(nlh, leg, what))
		return refuse(dp, "the leg has no remote address, or too many payload types");
	return talk(dp, nlh, NULL, NULL);
}

static int kernel_leg_del(struct dataplane *dp, uint32_t id)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_LEG_DEL);

	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, id);
	return talk(dp, nlh, NULL, NULL);
}

static int take_leg(const struct nlmsghdr *nlh, void *arg)
{
	return nlmsg_get_leg(nlh, arg);
}

static int kernel_leg_get(struct dataplane *dp, uint32_t id, struct dp_leg *leg)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_LEG_GET);

	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, id);
	return talk(dp, nlh, take_leg, leg);
}

/*
 * Legs are kept until the dump is known to be whole, so that one that was
 * interrupted tells the caller nothing, and the caller may send requests.
 */
struct dump {
	struct dp_leg *legs;
	size_t n, cap;
};

static int keep_leg(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *dump = arg;
	int err;

	if (dump->n == dump->cap) {
		size_t cap = dump->cap ? dump->cap * 2 : 64;
		struct dp_leg *legs = reallocarray(dump->legs, cap, sizeof(*legs));

		if (!legs)
			return -ENOMEM;
		dump->legs = legs;
		dump->cap = cap;
	}
	err = nlmsg_get_leg(nlh, &dump->legs[dump->n]);
	if (!err)
		dump->n++;
	return err;
}

static void forget_legs(void *arg)
{
	struct dump *dump = arg;

	dump->n = 0;
}

static int kernel_leg_dump(struct dataplane *dp, dp_leg_fn fn, void *arg)
{
	struct dump dump = { 0 };
	int err = genl_dump(&dp->genl, PHONION_CMD_LEG_GET, forget_legs, keep_leg, &dump);

	for (size_t i = 0; i < dump.n && !err; i++)
		fn(&dump.legs[i], arg);
	free(dump.legs);
	return err;
}

static int renew_batch(struct dataplane *dp, const uint32_t *ids, size_t n, uint32_t lease_ms)
{
	genl_reset(&dp->genl);
	for (size_t i = 0; i < n; i++) {
		struct nlmsghdr *nlh =
			genl_begin(&dp->genl, PHONION_CMD_LEG_SET, i + 1 == n ? NLM_F_ACK : 0);

		mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, ids[i]);
		mnl_attr_put_u32(nlh, PHONION_A_LEG_LEASE, lease_ms);
		genl_end(&dp->genl, nlh);
	}
	return genl_talk(&dp->genl, NULL, NULL);
}

/* A leg that is gone keeps none of the others from being renewed. */
static int kernel_lease_renew(struct dataplane *dp, const uint32_t *ids, size_t n,
			      uint32_t lease_ms)
{
	char sentence[sizeof(dp->genl.error)] = "";
	int first = 0;

	while (n > 0) {
		size_t batch = n < RENEWALS_IN_BATCH ? n : RENEWALS_IN_BATCH;
		int err = renew_batch(dp, ids, batch, lease_ms);

		if (err && !first) {
			first = err;
			memcpy(sentence, dp->genl.error, sizeof(sentence));
		}
		ids += batch;
		n -= batch;
	}
	memcpy(dp->genl.error, sentence, sizeof(sentence));
	return first;
}

static int kernel_leg_dtmf(struct dataplane *dp, uint32_t id, const char *digits)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_LEG_DTMF);
	size_t len = strnlen(digits, PHONION_MAX_DIGITS + 1);
	void *copy;
	int err;

	if (len > PHONION_MAX_DIGITS)
		return refuse(dp, "too many digits");
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, id);
	mnl_attr_put(nlh, PHONION_A_LEG_DIGITS, len, digits);
	copy = mnl_nlmsg_get_payload_tail(nlh) - MNL_ALIGN(len);
	err = talk(dp, nlh, NULL, NULL);
	/* They may be an access code: the request is not to keep them. */
	explicit_bzero(copy, len);
	return err;
}

static int kernel_leg_play(struct dataplane *dp, uint32_t id, const struct dp_sound *sound)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_LEG_PLAY);

	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, id);
	if (nlmsg_put_sound(nlh, sound))
		return refuse(dp, "the sound is too long");
	return talk(dp, nlh, NULL, NULL);
}

static int kernel_bridge_new(struct dataplane *dp, uint32_t a, uint32_t b)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_BRIDGE_NEW);

	mnl_attr_put_u32(nlh, PHONION_A_BRIDGE_LEG_A, a);
	mnl_attr_put_u32(nlh, PHONION_A_BRIDGE_LEG_B, b);
	return talk(dp, nlh, NULL, NULL);
}

static int kernel_bridge_del(struct dataplane *dp, uint32_t leg)
{
	struct nlmsghdr *nlh = begin(dp, PHONION_CMD_BRIDGE_DEL);

	mnl_attr_put_u32(nlh, PHONION_A_BRIDGE_LEG_A, leg);
	return talk(dp, nlh, NULL, NULL);
}

const struct dataplane_ops kernel_ops = {
	.name = "kernel",
	.open = kernel_open,
	.close = kernel_close,
	.leg_new = kernel_leg_new,
	.leg_set = kernel_leg_set,
	.leg_del = kernel_leg_del,
	.leg_get = kernel_leg_get,
	.leg_dump = kernel_leg_dump,
	.lease_renew = kernel_lease_renew,
	.leg_dtmf = kernel_leg_dtmf,
	.leg_play = kernel_leg_play,
	.bridge_new = kernel_bridge_new,
	.bridge_del = kernel_bridge_del,
};
