/* SPDX-License-Identifier: GPL-2.0 */
/* Bridges: two legs joined, media flowing both ways. */
#ifndef PHN_BRIDGE_H
#define PHN_BRIDGE_H

#include "leg.h"

/**
 * struct phn_bridge_dir - one direction of a bridge
 * @to: the leg that it leads to
 * @n: entries of @xlate
 * @xlate: what becomes of each payload type; those not here are dropped
 */
struct phn_bridge_dir {
	struct phn_leg *to;
	u8 n;
	struct phn_xlate xlate[PHONION_MAX_PAYLOAD_TYPES];
};

/**
 * struct phn_bridge - a bridge
 * @rcu: freed after a grace period
 * @dir: its directions; phn_leg.bridge of each leg points to its own
 * @leg: its legs; @dir[i] leads from @leg[i] to the other
 *
 * Immutable once published. A change of payload types makes another.
 */
struct phn_bridge {
	struct rcu_head rcu;
	struct phn_bridge_dir dir[2];
	struct phn_leg *leg[2];
};

/* All under legs_lock. */
int phn_bridge_new(struct phn_leg *a, struct phn_leg *b, struct netlink_ext_ack *extack);
int phn_bridge_renew(struct phn_leg *leg, const struct phn_leg_conf *conf,
		     struct netlink_ext_ack *extack);
bool phn_bridge_del(struct phn_leg *leg);
struct phn_bridge *phn_bridge_of(const struct phn_leg *leg);
bool phn_bridge_converts(const struct phn_bridge *bridge);

#endif
