/* SPDX-License-Identifier: GPL-2.0 */
/* A UDP address of either family. */
#ifndef PHN_ADDR_H
#define PHN_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <net/ipv6.h>

/**
 * struct phn_addr - a UDP address
 * @ip: the IPv6 address, or the IPv4 address mapped into IPv6, so that
 *	comparing and hashing need not know the family
 * @port: UDP port; 0 where an address may be missing and is
 * @family: AF_INET or AF_INET6
 */
struct phn_addr {
	struct in6_addr ip;
	__be16 port;
	u16 family;
};

static inline void phn_addr_set4(struct phn_addr *addr, __be32 ip, __be16 port)
{
	ipv6_addr_set_v4mapped(ip, &addr->ip);
	addr->port = port;
	addr->family = AF_INET;
}

static inline void phn_addr_set6(struct phn_addr *addr, const struct in6_addr *ip, __be16 port)
{
	addr->ip = *ip;
	addr->port = port;
	addr->family = AF_INET6;
}

static inline __be32 phn_addr_ip4(const struct phn_addr *addr)
{
	return addr->ip.s6_addr32[3];
}

static inline bool phn_addr_same_ip(const struct phn_addr *a, const struct phn_addr *b)
{
	return ipv6_addr_equal(&a->ip, &b->ip);
}

static inline bool phn_addr_equal(const struct phn_addr *a, const struct phn_addr *b)
{
	return a->port == b->port && phn_addr_same_ip(a, b);
}

#endif
