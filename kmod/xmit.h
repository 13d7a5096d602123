/* SPDX-License-Identifier: GPL-2.0 */
/* Packets with all their headers but the link's, on their way out. */
#ifndef PHN_XMIT_H
#define PHN_XMIT_H

struct phn_path;
struct sk_buff;

void phn_xmit(const struct phn_path *path, struct sk_buff *skb);

#endif
