/* SPDX-License-Identifier: GPL-2.0 */
/* Headers made anew before a payload. In line, for every packet gets them. */
#ifndef PHN_HEADERS_H
#define PHN_HEADERS_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_sched.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "core/rtp.h"
#include "path.h"

/* The device, or the stack for one that cannot, fills in the checksum. */
static __always_inline void phn_write_udp(struct sk_buff *skb, struct udphdr *uh,
					  const struct phn_path *path, __be16 len)
{
	*uh = path->udp;
	uh->len = len;
	uh->check = csum16_add(path->udp.check, len);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_offset = offsetof(struct udphdr, check);
}

static __always_inline void phn_write_ip4(struct sk_buff *skb, struct iphdr *iph,
					  const struct phn_path *path, __be16 len)
{
	*iph = path->ip4;
	iph->tot_len = len;
	iph->check = ~csum16_add(path->ip4.check, len);
	skb->protocol = htons(ETH_P_IP);
}

static __always_inline void phn_write_ip6(struct sk_buff *skb, struct ipv6hdr *ip6h,
					  const struct phn_path *path, __be16 len)
{
	phn_path_put_ip6(path, ip6h);
	ip6h->payload_len = len;
	skb->protocol = htons(ETH_P_IPV6);
}

/* IP, UDP and RTP headers before the payload, of @len octets; there is room for them. */
static __always_inline void phn_write_headers(struct sk_buff *skb, const struct phn_path *path,
					      const struct phn_rtp *rtp, unsigned int len)
{
	u8 *udp = skb->data - PHN_RTP_HLEN - sizeof(struct udphdr);
	unsigned int off = udp - skb->head;
	unsigned int udplen = len + PHN_RTP_HLEN + sizeof(struct udphdr);
	unsigned int iplen;

	phn_rtp_write(udp + sizeof(struct udphdr), rtp);
	phn_write_udp(skb, (struct udphdr *)udp, path, htons(udplen));
	if (likely(path->family == AF_INET)) {
		iplen = sizeof(struct iphdr);
		phn_write_ip4(skb, (struct iphdr *)(udp - iplen), path, htons(udplen + iplen));
	} else {
		iplen = sizeof(struct ipv6hdr);
		phn_write_ip6(skb, (struct ipv6hdr *)(udp - iplen), path, htons(udplen));
	}
	skb->csum_start = off;
	skb->transport_header = off;
	skb->network_header = off - iplen;
	__skb_push(skb, iplen + udplen - len);
}

/* Nothing that the packet met on its way here may show on its way on. */
static __always_inline void phn_scrub(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb_clear_hash(skb);
	skb->priority = TC_PRIO_INTERACTIVE;
	skb->encapsulation = 0;
}

#endif
