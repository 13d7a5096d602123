/* SPDX-License-Identifier: GPL-2.0 */
/* Digits that a leg sends of its own, as telephone events. */
#ifndef PHN_DTMF_H
#define PHN_DTMF_H

#include "core/dtmf.h"

struct netlink_ext_ack;
struct phn_leg;

/* Both under legs_lock. */
int phn_dtmf_begin(struct phn_leg *leg, const struct phn_dtmf_script *script,
		   struct netlink_ext_ack *extack);
void phn_dtmf_end(struct phn_leg *leg);

#endif
