/* SPDX-License-Identifier: GPL-2.0 */
/* A leg as the kernel tells it, to JSON and from there to text. */
#ifndef PHONIONCTL_LEGS_H
#define PHONIONCTL_LEGS_H

#include <jansson.h>

#include "nl.h"

/* One answer's leg; the peer's address as OPTS allow. NULL: out of memory. */
json_t *leg_json(const struct opts *opts, const struct nlmsghdr *nlh);
/* Cookie in hexadecimal digits, or NULL when there is none. */
json_t *cookie_json(const struct nlattr *cookie);

/* Adds whether the driver that its packets come by asks the module. */
void leg_add_xdp(json_t *leg);

void leg_print(const json_t *leg);
void legs_print(const json_t *legs);

#endif
