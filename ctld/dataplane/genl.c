// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "dataplane/genl.h"

/* The kernel answers within its sendmsg(2); this is for a kernel that does not. */
#define PATIENCE_SECONDS 5

/* What genl_talk() waits for. */
struct talk {
	uint32_t first, last; /* sequence numbers */
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

/* Finds NLMSGERR_ATTR_MSG behind the (capped) copy of the request's header. */
static const char *extack(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*error);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += error->msg.nlmsg_len - sizeof(error->msg);
	if (offset > mnl_nlmsg_get_payload_len(nlh))
		return NULL;
	mnl_attr_for_each(attr, nlh, offset) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(attr);
	}
	return NULL;
}

static void fail(struct genl *genl, struct talk *talk, int err, const char *sentence)
{
	if (talk->err)
		return;
	talk->err = err;
	keep_error(genl, sentence, err);
}

static void take_error(struct genl *genl, struct talk *talk, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		fail(genl, talk, -EBADMSG, NULL);
	else if (error->error)
		fail(genl, talk, error->error, extack(nlh));
	talk->done = nlh->nlmsg_seq == talk->last;
}

static void take_done(struct genl *genl, struct talk *talk, const struct nlmsghdr *nlh)
{
	int err = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err < 0)
		fail(genl, talk, err, NULL);
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
			fail(genl, talk, err, NULL);
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
	struct talk talk = { .fn = fn, .arg = arg, .last = genl->seq };
	size_t len = genl->used;
	int err = 0;

	talk.first = first->nlmsg_seq;
	genl_reset(genl);
	genl->error[0] = 0;
	if (mnl_socket_sendto(genl->socket, genl->tx, len) < 0)
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

/* Messages */

void genl_reset(struct genl *genl)
{
	genl->used = 0;
}

struct nlmsghdr *genl_begin(struct genl *genl, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(genl->tx + genl->used);
	struct genlmsghdr *header;

	nlh->nlmsg_type = genl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++genl->seq;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = cmd;
	header->version = 1;
	return nlh;
}

void genl_end(struct genl *genl, const struct nlmsghdr *nlh)
{
	genl->used += MNL_ALIGN(nlh->nlmsg_len);
}

/* The family's numbers */

struct family {
	const char *group_name;
	uint32_t group;
	uint16_t id;
};

static void take_group(struct family *family, const struct nlattr *nest)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
	}
	if (name && !strcmp(name, family->group_name))
		family->group = id;
}

static int take_family(const struct nlmsghdr *nlh, void *arg)
{
	struct family *family = arg;
	const struct nlattr *attr, *group;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			family->id = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				take_group(family, group);
			break;
		}
	}
	return 0;
}

static int resolve(struct genl *genl, const char *name, const char *group)
{
	struct family family = { .group_name = group };
	struct nlmsghdr *nlh;
	int err;

	genl->family = GENL_ID_CTRL;
	nlh = genl_begin(genl, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	genl_end(genl, nlh);
	err = genl_talk(genl, take_family, &family);
	if (!err && (!family.id || !family.group))
		err = -EPROTO;
	genl->family = family.id;
	genl->group = family.group;
	return err;
}

static int set_options(struct genl *genl)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	int on = 1;

	if (mnl_socket_setsockopt(genl->socket, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(genl->socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(genl->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on)) < 0)
		return -errno;
	if (setsockopt(mnl_socket_get_fd(genl->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) < 0)
		return -errno;
	return 0;
}

int genl_open(struct genl *genl, const char *name, const char *group)
{
	int err;

	memset(genl, 0, sizeof(*genl));
	genl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!genl->socket)
		return -errno;
	genl->seq = time(NULL);
	err = set_options(genl);
	if (err)
		goto err_socket;
	if (mnl_socket_bind(genl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		goto err_socket;
	}
	err = resolve(genl, name, group);
	if (err)
		goto err_socket;
	return 0;

err_socket:
	mnl_socket_close(genl->socket);
	genl->socket = NULL;
	return err;
}

void genl_close(struct genl *genl)
{
	if (genl->socket)
		mnl_socket_close(genl->socket);
	genl->socket = NULL;
}
