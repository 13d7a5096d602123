/* SPDX-License-Identifier: GPL-2.0 */
/* The UDP ports of a leg, held by kernel sockets. */
#ifndef PHN_PORT_H
#define PHN_PORT_H

#include <linux/types.h>
#include <asm/byteorder.h>

struct netlink_ext_ack;
struct phn_leg;

/* The port after an RTP port, which is even, is its RTCP port. */
static inline bool phn_port_is_rtcp(__be16 port)
{
	return port & htons(1);
}

int phn_port_take(struct phn_leg *leg, struct netlink_ext_ack *extack);
void phn_port_release(struct phn_leg *leg);

#endif
