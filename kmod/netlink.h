/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family. */
#ifndef PHN_NETLINK_H
#define PHN_NETLINK_H

#include <linux/types.h>

struct genl_family;
struct phn_leg;
struct sk_buff;

extern struct genl_family phn_nl_family;

int phn_nl_put_leg(struct sk_buff *msg, struct phn_leg *leg);
int phn_nl_put_leg_stats(struct sk_buff *msg, const struct phn_leg *leg);

int phn_netlink_init(void);
void phn_netlink_uninit(void);

#endif
