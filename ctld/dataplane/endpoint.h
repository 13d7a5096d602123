/* SPDX-License-Identifier: GPL-2.0 */
/* Address and port of an end of a leg, of either family. */
#ifndef PHONION_ENDPOINT_H
#define PHONION_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* IPv4 and IPv6 addresses have their port in the same place. */
_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
	       "the port's place depends on the family");

static inline in_port_t endpoint_port(const struct sockaddr_storage *end)
{
	return ntohs(((const struct sockaddr_in *)end)->sin_port);
}

static inline void endpoint_set_port(struct sockaddr_storage *end, in_port_t port)
{
	((struct sockaddr_in *)end)->sin_port = htons(port);
}

static inline bool endpoint_same_host(const struct sockaddr_storage *a,
				      const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)a)->sin6_addr,
				  &((const struct sockaddr_in6 *)b)->sin6_addr);
}

static inline socklen_t endpoint_len(const struct sockaddr_storage *end)
{
	return end->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

#endif
