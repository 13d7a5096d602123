/* SPDX-License-Identifier: GPL-2.0 */
/* Ends legs whose lease or window is over, and tells of silent ones. */
#ifndef PHN_SWEEP_H
#define PHN_SWEEP_H

struct phn_net;

void phn_sweep_init(struct phn_net *pn);
void phn_sweep_start(struct phn_net *pn);
void phn_sweep_uninit(struct phn_net *pn);

#endif
