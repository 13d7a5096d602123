// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dataplane/endpoint.h"
#include "dataplane/ports.h"

/*
 * The pairs of one address, each in exactly one place: among the first N_FREE
 * of FREE in any order, or at rest in a ring ordered by time, or in use.
 */
struct pool {
	struct pool *next;
	struct sockaddr_storage addr;
	uint16_t *free;	 /* pair numbers */
	uint16_t *where; /* by pair: its place in FREE, or one of the two below */
	uint16_t *rest;	 /* ring of pair numbers */
	uint64_t *until; /* ring of times */
	uint32_t n_free, rest_first, n_rest;
};

#define IN_USE	0xffff
#define AT_REST 0xfffe

struct ports {
	struct pool *pools;
	uint16_t min;
	uint32_t n; /* pairs */
	uint32_t rest_ms;
};

/* Pools */

static void pool_free(struct pool *pool)
{
	free(pool->free);
	free(pool->where);
	free(pool->rest);
	free(pool->until);
	free(pool);
}

static struct pool *pool_new(const struct ports *ports, const struct sockaddr_storage *addr)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->addr = *addr;
	pool->free = calloc(ports->n, sizeof(*pool->free));
	pool->where = calloc(ports->n, sizeof(*pool->where));
	pool->rest = calloc(ports->n, sizeof(*pool->rest));
	pool->until = calloc(ports->n, sizeof(*pool->until));
	if (!pool->free || !pool->where || !pool->rest || !pool->until) {
		pool_free(pool);
		return NULL;
	}
	for (uint32_t i = 0; i < ports->n; i++)
		pool->free[i] = pool->where[i] = i;
	pool->n_free = ports->n;
	return pool;
}

static struct pool *pool_find(const struct ports *ports, const struct sockaddr_storage *addr)
{
	for (struct pool *pool = ports->pools; pool; pool = pool->next)
		if (endpoint_same_host(&pool->addr, addr))
			return pool;
	return NULL;
}

static int pool_get(struct ports *ports, const struct sockaddr_storage *addr, struct pool **pool)
{
	if (addr->ss_family != AF_INET && addr->ss_family != AF_INET6)
		return -EAFNOSUPPORT;
	*pool = pool_find(ports, addr);
	if (*pool)
		return 0;
	*pool = pool_new(ports, addr);
	if (!*pool)
		return -ENOMEM;
	(*pool)->next = ports->pools;
	ports->pools = *pool;
	return 0;
}

static void free_add(struct pool *pool, uint16_t pair)
{
	pool->where[pair] = pool->n_free;
	pool->free[pool->n_free++] = pair;
}

/* The last of the free takes its place. */
static void free_remove(struct pool *pool, uint16_t pair)
{
	uint16_t last = pool->free[--pool->n_free];

	pool->free[pool->where[pair]] = last;
	pool->where[last] = pool->where[pair];
	pool->where[pair] = IN_USE;
}

static void wake(const struct ports *ports, struct pool *pool, uint64_t now)
{
	while (pool->n_rest && pool->until[pool->rest_first] <= now) {
		free_add(pool, pool->rest[pool->rest_first]);
		pool->rest_first = (pool->rest_first + 1) % ports->n;
		pool->n_rest--;
	}
}

static void lay_to_rest(const struct ports *ports, struct pool *pool, uint16_t pair, uint64_t now)
{
	uint32_t i = (pool->rest_first + pool->n_rest++) % ports->n;

	pool->rest[i] = pair;
	pool->until[i] = now + ports->rest_ms;
	pool->where[pair] = AT_REST;
}

/* A leg found at start may have a port that rests: it leaves the ring. */
static void rouse(const struct ports *ports, struct pool *pool, uint16_t pair)
{
	uint32_t to = pool->rest_first, n = pool->n_rest;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = (pool->rest_first + i) % ports->n;

		if (pool->rest[from] == pair) {
			pool->n_rest--;
			continue;
		}
		pool->rest[to] = pool->rest[from];
		pool->until[to] = pool->until[from];
		to = (to + 1) % ports->n;
	}
	pool->where[pair] = IN_USE;
}

/* Evenly below N: draws that would favour the low numbers are thrown away. */
static int random_below(uint32_t n, uint32_t *value)
{
	uint32_t limit = UINT32_MAX - UINT32_MAX % n;

	do {
		if (getrandom(value, sizeof(*value), 0) != sizeof(*value))
			return -EIO;
	} while (*value >= limit);
	*value %= n;
	return 0;
}

int ports_get(struct ports *ports, struct sockaddr_storage *local, uint64_t now)
{
	struct pool *pool;
	uint32_t i;
	uint16_t pair;
	int err;

	err = pool_get(ports, local, &pool);
	if (err)
		return err;
	wake(ports, pool, now);
	if (!pool->n_free)
		return -EADDRNOTAVAIL;
	err = random_below(pool->n_free, &i);
	if (err)
		return err;
	pair = pool->free[i];
	free_remove(pool, pair);
	endpoint_set_port(local, ports->min + 2 * pair);
	return 0;
}

static int pair_of(const struct ports *ports, const struct sockaddr_storage *local, uint16_t *pair)
{
	uint16_t port = endpoint_port(local);

	if (port % 2 || port < ports->min || (port - ports->min) / 2 >= (int)ports->n)
		return -EINVAL;
	*pair = (port - ports->min) / 2;
	return 0;
}

int ports_take(struct ports *ports, const struct sockaddr_storage *local)
{
	struct pool *pool;
	uint16_t pair;
	int err;

	err = pool_get(ports, local, &pool);
	if (!err)
		err = pair_of(ports, local, &pair);
	if (err)
		return err;
	if (pool->where[pair] == IN_USE)
		return -EADDRINUSE;
	if (pool->where[pair] == AT_REST)
		rouse(ports, pool, pair);
	else
		free_remove(pool, pair);
	return 0;
}

void ports_put(struct ports *ports, const struct sockaddr_storage *local, uint64_t now)
{
	struct pool *pool;
	uint16_t pair;

	if (local->ss_family != AF_INET && local->ss_family != AF_INET6)
		return;
	pool = pool_find(ports, local);
	if (pool && !pair_of(ports, local, &pair) && pool->where[pair] == IN_USE)
		lay_to_rest(ports, pool, pair, now);
}

int ports_new(struct ports **ports, uint16_t min, uint16_t max, uint32_t rest_ms)
{
	struct ports *new;

	if (min % 2 || !(max % 2) || min > max)
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->min = min;
	new->n = ((uint32_t)max - min + 1) / 2;
	new->rest_ms = rest_ms;
	*ports = new;
	return 0;
}

void ports_free(struct ports *ports)
{
	struct pool *pool, *next;

	if (!ports)
		return;
	for (pool = ports->pools; pool; pool = next) {
		next = pool->next;
		pool_free(pool);
	}
	free(ports);
}
