// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/lib/parse.h"

int parse_uint(const char *s, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;

	/* strtoull() takes white space, signs and nothing. */
	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	*value = strtoull(s, &end, 10);
	if (errno || *end || *value < min || *value > max)
		return -EINVAL;
	return 0;
}

int parse_addr(const char *s, struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *in = (struct sockaddr_in *)addr;
	const char *colon = strrchr(s, ':');
	char host[INET6_ADDRSTRLEN + 2];
	uint64_t port;
	size_t len;

	if (!colon || parse_uint(colon + 1, 1, UINT16_MAX, &port))
		return -EINVAL;
	len = colon - s;
	if (!len || len >= sizeof(host))
		return -EINVAL;
	memcpy(host, s, len);
	host[len] = '\0';
	memset(addr, 0, sizeof(*addr));
	if (host[0] != '[') {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return inet_pton(AF_INET, host, &in->sin_addr) == 1 ? 0 : -EINVAL;
	}
	if (host[len - 1] != ']')
		return -EINVAL;
	host[len - 1] = '\0';
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	return inet_pton(AF_INET6, host + 1, &in6->sin6_addr) == 1 ? 0 : -EINVAL;
}

int parse_duration(const char *s, uint32_t max, uint32_t *ms)
{
	static const struct {
		const char *unit;
		uint32_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	size_t digits = strspn(s, "0123456789");
	char number[16];
	uint64_t value;

	if (!digits || digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, s, digits);
	number[digits] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s + digits, units[i].unit))
			continue;
		if (parse_uint(number, 0, max / units[i].ms, &value))
			return -EINVAL;
		*ms = value * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

int parse_time(const char *s, uint64_t *ns)
{
	struct timespec now;
	struct tm tm = { 0 };
	const char *end;
	uint32_t ms;
	time_t t;

	if (*s == '+') {
		if (parse_duration(s + 1, UINT32_MAX, &ms))
			return -EINVAL;
		clock_gettime(CLOCK_REALTIME, &now);
		*ns = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec + ms * UINT64_C(1000000);
		return 0;
	}
	end = strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		return -EINVAL;
	t = timegm(&tm);
	if (t <= 0)
		return -EINVAL;
	*ns = t * UINT64_C(1000000000);
	return 0;
}

int parse_hex(const char *s, uint8_t *bytes, size_t *len)
{
	size_t room = *len;

	for (*len = 0; *s; s += 2, (*len)++) {
		char pair[3] = { s[0], s[1], '\0' };

		if (!isxdigit((unsigned char)s[0]) || !isxdigit((unsigned char)s[1]) ||
		    *len == room)
			return -EINVAL;
		bytes[*len] = strtoul(pair, NULL, 16);
	}
	return *len ? 0 : -EINVAL;
}
