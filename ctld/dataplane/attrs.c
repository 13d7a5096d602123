// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "dataplane/attrs.h"

static void keep_first(const struct nlattr *attr, const struct nlattr **attrs, int max)
{
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= max && !attrs[type])
		attrs[type] = attr;
}

void attrs_parse(const struct nlmsghdr *nlh, size_t offset, const struct nlattr **attrs, int max)
{
	const struct nlattr *attr;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	if (mnl_nlmsg_get_payload_len(nlh) < offset)
		return;
	mnl_attr_for_each(attr, nlh, offset)
		keep_first(attr, attrs, max);
}

void attrs_parse_nested(const struct nlattr *nest, const struct nlattr **attrs, int max)
{
	const struct nlattr *attr;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		keep_first(attr, attrs, max);
}

uint64_t attr_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

const char *attr_str(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	return mnl_attr_get_str(attr);
}
