// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses as they are written in the file: "192.0.2.1:5060",
 * "[2001:db8::1]:5060", with the port left out "192.0.2.1" and "2001:db8::1".
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

#define SIP_PORT 5060

/* Decimal without sign or blank; 0 is no port. */
static bool parse_port(const char *text, uint16_t *port)
{
	unsigned long value;

	if (!*text || strlen(text) > 5 || strspn(text, "0123456789") != strlen(text))
		return false;
	value = strtoul(text, NULL, 10);
	*port = value;
	return value >= 1 && value <= 65535;
}

/* Cuts TEXT into host and, where there is one, port. */
static bool split(char *text, char **host, char **port)
{
	char *end;

	*host = text;
	*port = NULL;
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*host = text + 1;
		*port = end[1] ? end + 2 : NULL;
		*end = 0;
		return true;
	}
	end = strchr(text, ':');
	if (end && !strchr(end + 1, ':')) { /* with two it is bare IPv6 */
		*port = end + 1;
		*end = 0;
	}
	return true;
}

static bool parse_host(const char *host, uint16_t port, struct sockaddr_storage *addr)
{
	struct sockaddr_in *in = (void *)addr;
	struct sockaddr_in6 *in6 = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return true;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return true;
	}
	return false;
}

static const char *unusable_ipv4(const struct in_addr *addr)
{
	uint32_t host = ntohl(addr->s_addr);

	if (!host)
		return "must be one address, not all of them";
	if (IN_MULTICAST(host) || host == INADDR_BROADCAST)
		return "must be the address of one host";
	return NULL;
}

static const char *unusable_ipv6(const struct in6_addr *addr)
{
	if (IN6_IS_ADDR_UNSPECIFIED(addr))
		return "must be one address, not all of them";
	if (IN6_IS_ADDR_MULTICAST(addr))
		return "must be the address of one host";
	if (IN6_IS_ADDR_V4MAPPED(addr))
		return "must be written as the IPv4 address that it is";
	if (IN6_IS_ADDR_LINKLOCAL(addr))
		return "must not be link-local: that names no host without an interface";
	return NULL;
}

static const char *unusable(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		return unusable_ipv4(&((const struct sockaddr_in *)addr)->sin_addr);
	return unusable_ipv6(&((const struct sockaddr_in6 *)addr)->sin6_addr);
}

static int read_address(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_key *key, bool with_port, struct sockaddr_storage *to)
{
	uint16_t number = with_port ? SIP_PORT : 0;
	char buf[64], *host, *port;
	const char *text, *why;
	int err;

	text = conf_text(reader, setting, &err);
	if (!text)
		return err;
	if ((size_t)snprintf(buf, sizeof(buf), "%s", text) >= sizeof(buf) ||
	    !split(buf, &host, &port) || !parse_host(host, number, to))
		return conf_refuse(reader, setting,
				   "\"%s\" must be a numeric address such as \"192.0.2.1%s\" "
				   "or \"%s\"",
				   key->name, with_port ? ":5060" : "",
				   with_port ? "[2001:db8::1]:5060" : "2001:db8::1");
	if (port && !with_port)
		return conf_refuse(reader, setting, "\"%s\" must be an address without a port",
				   key->name);
	if (port && (!parse_port(port, &number) || !parse_host(host, number, to)))
		return conf_refuse(reader, setting, "\"%s\" must have a port from 1 to 65535",
				   key->name);
	why = unusable(to);
	return why ? conf_refuse(reader, setting, "\"%s\" %s", key->name, why) : 0;
}

CONF_VALUE(conf_endpoint)
{
	return read_address(reader, setting, key, true, to);
}

CONF_VALUE(conf_host)
{
	return read_address(reader, setting, key, false, to);
}

CONF_VALUE(conf_listener)
{
	struct sockaddr_storage *addr = to;
	char buf[64], *host, *port;
	uint16_t number;
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if ((size_t)snprintf(buf, sizeof(buf), "%s", text) >= sizeof(buf) ||
	    !split(buf, &host, &port) || !port || !parse_port(port, &number) ||
	    !parse_host(host, number, addr))
		return conf_refuse(reader, setting,
				   "\"%s\" must be numeric addresses with a port, such as "
				   "\"192.0.2.1:8443\" or, for all, \"0.0.0.0:8443\" and "
				   "\"[::]:8443\"",
				   key->name);
	return 0;
}
