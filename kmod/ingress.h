/* SPDX-License-Identifier: GPL-2.0 */
/* Where packets enter: the netdev ingress hook of each device. */
#ifndef PHN_INGRESS_H
#define PHN_INGRESS_H

struct phn_net;

int phn_ingress_attach(struct phn_net *pn);
void phn_ingress_detach_all(struct phn_net *pn);

int phn_ingress_init(void);
void phn_ingress_uninit(void);

#endif
