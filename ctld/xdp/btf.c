// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "xdp/btf.h"

/* The parts of a blob. */
struct parts {
	const char *types, *strings;
	uint32_t types_len, strings_len;
};

static int split(const struct btf_blob *blob, struct parts *parts)
{
	const struct btf_header *h = blob->data;
	size_t room;

	if (blob->len < sizeof(*h) || h->magic != BTF_MAGIC || h->version != BTF_VERSION ||
	    h->hdr_len < sizeof(*h) || h->hdr_len > blob->len)
		return -EBADMSG;
	room = blob->len - h->hdr_len;
	if (h->type_off % sizeof(uint32_t) || h->hdr_len % sizeof(uint32_t) || h->type_off > room ||
	    h->type_len > room - h->type_off || h->str_off > room || h->str_len > room - h->str_off)
		return -EBADMSG;
	parts->types = (const char *)blob->data + h->hdr_len + h->type_off;
	parts->types_len = h->type_len;
	parts->strings = (const char *)blob->data + h->hdr_len + h->str_off;
	parts->strings_len = h->str_len;
	if (h->str_len && parts->strings[h->str_len - 1])
		return -EBADMSG;
	return 0;
}

/* Octets that follow a type's head; by its kind, and by how many members it has. */
static size_t tail_len(const struct btf_type *type)
{
	static const uint8_t once[BTF_KIND_MAX + 1] = {
		[BTF_KIND_INT] = sizeof(uint32_t),
		[BTF_KIND_ARRAY] = sizeof(struct btf_array),
		[BTF_KIND_VAR] = sizeof(struct btf_var),
		[BTF_KIND_DECL_TAG] = sizeof(struct btf_decl_tag),
	};
	static const uint8_t each[BTF_KIND_MAX + 1] = {
		[BTF_KIND_STRUCT] = sizeof(struct btf_member),
		[BTF_KIND_UNION] = sizeof(struct btf_member),
		[BTF_KIND_ENUM] = sizeof(struct btf_enum),
		[BTF_KIND_ENUM64] = sizeof(struct btf_enum64),
		[BTF_KIND_FUNC_PROTO] = sizeof(struct btf_param),
		[BTF_KIND_DATASEC] = sizeof(struct btf_var_secinfo),
	};
	unsigned int kind = BTF_INFO_KIND(type->info);

	return once[kind] + (size_t)each[kind] * BTF_INFO_VLEN(type->info);
}

/* The type at *AT, which goes on to the next; NULL at the end, or where no type can be. */
static const struct btf_type *next(const struct parts *parts, size_t *at)
{
	const struct btf_type *type = (const void *)(parts->types + *at);
	size_t left = parts->types_len - *at;

	if (left < sizeof(*type) || BTF_INFO_KIND(type->info) > BTF_KIND_MAX ||
	    tail_len(type) > left - sizeof(*type))
		return NULL;
	*at += sizeof(*type) + tail_len(type);
	return type;
}

static int count(const struct parts *parts)
{
	size_t at = 0;
	int n = 0;

	while (next(parts, &at))
		n++;
	return at == parts->types_len ? n : -EBADMSG;
}

/* A module's strings, too, are counted on from the kernel's. */
static bool is_function(const struct btf_type *type, const struct parts *own, uint32_t base_len,
			const char *name)
{
	return BTF_INFO_KIND(type->info) == BTF_KIND_FUNC && type->name_off >= base_len &&
	       type->name_off - base_len < own->strings_len &&
	       !strcmp(own->strings + (type->name_off - base_len), name);
}

int btf_function(const struct btf_blob *base, const struct btf_blob *own, const char *name)
{
	const struct btf_type *type;
	struct parts below, parts;
	size_t at = 0;
	int n;

	if (split(base, &below) || split(own, &parts))
		return -EBADMSG;
	n = count(&below);
	if (n < 0)
		return n;
	/* Number 0 is void, which is not written down. */
	for (n++; (type = next(&parts, &at)); n++)
		if (is_function(type, &parts, below.strings_len, name))
			return n;
	return at == parts.types_len ? -ENOENT : -EBADMSG;
}
