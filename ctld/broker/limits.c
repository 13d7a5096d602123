// SPDX-License-Identifier: GPL-2.0
/* A hash table with chains; the clients without connections, oldest first, are reused. */
#include <errno.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "broker/limits.h"

#define KEY_LEN	 32
#define HASH_LEN 16
#define HOUR_S	 3600.0

struct bucket {
	double level;
	uint64_t at; /* ms, when LEVEL was that */
};

struct limits_client {
	uint8_t hash[HASH_LEN];
	struct limits_client *next;	     /* of the chain */
	struct limits_client *older, *newer; /* of those without connections */
	unsigned int connections;
	bool loopback, used;
	struct bucket requests, tokens;
	uint64_t left_ms; /* when the last of its connections went */
};

struct limits {
	const struct broker_limits *conf;
	uint8_t key[KEY_LEN];
	struct limits_client *clients; /* all that there can be */
	struct limits_client **chains;
	struct limits_client *oldest, *newest;
	size_t n, n_chains;
};

/* Those without connections */

static void idle_add(struct limits *limits, struct limits_client *client)
{
	client->older = limits->newest;
	client->newer = NULL;
	if (limits->newest)
		limits->newest->newer = client;
	else
		limits->oldest = client;
	limits->newest = client;
}

static void idle_del(struct limits *limits, struct limits_client *client)
{
	if (client->older)
		client->older->newer = client->newer;
	else
		limits->oldest = client->newer;
	if (client->newer)
		client->newer->older = client->older;
	else
		limits->newest = client->older;
}

/* Addresses */

static bool is_loopback(const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *in = (const void *)peer;
	const struct sockaddr_in6 *in6 = (const void *)peer;

	if (peer->ss_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return peer->ss_family == AF_UNIX ||
	       (peer->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr));
}

static int hash_address(const struct limits *limits, const struct sockaddr_storage *peer,
			uint8_t hash[HASH_LEN])
{
	const struct sockaddr_in *in = (const void *)peer;
	const struct sockaddr_in6 *in6 = (const void *)peer;
	uint8_t text[9] = { 0 }, full[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (peer->ss_family == AF_INET) {
		text[0] = 4;
		memcpy(text + 1, &in->sin_addr, 4);
	} else if (peer->ss_family == AF_INET6) {
		text[0] = 6;
		memcpy(text + 1, &in6->sin6_addr, 8);
	}
	if (!HMAC(EVP_sha256(), limits->key, KEY_LEN, text, sizeof(text), full, &len))
		return -ENOMEM;
	memcpy(hash, full, HASH_LEN);
	return 0;
}

static struct limits_client **chain_of(struct limits *limits, const uint8_t hash[HASH_LEN])
{
	uint64_t number;

	memcpy(&number, hash, sizeof(number));
	return &limits->chains[number % limits->n_chains];
}

static struct limits_client *find(struct limits *limits, const uint8_t hash[HASH_LEN])
{
	struct limits_client *client = *chain_of(limits, hash);

	while (client && memcmp(client->hash, hash, HASH_LEN))
		client = client->next;
	return client;
}

static void unchain(struct limits *limits, struct limits_client *client)
{
	struct limits_client **at = chain_of(limits, client->hash);

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
}

/* Forgets the address that was away for the longest time. */
static struct limits_client *take(struct limits *limits, const uint8_t hash[HASH_LEN],
				  uint64_t now_ms)
{
	struct limits_client *client = limits->oldest, **chain = chain_of(limits, hash);

	if (!client)
		return NULL;
	idle_del(limits, client);
	if (client->used)
		unchain(limits, client);
	*client = (struct limits_client){
		.used = true,
		.next = *chain,
		.requests = { limits->conf->burst, now_ms },
		.tokens = { limits->conf->tokens_per_hour, now_ms },
	};
	memcpy(client->hash, hash, HASH_LEN);
	*chain = client;
	idle_add(limits, client);
	return client;
}

int limits_connect(struct limits *limits, const struct sockaddr_storage *peer, uint64_t now_ms,
		   struct limits_client **client)
{
	uint8_t hash[HASH_LEN];
	struct limits_client *found;
	int err = hash_address(limits, peer, hash);

	if (err)
		return err;
	found = find(limits, hash);
	if (!found)
		found = take(limits, hash, now_ms);
	if (!found)
		return -EBUSY;
	found->loopback = is_loopback(peer);
	if (found->connections >= limits->conf->connections_per_address &&
	    (!found->loopback || limits->conf->loopback))
		return -EBUSY;
	if (!found->connections++)
		idle_del(limits, found);
	*client = found;
	return 0;
}

void limits_disconnect(struct limits *limits, struct limits_client *client, uint64_t now_ms)
{
	client->left_ms = now_ms;
	if (!--client->connections)
		idle_add(limits, client);
}

/* In so long every bucket is full again, as that of an address that was never here. */
static uint64_t whole_ms(const struct broker_limits *conf)
{
	uint64_t burst_ms = conf->burst * 1000ull / conf->requests_per_second;

	return burst_ms > HOUR_S * 1000 ? burst_ms : HOUR_S * 1000;
}

/* Its place among those without connections stays: it is soon another's. */
static void forget(struct limits *limits, struct limits_client *client)
{
	struct limits_client *older = client->older, *newer = client->newer;

	unchain(limits, client);
	OPENSSL_cleanse(client, sizeof(*client));
	client->older = older;
	client->newer = newer;
}

size_t limits_forget(struct limits *limits, uint64_t now_ms)
{
	struct limits_client *client = limits->oldest;
	uint64_t whole = whole_ms(limits->conf);
	size_t n = 0;

	for (; client; client = client->newer) {
		if (!client->used)
			continue;
		if (now_ms - client->left_ms < whole)
			break;
		forget(limits, client);
		n++;
	}
	return n;
}

/* Buckets */

/* Takes N out, or tells in how many seconds there will be as many. */
static unsigned int bucket_take(struct bucket *bucket, double size, double per_s, unsigned int n,
				uint64_t now_ms)
{
	bucket->level += (now_ms - bucket->at) / 1000.0 * per_s;
	bucket->at = now_ms;
	if (bucket->level > size)
		bucket->level = size;
	if (bucket->level < n)
		return (n - bucket->level) / per_s + 1;
	bucket->level -= n;
	return 0;
}

static bool is_free(const struct limits *limits, const struct limits_client *client)
{
	return client->loopback && !limits->conf->loopback;
}

unsigned int limits_request(struct limits *limits, struct limits_client *client, uint64_t now_ms)
{
	if (is_free(limits, client))
		return 0;
	return bucket_take(&client->requests, limits->conf->burst,
			   limits->conf->requests_per_second, 1, now_ms);
}

unsigned int limits_tokens(struct limits *limits, struct limits_client *client, unsigned int n,
			   uint64_t now_ms)
{
	double size = limits->conf->tokens_per_hour;

	if (is_free(limits, client))
		return 0;
	return bucket_take(&client->tokens, size, size / HOUR_S, n, now_ms);
}

bool limits_is_loopback(const struct limits_client *client)
{
	return client->loopback;
}

int limits_new(struct limits **limits, const struct broker_limits *conf)
{
	struct limits *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->conf = conf;
	new->n = conf->addresses;
	new->n_chains = conf->addresses;
	new->clients = calloc(new->n, sizeof(*new->clients));
	new->chains = calloc(new->n_chains, sizeof(*new->chains));
	if (!new->clients || !new->chains ||
	    getrandom(new->key, sizeof(new->key), 0) != sizeof(new->key)) {
		limits_free(new);
		return -ENOMEM;
	}
	for (size_t i = 0; i < new->n; i++)
		idle_add(new, &new->clients[i]);
	*limits = new;
	return 0;
}

void limits_free(struct limits *limits)
{
	if (!limits)
		return;
	OPENSSL_cleanse(limits->key, sizeof(limits->key));
	free(limits->clients);
	free(limits->chains);
	free(limits);
}

void limits_reconfigure(struct limits *limits, const struct broker_limits *conf)
{
	limits->conf = conf;
}
