/* SPDX-License-Identifier: GPL-2.0 */
/* Legs by local address. */
#ifndef PHN_LEG_TABLE_H
#define PHN_LEG_TABLE_H

#include <linux/in6.h>
#include <linux/types.h>

struct phn_leg;
struct phn_net;

struct phn_leg *phn_leg_find4(struct phn_net *pn, __be32 ip, __be16 port);
struct phn_leg *phn_leg_find6(struct phn_net *pn, const struct in6_addr *ip, __be16 port);

/* Under legs_lock. */
int phn_leg_table_add(struct phn_leg *leg);
void phn_leg_table_remove(struct phn_leg *leg);

int phn_leg_table_init(struct phn_net *pn);
void phn_leg_table_uninit(struct phn_net *pn);

#endif
