/* SPDX-License-Identifier: GPL-2.0 */
/* A UDP address of either family. */
#ifndef PHN_ADDR_H
#define PHN_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <net/ipv6.h>

/**
 * struct phn_addr - a UDP address
 * @high: the first half of the IPv6 address
 * @low: the second; an IPv4 address is mapped into IPv6, so that comparing and
 *	hashing need not know the family
 * @port: UDP port; 0 where an address may be missing and is
 * @family: AF_INET or AF_INET6
 *
 * Two words and no array, for the packet path has it in registers.
 */
struct phn_addr {
	__be64 high;
	__be64 low;
	__be16 port;
	u16 family;
};

static inline void phn_addr_set4(struct phn_addr *addr, __be32 ip, __be16 port)
{
	addr->high = 0;
	addr->low = cpu_to_be64(0xffff00000000ULL | ntohl(ip));
	addr->port = port;
	addr->family = AF_INET;
}

static inline void phn_addr_set6(struct phn_addr *addr, const struct in6_addr *ip, __be16 port)
{
	memcpy(&addr->high, &ip->s6_addr32[0], sizeof(addr->high));
	memcpy(&addr->low, &ip->s6_addr32[2], sizeof(addr->low));
	addr->port = port;
	addr->family = AF_INET6;
}

static inline __be32 phn_addr_ip4(const struct phn_addr *addr)
{
	return htonl((u32)be64_to_cpu(addr->low));
}

static inline const struct in6_addr *phn_addr_ip6(const struct phn_addr *addr)
{
	return (const struct in6_addr *)&addr->high;
}

static inline bool phn_addr_same_ip(const struct phn_addr *a, const struct phn_addr *b)
{
	return !((a->high ^ b->high) | (a->low ^ b->low));
}

static inline bool phn_addr_equal(const struct phn_addr *a, const struct phn_addr *b)
{
	return a->port == b->port && phn_addr_same_ip(a, b);
}

#endif
