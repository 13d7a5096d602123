/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Internet checksums (RFC 1071) of headers, in line. A sum is of whole 32-bit words as they
 * lie in memory, in 64 bits, so that no carry is looked after on the way.
 */
#ifndef PHN_CSUM_H
#define PHN_CSUM_H

#include <linux/ip.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "core/rtp.h"

/* @words: a constant; a loop would cost as much again. */
static __always_inline u64 phn_csum_words(const void *data, unsigned int words)
{
	const u32 *word = data;
	unsigned int i;
	u64 sum = 0;

#pragma GCC unroll 8
	for (i = 0; i < words; i++)
		sum += word[i];
	return sum;
}

/* Of a UDP header and a bare RTP header behind it. */
static __always_inline u64 phn_csum_udp_rtp(const struct udphdr *uh)
{
	return phn_csum_words(uh, (sizeof(*uh) + PHN_RTP_HLEN) / sizeof(u32));
}

/* One's complement has 0xffff for another zero. Whether what has its checksum in it is whole. */
static __always_inline bool phn_csum_ok(u64 sum)
{
	return !(sum % 0xffff);
}

/* What phn_csum_ok() asks for. It is never 0, which would mean that there is none (RFC 768). */
static __always_inline __sum16 phn_csum_make(u64 sum)
{
	return (__force __sum16)~(u16)(sum % 0xffff);
}

/* As ip_fast_csum(), of a header without options. */
static __always_inline bool phn_csum_ip4_ok(const struct iphdr *iph)
{
	return phn_csum_ok(phn_csum_words(iph, sizeof(*iph) / sizeof(u32)));
}

#endif
