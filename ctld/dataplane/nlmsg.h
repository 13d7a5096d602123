/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Legs and events as attributes of netlink messages, and back. What the kernel
 * sends is checked like anything from outside: a wrong length is -EBADMSG.
 */
#ifndef PHONION_NLMSG_H
#define PHONION_NLMSG_H

#include <linux/netlink.h>

#include "dataplane/dataplane.h"

/* Enough for any request. */
#define NLMSG_MAX_REQUEST 2560

/* The attributes of leg-new; -EINVAL for a leg that can not be written. */
int nlmsg_put_leg(struct nlmsghdr *nlh, const struct dp_leg *leg);
/* Those of leg-set for the fields WHAT (DP_SET_...). */
int nlmsg_put_leg_change(struct nlmsghdr *nlh, const struct dp_leg *leg, unsigned int what);

/* Those of leg-play, but for the leg; NULL is nothing. -EINVAL for what is too long. */
int nlmsg_put_sound(struct nlmsghdr *nlh, const struct dp_sound *sound);

/*
 * What leg-get answers, of a leg that the kernel has not. -EINVAL for a leg that can not
 * be written.
 */
int nlmsg_put_answer(struct nlmsghdr *nlh, const struct dp_leg *leg);
int nlmsg_get_leg(const struct nlmsghdr *nlh, struct dp_leg *leg);
/* -ENOMSG for a notification that is none of struct dp_event. */
int nlmsg_get_event(const struct nlmsghdr *nlh, struct dp_event *event);

#endif
