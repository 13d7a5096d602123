/* SPDX-License-Identifier: GPL-2.0 */
/* The cached way from a leg to its peer. */
#ifndef PHN_PATH_H
#define PHN_PATH_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/phonion.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/neighbour.h>
#include <net/net_namespace.h>

#include "leg.h"

/**
 * struct phn_path - the way to a leg's peer
 * @dst: route; a reference is held, which does not hold the device: the
 *	route code takes it out of @dst when it goes
 * @neigh: next hop, on the fast path only; a reference is held, which does hold
 *	the device: phn_path_flush() lets go of it when that is unregistered
 * @genid: of an IPv4 route on the fast path: it holds while the namespace has the same;
 *	of others, what @genid_now never is
 * @genid_now: what the namespace has
 * @family: AF_INET or AF_INET6
 * @state: PHONION_PATH_STATE_FAST, or why packets must go by the stack
 * @hold: as in the leg's configuration
 * @hlen: octets of IP and UDP headers
 * @headroom: octets that a packet needs before its RTP header
 * @sure_mtu: a packet of so many octets fits for as long as @dst is valid, with the one
 *	exception that is at sure_mtu()
 * @udp: UDP header to send, but for its length; its checksum is the pseudo-header's, but
 *	for the length; never 0
 * @ip4: IPv4 header to send, but for its length; its checksum is the sum of the rest, and
 *	no complement; never 0
 * @ip6: IPv6 header to send, but for its length
 * @cookie: for dst_check()
 * @rcu: freed after a grace period
 *
 * Made from a leg's configuration and immutable. Every field of the headers
 * that could tell of the packet's origin is a constant: TTL, DSCP, flow label,
 * IP identification (0, with DF, RFC 6864), presence of a UDP checksum. What a
 * packet of IPv4 needs is in one line of the cache.
 */
struct phn_path {
	struct dst_entry *dst;
	struct neighbour *neigh;
	const atomic_t *genid_now;
	int genid;
	u16 headroom;
	u16 sure_mtu;
	u8 family;
	u8 state;
	u8 hlen;
	bool hold;
	struct udphdr udp;
	union {
		struct iphdr ip4;
		struct ipv6hdr ip6;
	};
	u32 cookie;
	struct rcu_head rcu;
};

static_assert(offsetofend(struct phn_path, ip4) <= 64);

const struct phn_path *phn_path_build(struct phn_leg *leg);

/*
 * As ip6_dst_check() of a route that neither expires nor is an exception: it says of
 * these what this says, and more slowly.
 */
static __always_inline bool phn_path_holds6(const struct phn_path *path)
{
	const struct rt6_info *rt = (const struct rt6_info *)path->dst;
	const struct fib6_info *from = rcu_dereference(rt->from);
	u32 cookie;

	return READ_ONCE(rt->dst.obsolete) == DST_OBSOLETE_FORCE_CHK && from &&
	       fib6_get_cookie_safe(from, &cookie) && cookie == path->cookie &&
	       !((rt->rt6i_flags | from->fib6_flags) & RTF_EXPIRES) && !rt->sernum;
}

/* As dst_check(), which has no short way for what nearly all packets ask. */
static __always_inline bool phn_path_holds(const struct phn_path *path)
{
	if (likely(path->genid == atomic_read(path->genid_now)))
		return !READ_ONCE(path->neigh->dead) &&
		       READ_ONCE(path->dst->obsolete) == DST_OBSOLETE_FORCE_CHK;
	if (likely(path->state == PHONION_PATH_STATE_FAST)) {
		if (path->family == AF_INET || READ_ONCE(path->neigh->dead))
			return false;
		if (likely(phn_path_holds6(path)))
			return true;
	}
	return dst_check(path->dst, path->cookie);
}

/**
 * phn_path_get - the way to a leg's peer
 * @leg: the leg
 *
 * Context: bottom halves off, RCU read-side section for as long as the path
 * is used.
 * Return: the path, or NULL when the peer is not known or cannot be reached.
 */
static __always_inline const struct phn_path *phn_path_get(struct phn_leg *leg)
{
	const struct phn_path *path = rcu_dereference(leg->path);

	if (likely(path && phn_path_holds(path)))
		return path;
	return phn_path_build(leg);
}

/*
 * In pieces, which the compiler moves by registers: for the whole it has one instruction
 * (rep movs) that takes longer to start than all these moves take.
 */
static __always_inline void phn_path_put_ip6(const struct phn_path *path, struct ipv6hdr *ip6h)
{
	memcpy(ip6h, &path->ip6, offsetof(struct ipv6hdr, saddr));
	ip6h->saddr = path->ip6.saddr;
	ip6h->daddr = path->ip6.daddr;
}

void phn_path_make_header(struct neighbour *neigh);
enum phonion_path_state phn_path_state(struct phn_leg *leg, int *ifindex);
void phn_path_tell(struct phn_leg *leg);
void phn_path_reset(struct phn_leg *leg);
void phn_path_free(struct phn_path *path);
void phn_path_flush(struct phn_net *pn, const struct net_device *dev);

#endif
