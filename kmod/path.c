// SPDX-License-Identifier: GPL-2.0
#include "path.h"

#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/route.h>

#include "bridge.h"
#include "core/rtp.h"
#include "leg.h"
#include "netns.h"

#define PATH_TTL 64

void phn_path_free(struct phn_path *path)
{
	if (!path)
		return;
	if (path->neigh)
		neigh_release(path->neigh);
	dst_release(path->dst);
	kfree(path);
}

static void path_free_rcu(struct rcu_head *rcu)
{
	phn_path_free(container_of(rcu, struct phn_path, rcu));
}

/* The other leg's packets will need it. Under path_lock. */
static void tell(const struct phn_leg *leg, const struct phn_path *path)
{
	const struct phn_bridge_dir *dir;

	rcu_read_lock();
	dir = rcu_dereference(leg->bridge);
	if (dir)
		WRITE_ONCE(dir->to->ahead.path, path);
	rcu_read_unlock();
}

/**
 * phn_path_tell - tell the leg that leads to this one of its path
 * @leg: this one, which has just been bridged
 *
 * Context: process, without path_lock.
 */
void phn_path_tell(struct phn_leg *leg)
{
	spin_lock_bh(&leg->path_lock);
	tell(leg, rcu_access_pointer(leg->path));
	spin_unlock_bh(&leg->path_lock);
}

/* Under path_lock. */
static void path_replace(struct phn_leg *leg, struct phn_path *path)
{
	struct phn_path *old;

	old = rcu_replace_pointer(leg->path, path, lockdep_is_held(&leg->path_lock));
	tell(leg, path);
	if (old)
		call_rcu(&old->rcu, path_free_rcu);
}

/**
 * phn_path_reset - forget a leg's path; the next packet looks for another
 * @leg: the leg
 *
 * Context: under path_lock.
 */
void phn_path_reset(struct phn_leg *leg)
{
	path_replace(leg, NULL);
}

static struct dst_entry *route4(struct phn_leg *leg, const struct phn_leg_conf *conf)
{
	struct flowi4 fl4 = {
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_tos = RT_TOS(conf->dscp << 2),
		.saddr = phn_addr_ip4(&leg->local),
		.daddr = phn_addr_ip4(&conf->remote),
		.fl4_sport = leg->local.port,
		.fl4_dport = conf->remote.port,
	};
	struct rtable *rt = ip_route_output_flow(leg->pn->net, &fl4, NULL);

	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-EACCES);
	}
	return &rt->dst;
}

static struct dst_entry *route6(struct phn_leg *leg, const struct phn_leg_conf *conf)
{
	struct flowi6 fl6 = {
		.flowi6_proto = IPPROTO_UDP,
		.flowlabel = ip6_make_flowinfo(conf->dscp << 2, 0),
		.saddr = *phn_addr_ip6(&leg->local),
		.daddr = *phn_addr_ip6(&conf->remote),
		.fl6_sport = leg->local.port,
		.fl6_dport = conf->remote.port,
	};

	/* Unlike IPv4's, the look-up takes any source. */
	if (!ipv6_chk_addr(leg->pn->net, &fl6.saddr, NULL, 0))
		return ERR_PTR(-EADDRNOTAVAIL);
	return ip6_dst_lookup_flow(leg->pn->net, NULL, &fl6, NULL);
}

static void headers4(struct phn_path *path, const struct phn_leg *leg,
		     const struct phn_leg_conf *conf)
{
	path->ip4 = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = conf->dscp << 2,
		.frag_off = htons(IP_DF),
		.ttl = PATH_TTL,
		.protocol = IPPROTO_UDP,
		.saddr = phn_addr_ip4(&leg->local),
		.daddr = phn_addr_ip4(&conf->remote),
	};
	path->ip4.check = ~ip_fast_csum(&path->ip4, path->ip4.ihl);
	path->udp.check = ~csum_tcpudp_magic(path->ip4.saddr, path->ip4.daddr, 0, IPPROTO_UDP, 0);
	path->hlen = sizeof(path->ip4) + sizeof(path->udp);
}

static void headers6(struct phn_path *path, const struct phn_leg *leg,
		     const struct phn_leg_conf *conf)
{
	path->ip6 = (struct ipv6hdr){
		.nexthdr = IPPROTO_UDP,
		.hop_limit = PATH_TTL,
		.saddr = *phn_addr_ip6(&leg->local),
		.daddr = *phn_addr_ip6(&conf->remote),
	};
	ip6_flow_hdr(&path->ip6, conf->dscp << 2, 0);
	path->udp.check = ~csum_ipv6_magic(&path->ip6.saddr, &path->ip6.daddr, 0, IPPROTO_UDP, 0);
	path->hlen = sizeof(path->ip6) + sizeof(path->udp);
}

/* IPv4 by an IPv6 next hop (RFC 5549), whose cached header would call it IPv6. */
static bool crosses_families(const struct phn_path *path)
{
	return path->family == AF_INET &&
	       ((const struct rtable *)path->dst)->rt_gw_family == AF_INET6;
}

static enum phonion_path_state classify(const struct phn_path *path)
{
	const struct dst_entry *dst = path->dst;

	if (dst->dev->flags & IFF_LOOPBACK)
		return PHONION_PATH_STATE_LOCAL;
	if (dst_xfrm(dst) || dst->lwtstate || crosses_families(path))
		return PHONION_PATH_STATE_TRANSFORMED;
	return PHONION_PATH_STATE_FAST;
}

static struct neighbour *next_hop(const struct phn_path *path)
{
	struct net_device *dev = path->dst->dev;
	const struct in6_addr *next6;
	struct neighbour *neigh;

	if (path->family == AF_INET)
		return ip_neigh_gw4(dev, rt_nexthop((struct rtable *)path->dst, path->ip4.daddr));
	next6 = rt6_nexthop((struct rt6_info *)path->dst, &path->ip6.daddr);
	neigh = __ipv6_neigh_lookup_noref(dev, next6);
	return neigh ?: __neigh_create(&nd_tbl, next6, dev, false);
}

/*
 * A device that is on its way out is not to be held: either we see that it is,
 * or phn_path_flush() will find this path, both being under path_lock.
 */
static int hold_next_hop(struct phn_path *path)
{
	struct neighbour *neigh;

	if (READ_ONCE(path->dst->dev->reg_state) != NETREG_REGISTERED)
		return -ENODEV;
	neigh = next_hop(path);
	if (IS_ERR(neigh))
		return PTR_ERR(neigh);
	if (!refcount_inc_not_zero(&neigh->refcnt))
		return -ENOENT;
	path->neigh = neigh;
	return 0;
}

/*
 * A route's MTU can change under it. IPv6's does as it likes, but not below the least that
 * there is. IPv4's does by what makes dst_check() fail, with one exception: a path MTU that
 * was lowered once is lowered again in place (update_or_create_fnhe()). A packet whose length
 * is between the two leaves with DF then, and is counted as sent, though it will not arrive.
 * G.711 is not so long: 60 ms of it are 520 octets, and no path MTU under 552 is believed
 * unless the administrator says so.
 */
static u16 sure_mtu(const struct phn_path *path)
{
	u32 mtu = path->family == AF_INET ? dst_mtu(path->dst) : IPV6_MIN_MTU;

	return min_t(u32, mtu, U16_MAX);
}

/* No path's: what has it is asked otherwise whether it holds. */
#define NO_GENID (-1)
static const atomic_t no_genid = ATOMIC_INIT(0);

/* What phn_path_holds() compares; an IPv6 route's generation is its node's. */
static void note_genid(struct phn_path *path, struct net *net)
{
	path->genid = NO_GENID;
	path->genid_now = &no_genid;
	if (path->family != AF_INET) {
		path->cookie = rt6_get_cookie((struct rt6_info *)path->dst);
	} else if (path->state == PHONION_PATH_STATE_FAST) {
		path->genid = ((struct rtable *)path->dst)->rt_genid;
		path->genid_now = &net->ipv4.rt_genid;
	}
}

static struct phn_path *path_alloc(struct phn_leg *leg, const struct phn_leg_conf *conf)
{
	struct phn_path *path = kzalloc(sizeof(*path), GFP_ATOMIC);
	struct dst_entry *dst;

	if (!path)
		return NULL;
	path->family = leg->local.family;
	dst = path->family == AF_INET ? route4(leg, conf) : route6(leg, conf);
	if (IS_ERR(dst)) {
		kfree(path);
		return NULL;
	}

	path->dst = dst;
	path->udp.source = leg->local.port;
	path->udp.dest = conf->remote.port;
	if (path->family == AF_INET)
		headers4(path, leg, conf);
	else
		headers6(path, leg, conf);
	path->state = classify(path);
	path->hold = conf->hold;
	note_genid(path, leg->pn->net);
	path->headroom = path->hlen + LL_RESERVED_SPACE(dst->dev);
	path->sure_mtu = sure_mtu(path);
	if (path->state == PHONION_PATH_STATE_FAST && hold_next_hop(path)) {
		phn_path_free(path);
		return NULL;
	}
	return path;
}

/**
 * phn_path_build - look for the way to a leg's peer anew
 * @leg: the leg
 *
 * Context: as phn_path_get(), whose rare half it is.
 * Return: as there.
 */
const struct phn_path *phn_path_build(struct phn_leg *leg)
{
	const struct phn_leg_conf *conf;
	struct phn_path *path = NULL;

	/* Nobody need wait for the lock: there is no path of a peer that is not known. */
	if (!rcu_dereference(leg->conf)->remote.port)
		return NULL;
	spin_lock(&leg->path_lock);
	conf = rcu_dereference_protected(leg->conf, lockdep_is_held(&leg->path_lock));
	if (conf->remote.port)
		path = path_alloc(leg, conf);
	path_replace(leg, path);
	spin_unlock(&leg->path_lock);
	return path;
}

/**
 * phn_path_make_header - have the link-layer header of a next hop made
 * @neigh: the next hop
 *
 * The stack makes it with the first packet after the neighbour was stale, and of one that
 * was just found only then: a minute later, in which XDP would take nothing.
 *
 * Context: bottom halves off.
 */
void phn_path_make_header(struct neighbour *neigh)
{
	const struct header_ops *ops = neigh->dev->header_ops;

	if (READ_ONCE(neigh->hh.hh_len) || !ops || !ops->cache)
		return;
	write_lock(&neigh->lock);
	if (!neigh->hh.hh_len && neigh->nud_state & NUD_CONNECTED)
		ops->cache(neigh, &neigh->hh, neigh->tbl->protocol);
	write_unlock(&neigh->lock);
}

static enum phonion_path_state live_state(const struct phn_path *path)
{
	const struct net_device *dev = path->dst->dev;

	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return PHONION_PATH_STATE_DEVICE_DOWN;
	if (path->state != PHONION_PATH_STATE_FAST)
		return path->state;
	if (!(READ_ONCE(path->neigh->nud_state) & NUD_VALID))
		return PHONION_PATH_STATE_NEIGHBOUR;
	return PHONION_PATH_STATE_FAST;
}

/**
 * phn_path_state - how a leg's packets leave now, and if not fast, why not
 * @leg: the leg
 * @ifindex: the outgoing device's, 0 when there is none
 *
 * Context: process.
 */
enum phonion_path_state phn_path_state(struct phn_leg *leg, int *ifindex)
{
	enum phonion_path_state state;
	const struct phn_path *path;
	u64 now = ktime_get_ns();

	*ifindex = 0;
	if (now < leg->open_ns || now >= leg->close_ns)
		return PHONION_PATH_STATE_WINDOW_CLOSED;

	rcu_read_lock();
	local_bh_disable();
	if (leg->tdm) {
		state = rcu_access_pointer(leg->bridge) ? PHONION_PATH_STATE_TDM
							: PHONION_PATH_STATE_NO_BRIDGE;
	} else if (!rcu_dereference(leg->conf)->remote.port) {
		state = PHONION_PATH_STATE_NO_REMOTE;
	} else if (!rcu_access_pointer(leg->bridge)) {
		state = PHONION_PATH_STATE_NO_BRIDGE;
	} else {
		path = phn_path_get(leg);
		state = path ? live_state(path) : PHONION_PATH_STATE_NO_ROUTE;
		if (path)
			*ifindex = path->dst->dev->ifindex;
	}
	local_bh_enable();
	rcu_read_unlock();
	return state;
}

/* By now the route may have let go of the device; the next hop has not. */
static bool uses(const struct phn_path *path, const struct net_device *dev)
{
	return path->dst->dev == dev || (path->neigh && path->neigh->dev == dev);
}

/**
 * phn_path_flush - forget all paths over a device that goes away
 * @pn: the namespace
 * @dev: the device
 *
 * Their next hops hold it; so do routes under IPsec.
 */
void phn_path_flush(struct phn_net *pn, const struct net_device *dev)
{
	const struct phn_path *path;
	struct phn_leg *leg;
	unsigned long id;

	mutex_lock(&pn->legs_lock);
	xa_for_each(&pn->ids, id, leg) {
		spin_lock_bh(&leg->path_lock);
		path = rcu_dereference_protected(leg->path, lockdep_is_held(&leg->path_lock));
		if (path && uses(path, dev))
			phn_path_reset(leg);
		spin_unlock_bh(&leg->path_lock);
	}
	mutex_unlock(&pn->legs_lock);
}
