/* SPDX-License-Identifier: GPL-2.0 */
/* The UDP ports of a leg, held by kernel sockets. */
#ifndef PHN_PORT_H
#define PHN_PORT_H

struct netlink_ext_ack;
struct phn_leg;

int phn_port_take(struct phn_leg *leg, struct netlink_ext_ack *extack);
void phn_port_release(struct phn_leg *leg);

#endif
