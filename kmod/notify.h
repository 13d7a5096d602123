/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells userspace of its own accord. */
#ifndef PHN_NOTIFY_H
#define PHN_NOTIFY_H

#include <linux/phonion.h>
#include <linux/types.h>

struct phn_leg;

/* From any context. */
void phn_notify_first_packet(struct phn_leg *leg);
void phn_notify_media_timeout(struct phn_leg *leg);
void phn_notify_dtmf(struct phn_leg *leg, u8 digit, u16 duration);
void phn_notify_dtmf_sent(struct phn_leg *leg);
void phn_notify_leg_end(struct phn_leg *leg, enum phonion_end_cause cause);

#endif
