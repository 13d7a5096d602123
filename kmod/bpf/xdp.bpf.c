// SPDX-License-Identifier: GPL-2.0
/*
 * Asks phonion.ko, before there is an skb. What the module would rather see in its
 * ingress hook, and all that is not for a leg, goes on untouched.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int phn_xdp_forward(struct xdp_md *ctx) __ksym;

SEC("xdp")
int phonion(struct xdp_md *ctx)
{
	int to = phn_xdp_forward(ctx);

	if (to > 0)
		return bpf_redirect(to, 0);
	return to ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
