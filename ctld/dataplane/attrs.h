/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes of a netlink message by their number, for whoever takes an answer as
 * it is: what a newer kernel adds is passed over, what an older one lacks is 0.
 */
#ifndef PHONION_ATTRS_H
#define PHONION_ATTRS_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ATTRS[0] to ATTRS[MAX] get the first attribute of each number, or NULL. Those of a
 * message begin OFFSET octets into its payload (GENL_HDRLEN in a family's message).
 */
void attrs_parse(const struct nlmsghdr *nlh, size_t offset, const struct nlattr **attrs, int max);
/* NEST may be NULL: then there are none. */
void attrs_parse_nested(const struct nlattr *nest, const struct nlattr **attrs, int max);
/* An integer of any size in host order; 0 for NULL and for what is no integer. */
uint64_t attr_uint(const struct nlattr *attr);
/* A string with its end, or NULL for NULL and for what has none. */
const char *attr_str(const struct nlattr *attr);

#endif
