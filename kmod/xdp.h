/* SPDX-License-Identifier: GPL-2.0 */
/* The table of legs for XDP programs. */
#ifndef PHN_XDP_H
#define PHN_XDP_H

struct xdp_md;

int phn_xdp_forward(struct xdp_md *ctx);

void phn_xdp_init(void);

#endif
