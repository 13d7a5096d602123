/* SPDX-License-Identifier: GPL-2.0 */
/* Legs by local address. Inline, for every packet looks there. */
#ifndef PHN_LEG_TABLE_H
#define PHN_LEG_TABLE_H

#include <linux/hash.h>
#include <linux/rhashtable.h>

#include "leg.h"
#include "netns.h"

/*
 * Local addresses are chosen by the administrator, so nobody can aim at one
 * bucket; what matters is that ports in a row spread.
 */
static inline u32 phn_leg_addr_hash(const struct phn_addr *addr, u32 seed)
{
	u64 ip = (__force u64)(addr->high ^ addr->low);
	u64 key = (u32)(ip ^ ip >> 32) ^ seed;

	return ((key << 16 | (__force u16)addr->port) * GOLDEN_RATIO_64) >> 32;
}

static inline u32 phn_leg_key_hash(const void *data, u32 len, u32 seed)
{
	return phn_leg_addr_hash(data, seed);
}

static inline u32 phn_leg_hash(const void *data, u32 len, u32 seed)
{
	return phn_leg_addr_hash(&((const struct phn_leg *)data)->local, seed);
}

static inline int phn_leg_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	return !phn_addr_equal(arg->key, &((const struct phn_leg *)obj)->local);
}

static const struct rhashtable_params phn_leg_table_params = {
	.head_offset = offsetof(struct phn_leg, node),
	.key_len = sizeof(struct phn_addr),
	.hashfn = phn_leg_key_hash,
	.obj_hashfn = phn_leg_hash,
	.obj_cmpfn = phn_leg_cmp,
	.automatic_shrinking = true,
};

/**
 * phn_leg_lookup - find a leg by its local address
 * @pn: the namespace
 * @local: address and RTP port
 *
 * Context: RCU read-side section, for as long as the leg is used.
 * Return: the leg, or NULL.
 */
static __always_inline struct phn_leg *phn_leg_lookup(struct phn_net *pn,
						      const struct phn_addr *local)
{
	return rhashtable_lookup(&pn->table, local, phn_leg_table_params);
}

#endif
