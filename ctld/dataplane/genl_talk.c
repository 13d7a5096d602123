// SPDX-License-Identifier: GPL-2.0
/* Requests sent and answers taken, with what the kernel says on a refusal. */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/attrs.h"
#include "dataplane/genl.h"

/* A dump is asked for again this often when something changed meanwhile. */
#define DUMP_ATTEMPTS 10

struct talk {
	uint32_t first, last; /* sequence numbers */
	size_t len;	      /* octets of TX that were sent */
	genl_fn fn;
	void *arg;
	int err;
	bool interrupted;
	bool done;
};

static void keep_error(struct genl *genl, const char *sentence, int err)
{
	snprintf(genl->error, sizeof(genl->error), "%s", sentence ? sentence : strerror(-err));
}

/*
 * The attribute at OFFSET octets into the request that was numbered SEQ; the one
 * that holds it, if it is inside a nest.
 */
static uint16_t attr_at(const struct genl *genl, const struct talk *talk, uint32_t seq,
			uint64_t offset)
{
	const struct nlmsghdr *nlh = (const void *)genl->tx;
	const struct nlattr *attr;
	int len = talk->len;
	uint16_t type = 0;

	while (mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_seq != seq)
		nlh = mnl_nlmsg_next(nlh, &len);
	if (!mnl_nlmsg_ok(nlh, len))
		return 0;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if ((uint64_t)((const char *)attr - (const char *)nlh) <= offset)
			type = mnl_attr_get_type(attr);
	return type;
}

/* The first error counts. NLH has the extended acknowledgement at OFFSET, or none. */
static void fail(struct genl *genl, struct talk *talk, int err, const struct nlmsghdr *nlh,
		 size_t offset)
{
	const struct nlattr *tlv[NLMSGERR_ATTR_MAX + 1] = { 0 };

	if (talk->err)
		return;
	talk->err = err;
	if (nlh && nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		attrs_parse(nlh, offset, tlv, NLMSGERR_ATTR_MAX);
	keep_error(genl, attr_str(tlv[NLMSGERR_ATTR_MSG]), err);
	if (tlv[NLMSGERR_ATTR_OFFS])
		genl->bad_attr =
			attr_at(genl, talk, nlh->nlmsg_seq, attr_uint(tlv[NLMSGERR_ATTR_OFFS]));
}

/* Behind the error number comes the request, or only its header (NLM_F_CAPPED). */
static void take_error(struct genl *genl, struct talk *talk, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*error);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error)) {
		fail(genl, talk, -EBADMSG, NULL, 0);
	} else if (error->error) {
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			offset += mnl_nlmsg_get_payload_len(&error->msg);
		fail(genl, talk, error->error, nlh, offset);
	}
	talk->done = nlh->nlmsg_seq == talk->last;
}

/* A dump that fails half way ends with the error number here. */
static void take_done(struct genl *genl, struct talk *talk, const struct nlmsghdr *nlh)
{
	int err = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err < 0)
		fail(genl, talk, err, nlh, sizeof(err));
	talk->done = nlh->nlmsg_seq == talk->last;
}

static void take(struct genl *genl, struct talk *talk, const struct nlmsghdr *nlh)
{
	int err;

	/* An answer to a request that was given up on. */
	if (nlh->nlmsg_seq - talk->first > talk->last - talk->first)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		talk->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		take_error(genl, talk, nlh);
		break;
	case NLMSG_DONE:
		take_done(genl, talk, nlh);
		break;
	default:
		err = talk->fn ? talk->fn(nlh, talk->arg) : 0;
		if (err)
			fail(genl, talk, err, NULL, 0);
	}
}

static int receive(struct genl *genl, struct talk *talk)
{
	ssize_t n = mnl_socket_recvfrom(genl->socket, genl->rx, sizeof(genl->rx));
	const struct nlmsghdr *nlh = (const void *)genl->rx;
	int len = n;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (; mnl_nlmsg_ok(nlh, len) && !talk->done; nlh = mnl_nlmsg_next(nlh, &len))
		take(genl, talk, nlh);
	return 0;
}

int genl_talk(struct genl *genl, genl_fn fn, void *arg)
{
	const struct nlmsghdr *first = (const void *)genl->tx;
	struct talk talk = { .fn = fn, .arg = arg, .last = genl->seq, .len = genl->used };
	int err = 0;

	talk.first = first->nlmsg_seq;
	genl_reset(genl);
	genl->error[0] = 0;
	genl->bad_attr = 0;
	if (mnl_socket_sendto(genl->socket, genl->tx, talk.len) < 0)
		err = -errno;
	while (!err && !talk.done)
		err = receive(genl, &talk);
	if (err)
		keep_error(genl, NULL, err);
	else if (talk.err)
		err = talk.err;
	else if (talk.interrupted)
		err = -EINTR;
	return err;
}

int genl_dump(struct genl *genl, uint8_t cmd, void (*anew)(void *arg), genl_fn fn, void *arg)
{
	int err = -EINTR;

	for (int i = 0; i < DUMP_ATTEMPTS && err == -EINTR; i++) {
		anew(arg);
		genl_reset(genl);
		genl_end(genl, genl_begin(genl, cmd, NLM_F_DUMP));
		err = genl_talk(genl, fn, arg);
	}
	return err;
}
