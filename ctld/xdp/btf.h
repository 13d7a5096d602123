/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BTF, the kernel's type information: of it only the number that a function has, by
 * which a BPF program calls it. Pure: what is read was given by the kernel, and is held
 * against its own lengths all the same.
 */
#ifndef PHONION_XDP_BTF_H
#define PHONION_XDP_BTF_H

#include <stddef.h>

struct btf_blob {
	void *data; /* aligned as malloc(3) does */
	size_t len;
};

/*
 * The number of the function NAME among the types of a module, OWN, which are counted
 * on from those of the kernel, BASE. -ENOENT: there is none; -EBADMSG: that is no BTF.
 */
int btf_function(const struct btf_blob *base, const struct btf_blob *own, const char *name);

#endif
