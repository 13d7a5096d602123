// SPDX-License-Identifier: GPL-2.0
/* Socket addresses as SIP and SDP write and compare them. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/addr.h"

static const struct sockaddr_in *in4(const struct sockaddr_storage *addr)
{
	return (const struct sockaddr_in *)addr;
}

static const struct sockaddr_in6 *in6(const struct sockaddr_storage *addr)
{
	return (const struct sockaddr_in6 *)addr;
}

bool addr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return in4(a)->sin_addr.s_addr == in4(b)->sin_addr.s_addr;
	if (a->ss_family == AF_INET6)
		return !memcmp(&in6(a)->sin6_addr, &in6(b)->sin6_addr, 16);
	return false;
}

bool addr_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return addr_same_host(a, b) && addr_port(a) == addr_port(b);
}

uint16_t addr_port(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		return ntohs(in4(addr)->sin_port);
	return addr->ss_family == AF_INET6 ? ntohs(in6(addr)->sin6_port) : 0;
}

void addr_set_port(struct sockaddr_storage *addr, uint16_t port)
{
	if (addr->ss_family == AF_INET)
		((struct sockaddr_in *)addr)->sin_port = htons(port);
	else if (addr->ss_family == AF_INET6)
		((struct sockaddr_in6 *)addr)->sin6_port = htons(port);
}

socklen_t addr_len(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		return sizeof(struct sockaddr_in);
	return sizeof(struct sockaddr_in6);
}

const char *addr_host(const struct sockaddr_storage *addr, char buf[ADDR_TEXT_SIZE])
{
	const void *bytes = addr->ss_family == AF_INET ? (const void *)&in4(addr)->sin_addr
						       : (const void *)&in6(addr)->sin6_addr;

	if (!inet_ntop(addr->ss_family, bytes, buf, ADDR_TEXT_SIZE))
		buf[0] = '\0';
	return buf;
}

const char *addr_uri_host(const struct sockaddr_storage *addr, char buf[ADDR_TEXT_SIZE])
{
	char host[ADDR_TEXT_SIZE];

	addr_host(addr, host);
	snprintf(buf, ADDR_TEXT_SIZE, addr->ss_family == AF_INET6 ? "[%.45s]" : "%.45s", host);
	return buf;
}

const char *addr_hostport(const struct sockaddr_storage *addr, char buf[ADDR_TEXT_SIZE])
{
	char host[ADDR_TEXT_SIZE];

	addr_uri_host(addr, host);
	snprintf(buf, ADDR_TEXT_SIZE, "%.50s:%u", host, addr_port(addr));
	return buf;
}

int addr_parse(struct sockaddr_storage *addr, int family, const char *host)
{
	struct sockaddr_storage parsed = { .ss_family = family };
	void *bytes = family == AF_INET ? (void *)&((struct sockaddr_in *)&parsed)->sin_addr
					: (void *)&((struct sockaddr_in6 *)&parsed)->sin6_addr;

	if (inet_pton(family, host, bytes) != 1)
		return -EINVAL;
	*addr = parsed;
	return 0;
}
