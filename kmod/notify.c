// SPDX-License-Identifier: GPL-2.0
#include "notify.h"

#include <net/genetlink.h>

#include "leg.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netns.h"

/* Begins a notification about a leg; NULL when nobody listens. */
static struct sk_buff *begin(const struct phn_leg *leg, u8 cmd, void **hdr)
{
	struct sk_buff *msg;

	if (!genl_has_listeners(&phn_nl_family, leg->pn->net, PHN_NLGRP_EVENTS))
		return NULL;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	*hdr = msg ? genlmsg_put(msg, 0, 0, &phn_nl_family, 0, cmd) : NULL;
	if (*hdr && !nla_put_u32(msg, PHONION_A_LEG_ID, leg->id) &&
	    !(leg->cookie_len && nla_put(msg, PHONION_A_LEG_COOKIE, leg->cookie_len, leg->cookie)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static void send(const struct phn_leg *leg, struct sk_buff *msg, void *hdr)
{
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&phn_nl_family, leg->pn->net, msg, 0, PHN_NLGRP_EVENTS,
				GFP_ATOMIC);
}

static void notify_plain(const struct phn_leg *leg, u8 cmd)
{
	void *hdr;
	struct sk_buff *msg = begin(leg, cmd, &hdr);

	if (msg)
		send(leg, msg, hdr);
}

void phn_notify_first_packet(struct phn_leg *leg)
{
	notify_plain(leg, PHONION_CMD_FIRST_PACKET_NTF);
}

void phn_notify_media_timeout(struct phn_leg *leg)
{
	notify_plain(leg, PHONION_CMD_MEDIA_TIMEOUT_NTF);
}

void phn_notify_dtmf_sent(struct phn_leg *leg)
{
	notify_plain(leg, PHONION_CMD_DTMF_SENT_NTF);
}

void phn_notify_dtmf(struct phn_leg *leg, u8 digit, u16 duration)
{
	void *hdr;
	struct sk_buff *msg = begin(leg, PHONION_CMD_DTMF_NTF, &hdr);

	if (msg && !nla_put_u8(msg, PHONION_A_LEG_EVENT_DIGIT, digit) &&
	    !nla_put_u16(msg, PHONION_A_LEG_EVENT_DURATION, duration))
		send(leg, msg, hdr);
	else
		nlmsg_free(msg);
}

void phn_notify_leg_end(struct phn_leg *leg, enum phonion_end_cause cause)
{
	void *hdr;
	struct sk_buff *msg = begin(leg, PHONION_CMD_LEG_END_NTF, &hdr);

	if (msg && !nla_put_u32(msg, PHONION_A_LEG_END_CAUSE, cause) &&
	    !phn_nl_put_leg_stats(msg, leg))
		send(leg, msg, hdr);
	else
		nlmsg_free(msg);
}
