// SPDX-License-Identifier: GPL-2.0
#include "bridge.h"

#include <linux/netlink.h>

#include "netns.h"
#include "path.h"

static struct phn_bridge_dir *dir_of(const struct phn_leg *leg)
{
	return rcu_dereference_protected(leg->bridge, lockdep_is_held(&leg->pn->legs_lock));
}

/**
 * phn_bridge_of - the bridge that a leg is in
 * @leg: the leg
 *
 * Return: the bridge, or NULL.
 */
struct phn_bridge *phn_bridge_of(const struct phn_leg *leg)
{
	struct phn_bridge_dir *dir = dir_of(leg);

	if (!dir)
		return NULL;
	/* dir[i] leads away from leg[i]: the other leg's own leads to us. */
	if (dir < dir_of(dir->to))
		return container_of(dir, struct phn_bridge, dir[0]);
	return container_of(dir, struct phn_bridge, dir[1]);
}

/**
 * phn_bridge_converts - whether a bridge converts between the G.711 laws
 * @bridge: the bridge
 */
bool phn_bridge_converts(const struct phn_bridge *bridge)
{
	int i;

	for (i = 0; i < bridge->dir[0].n; i++)
		if (bridge->dir[0].xlate[i].table)
			return true;
	return false;
}

/* Whether audio can flow. */
static bool dir_init(struct phn_bridge_dir *dir, const struct phn_leg_conf *from,
		     struct phn_leg *to, const struct phn_leg_conf *to_conf)
{
	int n = phn_xlate_map(dir->xlate, from->pt, from->n_pt, to_conf->pt, to_conf->n_pt);

	if (n < 0)
		return false;
	dir->to = to;
	dir->n = n;
	return true;
}

static struct phn_bridge *bridge_alloc(struct phn_leg *a, const struct phn_leg_conf *a_conf,
				       struct phn_leg *b, const struct phn_leg_conf *b_conf,
				       struct netlink_ext_ack *extack)
{
	struct phn_bridge *bridge = kzalloc(sizeof(*bridge), GFP_KERNEL_ACCOUNT);

	if (!bridge)
		return ERR_PTR(-ENOMEM);
	bridge->leg[0] = a;
	bridge->leg[1] = b;
	if (!dir_init(&bridge->dir[0], a_conf, b, b_conf) ||
	    !dir_init(&bridge->dir[1], b_conf, a, a_conf)) {
		kfree(bridge);
		NL_SET_ERR_MSG(extack, "the legs have no audio payload types that map");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return bridge;
}

static void look_ahead(struct phn_leg *leg, struct phn_leg *to)
{
	WRITE_ONCE(leg->ahead.leg, to);
	WRITE_ONCE(leg->ahead.tx_stats, to->tx_stats);
	phn_path_tell(to);
}

static void look_nowhere(struct phn_leg *leg)
{
	WRITE_ONCE(leg->ahead.leg, NULL);
	WRITE_ONCE(leg->ahead.tx_stats, NULL);
	WRITE_ONCE(leg->ahead.path, NULL);
}

static void bridge_publish(struct phn_bridge *bridge)
{
	rcu_assign_pointer(bridge->leg[0]->bridge, &bridge->dir[0]);
	rcu_assign_pointer(bridge->leg[1]->bridge, &bridge->dir[1]);
	look_ahead(bridge->leg[0], bridge->leg[1]);
	look_ahead(bridge->leg[1], bridge->leg[0]);
}

/**
 * phn_bridge_new - join two legs
 * @a: one leg
 * @b: the other
 * @extack: told why not
 *
 * Return: 0, -EINVAL for a leg with itself, -EBUSY when either is bridged,
 * -EOPNOTSUPP when no audio would flow, -ENOMEM.
 */
int phn_bridge_new(struct phn_leg *a, struct phn_leg *b, struct netlink_ext_ack *extack)
{
	struct phn_leg_conf a_conf, b_conf;
	struct phn_bridge *bridge;

	if (a == b) {
		NL_SET_ERR_MSG(extack, "a leg cannot be bridged to itself");
		return -EINVAL;
	}
	if (dir_of(a)) {
		NL_SET_ERR_MSG(extack, "leg-a is bridged already");
		return -EBUSY;
	}
	if (dir_of(b)) {
		NL_SET_ERR_MSG(extack, "leg-b is bridged already");
		return -EBUSY;
	}

	phn_leg_conf_get(a, &a_conf);
	phn_leg_conf_get(b, &b_conf);
	bridge = bridge_alloc(a, &a_conf, b, &b_conf, extack);
	if (IS_ERR(bridge))
		return PTR_ERR(bridge);
	bridge_publish(bridge);
	a->pn->n_bridges++;
	return 0;
}

/**
 * phn_bridge_renew - map anew before a leg's payload types change
 * @leg: the leg
 * @conf: its configuration to be
 * @extack: told why not
 *
 * Return: 0, also when the leg has no bridge; else as phn_bridge_new(), the
 * bridge being as it was.
 */
int phn_bridge_renew(struct phn_leg *leg, const struct phn_leg_conf *conf,
		     struct netlink_ext_ack *extack)
{
	struct phn_bridge *old = phn_bridge_of(leg);
	struct phn_leg_conf other_conf;
	struct phn_bridge *bridge;
	struct phn_leg *other;

	if (!old)
		return 0;

	other = dir_of(leg)->to;
	phn_leg_conf_get(other, &other_conf);
	bridge = bridge_alloc(leg, conf, other, &other_conf, extack);
	if (IS_ERR(bridge))
		return PTR_ERR(bridge);
	bridge_publish(bridge);
	kfree_rcu(old, rcu);
	return 0;
}

/**
 * phn_bridge_del - part a leg from the one it is bridged to
 * @leg: either leg
 *
 * Return: false when it was not bridged.
 */
bool phn_bridge_del(struct phn_leg *leg)
{
	struct phn_bridge *bridge = phn_bridge_of(leg);

	if (!bridge)
		return false;
	RCU_INIT_POINTER(bridge->leg[0]->bridge, NULL);
	RCU_INIT_POINTER(bridge->leg[1]->bridge, NULL);
	look_nowhere(bridge->leg[0]);
	look_nowhere(bridge->leg[1]);
	leg->pn->n_bridges--;
	kfree_rcu(bridge, rcu);
	return true;
}
