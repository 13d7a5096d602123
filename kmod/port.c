// SPDX-License-Identifier: GPL-2.0
/*
 * A leg's two ports are bound by kernel sockets, so that no other socket can
 * be given them, and so that whatever the fast path leaves to the stack
 * (reassembled fragments, packets with IP options, segments of aggregated
 * ones, loopback) still ends here and nowhere else.
 */
#include "port.h"

#include <linux/netlink.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "leg.h"
#include "netns.h"
#include "rx.h"

static int take_one(struct phn_leg *leg, int i)
{
	struct udp_port_cfg cfg = {
		.family = leg->local.family,
		.local_udp_port = htons(ntohs(leg->local.port) + i),
		.ipv6_v6only = true,
	};
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = leg,
		.encap_type = 1,
		.encap_rcv = phn_rx_encap,
	};
	int err;

	if (cfg.family == AF_INET) {
		cfg.local_ip.s_addr = phn_addr_ip4(&leg->local);
		/* A socket may be bound to a broadcast address, too. */
		if (inet_addr_type(leg->pn->net, cfg.local_ip.s_addr) != RTN_LOCAL)
			return -EADDRNOTAVAIL;
	} else {
		cfg.local_ip6 = *phn_addr_ip6(&leg->local);
	}

	err = udp_sock_create(leg->pn->net, &cfg, &leg->sock[i]);
	if (err)
		return err;
	setup_udp_tunnel_sock(leg->pn->net, leg->sock[i], &tunnel);
	return 0;
}

/*
 * Not udp_tunnel_sock_release(): it waits for a grace period for each socket.
 * The socket and the leg are both freed after one, which is all it is for.
 */
static void release_one(struct socket **sock)
{
	rcu_assign_sk_user_data((*sock)->sk, NULL);
	kernel_sock_shutdown(*sock, SHUT_RDWR);
	sock_release(*sock);
	*sock = NULL;
}

/**
 * phn_port_take - take a leg's RTP and RTCP port
 * @leg: a leg with a local address, not yet in the table
 * @extack: told why not
 *
 * Return: 0, -EADDRINUSE when a socket has either port, -EADDRNOTAVAIL when
 * the address is not one of the namespace's, or another negative errno.
 */
int phn_port_take(struct phn_leg *leg, struct netlink_ext_ack *extack)
{
	int err;

	err = take_one(leg, 0);
	if (err)
		goto err_told;
	err = take_one(leg, 1);
	if (err)
		goto err_rtp;
	return 0;

err_rtp:
	release_one(&leg->sock[0]);
err_told:
	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG(extack, "local port or the one after it is in use");
	else if (err == -EADDRNOTAVAIL)
		NL_SET_ERR_MSG(extack, "local address is not one of this network namespace");
	else
		NL_SET_ERR_MSG(extack, "cannot bind the local ports");
	return err;
}

/**
 * phn_port_release - give a leg's ports back
 * @leg: its memory must outlive an RCU grace period from now
 */
void phn_port_release(struct phn_leg *leg)
{
	release_one(&leg->sock[1]);
	release_one(&leg->sock[0]);
}
