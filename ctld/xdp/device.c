// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/attrs.h"
#include "xdp/device.h"

/* A dump is asked for again this often when something changed meanwhile. */
#define DUMP_ATTEMPTS 10

int device_socket_open(struct genl *genl)
{
	return genl_socket_open(genl, NETLINK_ROUTE);
}

int device_events_open(void)
{
	const struct sockaddr_nl groups = { .nl_family = AF_NETLINK,
					    .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* That some were lost (ENOBUFS) is told once, and is no less of an event. */
void device_events_read(int fd)
{
	char message[512];

	while (recv(fd, message, sizeof(message), MSG_TRUNC) > 0 || errno == ENOBUFS)
		;
}

static struct nlmsghdr *begin(struct genl *genl, uint16_t type, uint16_t flags, size_t header,
			      void **extra)
{
	struct nlmsghdr *nlh;

	genl_reset(genl);
	nlh = mnl_nlmsg_put_header(genl->tx);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++genl->seq;
	*extra = mnl_nlmsg_put_extra_header(nlh, header);
	return nlh;
}

/* Addresses */

struct search {
	const struct sockaddr_storage *addr;
	int index;
};

static bool is_address(const struct nlattr *attr, const struct sockaddr_storage *addr)
{
	const void *want = addr->ss_family == AF_INET
				   ? (const void *)&((const struct sockaddr_in *)addr)->sin_addr
				   : (const void *)&((const struct sockaddr_in6 *)addr)->sin6_addr;
	size_t len = addr->ss_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	return attr && mnl_attr_get_payload_len(attr) == len &&
	       !memcmp(mnl_attr_get_payload(attr), want, len);
}

static int on_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a[IFA_MAX + 1];
	struct search *search = arg;

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(*header) ||
	    header->ifa_family != search->addr->ss_family)
		return 0;
	attrs_parse(nlh, sizeof(*header), a, IFA_MAX);
	/* On a link with a peer the other one is the peer's. */
	if (is_address(a[IFA_LOCAL] ?: a[IFA_ADDRESS], search->addr))
		search->index = header->ifa_index;
	return 0;
}

int device_by_address(struct genl *genl, const struct sockaddr_storage *addr)
{
	struct search search = { .addr = addr };
	int err = -EINTR;

	for (int i = 0; i < DUMP_ATTEMPTS && err == -EINTR; i++) {
		struct ifaddrmsg *header;
		struct nlmsghdr *nlh =
			begin(genl, RTM_GETADDR, NLM_F_DUMP, sizeof(*header), (void **)&header);

		header->ifa_family = addr->ss_family;
		genl_end(genl, nlh);
		search.index = 0;
		err = genl_talk(genl, on_address, &search);
	}
	return err ?: search.index ?: -ENODEV;
}

/* Devices and programs */

static struct nlmsghdr *begin_link(struct genl *genl, uint16_t type, int index)
{
	struct ifinfomsg *header;
	struct nlmsghdr *nlh = begin(genl, type, NLM_F_ACK, sizeof(*header), (void **)&header);

	header->ifi_family = AF_UNSPEC;
	header->ifi_index = index;
	return nlh;
}

static bool is_bond(const struct nlattr *linkinfo)
{
	const struct nlattr *a[IFLA_INFO_MAX + 1];
	const char *kind;

	attrs_parse_nested(linkinfo, a, IFLA_INFO_MAX);
	kind = attr_str(a[IFLA_INFO_KIND]);
	return kind && (!strcmp(kind, "bond") || !strcmp(kind, "team"));
}

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *a[IFLA_MAX + 1], *xdp[IFLA_XDP_MAX + 1];
	struct xdp_device *device = arg;
	const char *name;

	attrs_parse(nlh, sizeof(struct ifinfomsg), a, IFLA_MAX);
	attrs_parse_nested(a[IFLA_XDP], xdp, IFLA_XDP_MAX);
	name = attr_str(a[IFLA_IFNAME]);
	if (!name || strlen(name) >= sizeof(device->name))
		return -EBADMSG;
	strcpy(device->name, name);
	device->bond = is_bond(a[IFLA_LINKINFO]);
	device->enslaved = attr_uint(a[IFLA_MASTER]);
	device->program = attr_uint(xdp[IFLA_XDP_PROG_ID]);
	return 0;
}

int device_get(struct genl *genl, int index, struct xdp_device *device)
{
	memset(device, 0, sizeof(*device));
	device->index = index;
	genl_end(genl, begin_link(genl, RTM_GETLINK, index));
	return genl_talk(genl, on_link, device);
}

int device_set_program(struct genl *genl, int index, int fd, int expected)
{
	struct nlmsghdr *nlh = begin_link(genl, RTM_SETLINK, index);
	struct nlattr *nest = mnl_attr_nest_start(nlh, IFLA_XDP);
	uint32_t flags = XDP_FLAGS_DRV_MODE;

	flags |= expected < 0 ? XDP_FLAGS_UPDATE_IF_NOEXIST : XDP_FLAGS_REPLACE;
	mnl_attr_put_u32(nlh, IFLA_XDP_FD, fd);
	mnl_attr_put_u32(nlh, IFLA_XDP_FLAGS, flags);
	if (expected >= 0)
		mnl_attr_put_u32(nlh, IFLA_XDP_EXPECTED_FD, expected);
	mnl_attr_nest_end(nlh, nest);
	genl_end(genl, nlh);
	return genl_talk(genl, NULL, NULL);
}

const char *device_unfit(const struct xdp_device *device)
{
	if (device->bond)
		return "it is a bond, whose frames are the stack's to spread";
	if (device->enslaved)
		return "it belongs to a bridge, a bond or a VRF, whose rules are the stack's";
	return NULL;
}
