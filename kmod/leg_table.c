// SPDX-License-Identifier: GPL-2.0
#include "leg_table.h"

#include <linux/hash.h>
#include <linux/rhashtable.h>

#include "compat.h"
#include "leg.h"
#include "netns.h"

/*
 * Local addresses are chosen by the administrator, so nobody can aim at one
 * bucket; what matters is that ports in a row spread.
 */
static inline u32 addr_hash(const struct phn_addr *addr, u32 seed)
{
	u64 ip = (__force u64)(addr->high ^ addr->low);
	u64 key = (u32)(ip ^ ip >> 32) ^ seed;

	return ((key << 16 | (__force u16)addr->port) * GOLDEN_RATIO_64) >> 32;
}

static inline u32 key_hash(const void *data, u32 len, u32 seed)
{
	return addr_hash(data, seed);
}

static inline u32 leg_hash(const void *data, u32 len, u32 seed)
{
	return addr_hash(&((const struct phn_leg *)data)->local, seed);
}

static inline int compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	return !phn_addr_equal(arg->key, &((const struct phn_leg *)obj)->local);
}

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct phn_leg, node),
	.key_len = sizeof(struct phn_addr),
	.hashfn = key_hash,
	.obj_hashfn = leg_hash,
	.obj_cmpfn = compare,
	.automatic_shrinking = true,
};

int phn_leg_table_init(struct phn_net *pn)
{
	return rhashtable_init(&pn->table, &params);
}

void phn_leg_table_uninit(struct phn_net *pn)
{
	rhashtable_destroy(&pn->table);
}

/**
 * phn_leg_table_add - let a leg be found
 * @leg: with its local address, which it has taken; see phn_port_take()
 *
 * That no other leg has the address is the sockets' to see: it is not looked for here.
 *
 * Return: 0, or -ENOMEM, -EBUSY or -E2BIG when the table has no room.
 */
int phn_leg_table_add(struct phn_leg *leg)
{
	return rhashtable_insert_fast(&leg->pn->table, &leg->node, params);
}

void phn_leg_table_remove(struct phn_leg *leg)
{
	rhashtable_remove_fast(&leg->pn->table, &leg->node, params);
}

/**
 * phn_leg_find4 - find a leg by its local address
 * @pn: the namespace
 * @ip: IPv4 address
 * @port: RTP port
 *
 * Every packet looks here: the look-up is in line, the address in registers.
 *
 * Context: RCU read-side section, for as long as the leg is used.
 * Return: the leg, or NULL.
 */
__flatten struct phn_leg *phn_leg_find4(struct phn_net *pn, __be32 ip, __be16 port)
{
	struct phn_addr local PHN_UNINITIALIZED;

	phn_addr_set4(&local, ip, port);
	return rhashtable_lookup(&pn->table, &local, params);
}

/* As phn_leg_find4(). */
__flatten struct phn_leg *phn_leg_find6(struct phn_net *pn, const struct in6_addr *ip,
					__be16 port)
{
	struct phn_addr local PHN_UNINITIALIZED;

	phn_addr_set6(&local, ip, port);
	return rhashtable_lookup(&pn->table, &local, params);
}
