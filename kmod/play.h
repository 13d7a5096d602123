/* SPDX-License-Identifier: GPL-2.0 */
/* Tones and noise that a leg sends of its own. */
#ifndef PHN_PLAY_H
#define PHN_PLAY_H

#include "core/play.h"

struct netlink_ext_ack;
struct phn_leg;

/* All under legs_lock. */
int phn_play_begin(struct phn_leg *leg, const struct phn_play_script *script,
		   struct netlink_ext_ack *extack);
void phn_play_stop(struct phn_leg *leg);
void phn_play_end(struct phn_leg *leg);

#endif
