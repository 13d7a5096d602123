/* SPDX-License-Identifier: GPL-2.0 */
/* Legs that are TDM channels: what the rest of the module sees of them. */
#ifndef PHN_TDM_H
#define PHN_TDM_H

#include <phonion/tdm.h>

#include "core/rtp.h"

struct netlink_ext_ack;
struct phn_event;
struct sk_buff;

/**
 * struct phn_tdm - of a leg that is a TDM channel
 * @ops: the module that has the channel; held
 * @priv: the module's own of this leg
 * @params: as asked for
 *
 * Immutable from before the leg is found until after a grace period.
 */
struct phn_tdm {
	const struct phn_tdm_ops *ops;
	void *priv;
	struct phn_tdm_params params;
};

void phn_tdm_put_files(struct phn_tdm_params *params);

/* Both under legs_lock. On success the leg has the references of @params' files. */
int phn_tdm_attach(struct phn_leg *leg, const struct phn_tdm_params *params,
		   struct netlink_ext_ack *extack);
void phn_tdm_detach(struct phn_leg *leg);

int phn_tdm_tx(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp rtp, const u8 *table,
	       u64 now);
int phn_tdm_admit(const struct phn_leg *leg, u64 now);
void phn_tdm_tx_speech(struct phn_leg *leg, const struct phn_rtp *rtp, const u8 *ulaw,
		       unsigned int len);
int phn_tdm_tx_event(struct phn_leg *leg, const struct phn_event *event, bool first, u64 now);

#endif
