// SPDX-License-Identifier: GPL-2.0
/* The client's socket and messages; genl_talk.c has the exchange. */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "dataplane/attrs.h"
#include "dataplane/genl.h"

/* The kernel answers within its sendmsg(2); this is for a kernel that does not. */
#define PATIENCE_SECONDS 5

/* Messages */

void genl_reset(struct genl *genl)
{
	genl->used = 0;
}

struct nlmsghdr *genl_request(void *buf, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = cmd;
	header->version = 1;
	return nlh;
}

static void address(struct genl *genl, struct nlmsghdr *nlh, uint16_t flags)
{
	nlh->nlmsg_type = genl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++genl->seq;
}

struct nlmsghdr *genl_begin(struct genl *genl, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = genl_request(genl->tx + genl->used, cmd);

	address(genl, nlh, flags);
	return nlh;
}

void genl_end(struct genl *genl, const struct nlmsghdr *nlh)
{
	genl->used += MNL_ALIGN(nlh->nlmsg_len);
}

int genl_add(struct genl *genl, const struct nlmsghdr *request, uint16_t flags)
{
	struct nlmsghdr *nlh = (void *)(genl->tx + genl->used);

	if (MNL_ALIGN(request->nlmsg_len) > sizeof(genl->tx) - genl->used)
		return -EMSGSIZE;
	memcpy(nlh, request, request->nlmsg_len);
	address(genl, nlh, flags);
	genl_end(genl, nlh);
	return 0;
}

/* The family's numbers */

struct family {
	const char *group_name;
	uint32_t group, version;
	uint16_t id;
};

static void take_group(struct family *family, const struct nlattr *nest)
{
	const struct nlattr *a[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const char *name;

	attrs_parse_nested(nest, a, CTRL_ATTR_MCAST_GRP_MAX);
	name = attr_str(a[CTRL_ATTR_MCAST_GRP_NAME]);
	if (name && !strcmp(name, family->group_name))
		family->group = attr_uint(a[CTRL_ATTR_MCAST_GRP_ID]);
}

static int take_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *a[CTRL_ATTR_MAX + 1];
	const struct nlattr *group;
	struct family *family = arg;

	attrs_parse(nlh, GENL_HDRLEN, a, CTRL_ATTR_MAX);
	family->id = attr_uint(a[CTRL_ATTR_FAMILY_ID]);
	family->version = attr_uint(a[CTRL_ATTR_VERSION]);
	if (a[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_for_each_nested(group, a[CTRL_ATTR_MCAST_GROUPS])
			take_group(family, group);
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
	genl->version = family.version;
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

int genl_socket_open(struct genl *genl, int bus)
{
	int err;

	memset(genl, 0, sizeof(*genl));
	genl->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!genl->socket)
		return -errno;
	genl->seq = time(NULL);
	err = set_options(genl);
	if (!err && mnl_socket_bind(genl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	if (err)
		genl_close(genl);
	return err;
}

int genl_open(struct genl *genl, const char *name, const char *group)
{
	int err = genl_socket_open(genl, NETLINK_GENERIC);

	if (err)
		return err;
	err = resolve(genl, name, group);
	if (err)
		genl_close(genl);
	return err;
}

void genl_close(struct genl *genl)
{
	if (genl->socket)
		mnl_socket_close(genl->socket);
	genl->socket = NULL;
}

/* Notifications */

int genl_events_open(struct mnl_socket **socket, uint32_t group)
{
	struct mnl_socket *new = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int err;

	if (!new)
		return -errno;
	if (mnl_socket_bind(new, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(new, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
		err = -errno;
		mnl_socket_close(new);
		return err;
	}
	*socket = new;
	return 0;
}

int genl_events_read(struct mnl_socket *socket, genl_fn fn, void *arg)
{
	char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = mnl_socket_recvfrom(socket, buf, sizeof(buf));
	const struct nlmsghdr *nlh = (const void *)buf;
	int err = 0, len = n;

	if (n < 0)
		return -errno;
	for (; !err && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			err = fn(nlh, arg);
	return err;
}
