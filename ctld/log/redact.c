// SPDX-License-Identifier: GPL-2.0
/*
 * Stand-ins for what must not be read in a log. Telephone numbers are few
 * enough to try them all, so a plain hash would hide nothing: the key is what
 * hides, and it lives and dies with the process.
 */
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "log/log.h"

#define KEY_LEN	   32
#define N_STANDINS 8

static const unsigned char *process_key(void)
{
	static unsigned char key[KEY_LEN];
	static bool set;

	if (!set)
		set = getrandom(key, sizeof(key), 0) == sizeof(key);
	return set ? key : NULL;
}

/* KIND is hashed too: a number that is also a code gets two stand-ins. */
static bool keyed_hash(const char *kind, const void *data, size_t len, uint32_t *hash)
{
	const unsigned char *key = process_key();
	unsigned char inner[EVP_MAX_MD_SIZE], outer[EVP_MAX_MD_SIZE];
	unsigned int n;

	if (!key || !HMAC(EVP_sha256(), key, KEY_LEN, (const void *)kind, strlen(kind), inner, &n))
		return false;
	if (!HMAC(EVP_sha256(), inner, n, data, len, outer, &n))
		return false;
	memcpy(hash, outer, sizeof(*hash));
	return true;
}

static const char *standin(const char *kind, const void *data, size_t len)
{
	static char text[N_STANDINS][24];
	static unsigned int next;
	char *to = text[next++ % N_STANDINS];
	uint32_t hash;

	if (!data)
		snprintf(to, sizeof(text[0]), "%s#none", kind);
	else if (keyed_hash(kind, data, len, &hash))
		snprintf(to, sizeof(text[0]), "%s#%08x", kind, hash);
	else /* better nothing than the thing itself */
		snprintf(to, sizeof(text[0]), "%s#?", kind);
	return to;
}

const char *log_number(const char *number)
{
	return standin("number", number, number ? strlen(number) : 0);
}

const char *log_secret(const char *secret)
{
	return standin("secret", secret, secret ? strlen(secret) : 0);
}

/*
 * Without the port, so that all connections of a peer match; an IPv4 address
 * is the same peer in its IPv6 clothes.
 */
const char *log_addr(const struct sockaddr *addr)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;

	if (addr && addr->sa_family == AF_INET)
		return standin("addr", &in->sin_addr, sizeof(in->sin_addr));
	if (!addr || addr->sa_family != AF_INET6)
		return standin("addr", NULL, 0);
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return standin("addr", &in6->sin6_addr.s6_addr[12], sizeof(in->sin_addr));
	return standin("addr", &in6->sin6_addr, sizeof(in6->sin6_addr));
}
