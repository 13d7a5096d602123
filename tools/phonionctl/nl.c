// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nl.h"
#include "tools/lib/out.h"

/* No less than what the kernel puts into one datagram of a dump. */
#define NL_BUF_SIZE 8192
/* A dump that changes under our eyes is read again this often. */
#define NL_DUMP_TRIES 8

struct nl {
	struct mnl_socket *sock;
	unsigned int seq;
	uint16_t family;
	unsigned int version;
	uint32_t group;
	char error[256];   /* the kernel's own sentence on the last refusal */
	uint16_t bad_attr; /* the attribute to blame for it, 0 if none */
	_Alignas(struct nlmsghdr) char buf[NL_BUF_SIZE];
};

int nl_fd(const struct nl *nl)
{
	return mnl_socket_get_fd(nl->sock);
}

unsigned int nl_version(const struct nl *nl)
{
	return nl->version;
}

uint64_t nl_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

static void keep_first(const struct nlattr *attr, const struct nlattr **attrs, int max)
{
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= max && !attrs[type])
		attrs[type] = attr;
}

void nl_parse(const struct nlmsghdr *nlh, const struct nlattr **attrs, int max)
{
	const struct nlattr *attr;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		keep_first(attr, attrs, max);
}

void nl_parse_nested(const struct nlattr *nest, const struct nlattr **attrs, int max)
{
	const struct nlattr *attr;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		keep_first(attr, attrs, max);
}

struct answer {
	struct nl *nl;
	const struct nlmsghdr *request;
	nl_cb cb;
	void *arg;
};

/*
 * The extended acknowledgement, after the error number and the request's
 * header: NLM_F_CAPPED says that the request's body was left out.
 */
static void keep_error(struct answer *a, const struct nlmsghdr *nlh, size_t offset)
{
	const struct nlattr *tlvs[NLMSGERR_ATTR_MAX + 1] = { 0 };
	const struct nlattr *attr;
	uint64_t at;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, offset)
		keep_first(attr, tlvs, NLMSGERR_ATTR_MAX);
	if (tlvs[NLMSGERR_ATTR_MSG] &&
	    mnl_attr_validate(tlvs[NLMSGERR_ATTR_MSG], MNL_TYPE_NUL_STRING) >= 0)
		strncpy(a->nl->error, mnl_attr_get_str(tlvs[NLMSGERR_ATTR_MSG]),
			sizeof(a->nl->error) - 1);
	if (!tlvs[NLMSGERR_ATTR_OFFS])
		return;
	/* Counted from the request's beginning; it may be inside a nest. */
	at = nl_uint(tlvs[NLMSGERR_ATTR_OFFS]);
	mnl_attr_for_each(attr, a->request, sizeof(struct genlmsghdr))
		if ((uint64_t)((const char *)attr - (const char *)a->request) <= at)
			a->nl->bad_attr = mnl_attr_get_type(attr);
}

static int on_data(const struct nlmsghdr *nlh, void *data)
{
	const struct answer *a = data;
	int err = a->cb ? a->cb(nlh, a->arg) : 0;

	if (err < 0) {
		errno = -err;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

static int on_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	struct answer *a = data;
	size_t offset = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += mnl_nlmsg_get_payload_len(&e->msg);
	if (offset <= mnl_nlmsg_get_payload_len(nlh))
		keep_error(a, nlh, offset);
	if (!e->error)
		return MNL_CB_STOP;
	errno = -e->error;
	return MNL_CB_ERROR;
}

/* A dump that fails half way ends with the error number in NLMSG_DONE. */
static int on_done(const struct nlmsghdr *nlh, void *data)
{
	struct answer *a = data;
	int err = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err >= 0)
		return MNL_CB_STOP;
	keep_error(a, nlh, sizeof(err));
	errno = -err;
	return MNL_CB_ERROR;
}

struct nlmsghdr *nl_request(union nl_buf *buf, uint8_t cmd)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	memset(buf, 0, sizeof(*buf));
	nlh = mnl_nlmsg_put_header(buf);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = PHONION_FAMILY_VERSION;
	return nlh;
}

static int transact(struct nl *nl, struct nlmsghdr *nlh, uint16_t type, uint16_t flags, nl_cb cb,
		    void *arg)
{
	mnl_cb_t ctl[NLMSG_DONE + 1] = {
		[NLMSG_ERROR] = on_error,
		[NLMSG_DONE] = on_done,
	};
	struct answer a = { .nl = nl, .request = nlh, .cb = cb, .arg = arg };
	int ret;

	memset(nl->error, 0, sizeof(nl->error));
	nl->bad_attr = 0;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t len = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));

		if (len < 0)
			return -errno;
		ret = mnl_cb_run2(nl->buf, len, nl->seq, mnl_socket_get_portid(nl->sock), on_data,
				  &a, ctl, NLMSG_DONE + 1);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

int nl_do(struct nl *nl, struct nlmsghdr *nlh, nl_cb cb, void *arg)
{
	return transact(nl, nlh, nl->family, NLM_F_ACK, cb, arg);
}

static int reopen(struct nl *nl)
{
	const int on = 1;

	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Without these, errors are still numbers, only without a sentence. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, (void *)&on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, (void *)&on, sizeof(on));
	return 0;
}

int nl_dump(struct nl *nl, uint8_t cmd, nl_cb cb, struct nl_rows *rows)
{
	union nl_buf buf;
	int err;

	for (int try = 0; try < NL_DUMP_TRIES; try++) {
		json_array_clear(rows->list);
		err = transact(nl, nl_request(&buf, cmd), nl->family, NLM_F_DUMP, cb, rows);
		if (err != -EINTR)
			return err;
		/* Something changed meanwhile. The rest of this dump goes with the socket. */
		err = reopen(nl);
		if (err)
			return err;
	}
	return -EINTR;
}

int nl_join(struct nl *nl)
{
	int group = nl->group;

	if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

int nl_events(struct nl *nl, nl_cb cb, void *arg)
{
	struct answer a = { .nl = nl, .cb = cb, .arg = arg };
	ssize_t len = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));

	if (len < 0)
		return -errno;
	return mnl_cb_run(nl->buf, len, 0, 0, on_data, &a) < 0 ? -errno : 0;
}

static void on_group(const struct nlattr *group, struct nl *nl)
{
	const struct nlattr *attrs[CTRL_ATTR_MCAST_GRP_MAX + 1];

	nl_parse_nested(group, attrs, CTRL_ATTR_MCAST_GRP_MAX);
	if (!attrs[CTRL_ATTR_MCAST_GRP_NAME] || !attrs[CTRL_ATTR_MCAST_GRP_ID] ||
	    mnl_attr_validate(attrs[CTRL_ATTR_MCAST_GRP_NAME], MNL_TYPE_NUL_STRING) < 0)
		return;
	if (!strcmp(mnl_attr_get_str(attrs[CTRL_ATTR_MCAST_GRP_NAME]), PHONION_MCGRP_EVENTS))
		nl->group = nl_uint(attrs[CTRL_ATTR_MCAST_GRP_ID]);
}

static int on_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	const struct nlattr *group;
	struct nl *nl = arg;

	nl_parse(nlh, attrs, CTRL_ATTR_MAX);
	nl->family = nl_uint(attrs[CTRL_ATTR_FAMILY_ID]);
	nl->version = nl_uint(attrs[CTRL_ATTR_VERSION]);
	if (attrs[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_for_each_nested(group, attrs[CTRL_ATTR_MCAST_GROUPS])
			on_group(group, nl);
	return 0;
}

int nl_open(struct nl **nlp)
{
	union nl_buf buf;
	struct nlmsghdr *nlh;
	struct nl *nl;
	int err;

	nl = calloc(1, sizeof(*nl));
	if (!nl)
		return -ENOMEM;
	nl->seq = time(NULL);
	err = reopen(nl);
	if (!err) {
		nlh = nl_request(&buf, CTRL_CMD_GETFAMILY);
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, PHONION_FAMILY_NAME);
		err = transact(nl, nlh, GENL_ID_CTRL, NLM_F_ACK, on_family, nl);
	}
	if (!err && !nl->family)
		err = -ENOENT;
	if (err) {
		nl_close(nl);
		return err;
	}
	*nlp = nl;
	return 0;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl);
}

#define HINT_MODULE "Load it with 'modprobe phonion'; 'phonionctl doctor' tells whether it can be."
#define HINT_ADMIN  "Run it as root, or with CAP_NET_ADMIN in this network namespace."

int nl_open_or_fail(const struct opts *opts, struct nl **nl)
{
	int err = nl_open(nl);

	if (!err)
		return EXIT_DONE;
	if (err == -ENOENT)
		return fail(opts, EXIT_NO_MODULE, HINT_MODULE,
			    "the kernel module phonion is not loaded");
	return fail(opts, EXIT_REFUSED, NULL, "cannot speak to the kernel: %s", strerror(-err));
}

/* What to do about it, where that does not follow from the sentence. */
static const char *hint(int err)
{
	switch (err) {
	case -ENOENT:
		return "'phonionctl leg' lists the legs that exist.";
	case -EADDRINUSE:
		return "'phonionctl leg' and 'ss -nulp' tell which leg or program holds the port.";
	case -EADDRNOTAVAIL:
		return "'ip address' lists this host's addresses.";
	case -EINTR:
		return "Legs come and go too quickly to list them; try again.";
	default:
		return NULL;
	}
}

int nl_fail(const struct opts *opts, const struct nl *nl, int err, const char *what,
	    const char *const *words, size_t n_words)
{
	const char *word = nl->bad_attr < n_words ? words[nl->bad_attr] : NULL;

	if (err == -EPERM)
		return fail(opts, EXIT_NO_PERMISSION, HINT_ADMIN, "%s: not permitted", what);
	return fail(opts, EXIT_REFUSED, hint(err), "%s: %s%s%s", what, word ? word : "",
		    word ? ": " : "", nl->error[0] ? nl->error : strerror(-err));
}
