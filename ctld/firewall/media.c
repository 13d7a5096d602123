// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <string.h>

#include "firewall/media.h"
#include "firewall/rule.h"

/* What nft(8) calls the parts of the key, so that it can list the sets. */
#define TYPE_IPV4_ADDR	  7
#define TYPE_IPV6_ADDR	  8
#define TYPE_INET_SERVICE 13
#define CONCATENATION(a)  ((a) << 6 | TYPE_INET_SERVICE)

/* Parts of a key fill whole registers of 4 octets. */
struct key4 {
	struct in_addr addr;
	in_port_t port;
	uint16_t pad;
};

struct key6 {
	struct in6_addr addr;
	in_port_t port;
	uint16_t pad;
};

static int set_add(struct batch *batch, const char *name, uint32_t type, uint32_t len, uint32_t id)
{
	struct nftnl_set *set = nftnl_set_alloc();
	struct nlmsghdr *nlh = NULL;

	if (!set)
		return -ENOMEM;
	nftnl_set_set_u32(set, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, type);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, len);
	nftnl_set_set_u32(set, NFTNL_SET_ID, id);
	if (!nftnl_set_set_str(set, NFTNL_SET_TABLE, FIREWALL_TABLE) &&
	    !nftnl_set_set_str(set, NFTNL_SET_NAME, name))
		nlh = batch_message(batch, NFT_MSG_NEWSET, NLM_F_CREATE);
	if (nlh) {
		nftnl_set_nlmsg_build_payload(nlh, set);
		batch_end_message(batch, nlh);
	}
	nftnl_set_free(set);
	return nlh ? 0 : -ENOMEM;
}

int media_sets_add(struct batch *batch)
{
	int err = set_add(batch, MEDIA_SET_IPV4, CONCATENATION(TYPE_IPV4_ADDR), sizeof(struct key4),
			  1);

	if (err)
		return err;
	return set_add(batch, MEDIA_SET_IPV6, CONCATENATION(TYPE_IPV6_ADDR), sizeof(struct key6),
		       2);
}

static int element_add(struct nftnl_set *set, const void *key, uint32_t len)
{
	struct nftnl_set_elem *elem = nftnl_set_elem_alloc();

	if (!elem)
		return -ENOMEM;
	if (nftnl_set_elem_set(elem, NFTNL_SET_ELEM_KEY, key, len) < 0) {
		nftnl_set_elem_free(elem);
		return -ENOMEM;
	}
	nftnl_set_elem_add(set, elem);
	return 0;
}

static int elements_add4(struct nftnl_set *set, const struct sockaddr_in *in)
{
	struct key4 key = { .addr = in->sin_addr, .port = in->sin_port };
	int err = element_add(set, &key, sizeof(key));

	key.port = htons(ntohs(in->sin_port) + 1);
	return err ? err : element_add(set, &key, sizeof(key));
}

static int elements_add6(struct nftnl_set *set, const struct sockaddr_in6 *in6)
{
	struct key6 key = { .addr = in6->sin6_addr, .port = in6->sin6_port };
	int err = element_add(set, &key, sizeof(key));

	key.port = htons(ntohs(in6->sin6_port) + 1);
	return err ? err : element_add(set, &key, sizeof(key));
}

static int fill(struct nftnl_set *set, const struct sockaddr *local)
{
	bool ipv4 = local->sa_family == AF_INET;
	int err;

	if (nftnl_set_set_str(set, NFTNL_SET_TABLE, FIREWALL_TABLE) < 0 ||
	    nftnl_set_set_str(set, NFTNL_SET_NAME, ipv4 ? MEDIA_SET_IPV4 : MEDIA_SET_IPV6) < 0)
		return -ENOMEM;
	if (ipv4)
		err = elements_add4(set, (const struct sockaddr_in *)local);
	else
		err = elements_add6(set, (const struct sockaddr_in6 *)local);
	return err;
}

int media_ports(struct batch *batch, uint16_t type, const struct sockaddr *local)
{
	struct nftnl_set *set;
	struct nlmsghdr *nlh;
	int err;

	if (local->sa_family != AF_INET && local->sa_family != AF_INET6)
		return -EAFNOSUPPORT;
	set = nftnl_set_alloc();
	if (!set)
		return -ENOMEM;
	err = fill(set, local);
	if (err)
		goto out;
	nlh = batch_message(batch, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
	if (!nlh) {
		err = -ENOMEM;
		goto out;
	}
	nftnl_set_elems_nlmsg_build_payload(nlh, set);
	batch_end_message(batch, nlh);
out:
	nftnl_set_free(set);
	return err;
}
