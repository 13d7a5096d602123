// SPDX-License-Identifier: GPL-2.0
/* The least that XDP can cost: every frame goes to another device as it is. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define OUT_INDEX 77 /* as in bench/packets/bed.py */

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	(void)ctx;
	return bpf_redirect(OUT_INDEX, 0);
}

char LICENSE[] SEC("license") = "GPL";
