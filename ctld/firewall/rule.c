// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stddef.h>

#include "firewall/rule.h"

/* UDP and TCP have it in the same place. */
#define DPORT_OFFSET 2

static struct nftnl_expr *add(struct rule *rule, const char *name)
{
	struct nftnl_expr *expr = rule->nftnl ? nftnl_expr_alloc(name) : NULL;

	if (!expr) {
		rule->failed = true;
		return NULL;
	}
	nftnl_rule_add_expr(rule->nftnl, expr);
	return expr;
}

static void load_meta(struct rule *rule, uint32_t key)
{
	struct nftnl_expr *expr = add(rule, "meta");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void load(struct rule *rule, uint32_t base, uint32_t offset, uint32_t len, uint32_t reg)
{
	struct nftnl_expr *expr = add(rule, "payload");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

static void compare(struct rule *rule, uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *expr = add(rule, "cmp");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	if (nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, data, len) < 0)
		rule->failed = true;
}

static void verdict(struct rule *rule, uint32_t code)
{
	struct nftnl_expr *expr = add(rule, "immediate");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, code);
}

void rule_begin(struct rule *rule)
{
	rule->nftnl = nftnl_rule_alloc();
	rule->failed = !rule->nftnl ||
		       nftnl_rule_set_str(rule->nftnl, NFTNL_RULE_TABLE, FIREWALL_TABLE) < 0 ||
		       nftnl_rule_set_str(rule->nftnl, NFTNL_RULE_CHAIN, FIREWALL_CHAIN) < 0;
	if (!rule->failed)
		nftnl_rule_set_u32(rule->nftnl, NFTNL_RULE_FAMILY, NFPROTO_INET);
}

void rule_match_port(struct rule *rule, uint8_t protocol, uint16_t min, uint16_t max)
{
	uint16_t first = htons(min), last = htons(max);

	load_meta(rule, NFT_META_L4PROTO);
	compare(rule, NFT_CMP_EQ, &protocol, sizeof(protocol));
	load(rule, NFT_PAYLOAD_TRANSPORT_HEADER, DPORT_OFFSET, sizeof(first), NFT_REG_1);
	if (min == max) {
		compare(rule, NFT_CMP_EQ, &first, sizeof(first));
		return;
	}
	compare(rule, NFT_CMP_GTE, &first, sizeof(first));
	compare(rule, NFT_CMP_LTE, &last, sizeof(last));
}

static void match_family(struct rule *rule, int family)
{
	uint8_t nfproto = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;

	load_meta(rule, NFT_META_NFPROTO);
	compare(rule, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
}

static void match_address(struct rule *rule, const struct sockaddr_storage *addr, uint32_t offset4,
			  uint32_t offset6)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;

	if (addr->ss_family == AF_INET) {
		load(rule, NFT_PAYLOAD_NETWORK_HEADER, offset4, sizeof(in->sin_addr), NFT_REG_1);
		compare(rule, NFT_CMP_EQ, &in->sin_addr, sizeof(in->sin_addr));
	} else {
		load(rule, NFT_PAYLOAD_NETWORK_HEADER, offset6, sizeof(in6->sin6_addr), NFT_REG_1);
		compare(rule, NFT_CMP_EQ, &in6->sin6_addr, sizeof(in6->sin6_addr));
	}
}

void rule_match_daddr(struct rule *rule, const struct sockaddr_storage *addr)
{
	match_family(rule, addr->ss_family);
	match_address(rule, addr, offsetof(struct iphdr, daddr), offsetof(struct ip6_hdr, ip6_dst));
}

void rule_match_saddr(struct rule *rule, const struct sockaddr_storage *addr)
{
	match_address(rule, addr, offsetof(struct iphdr, saddr), offsetof(struct ip6_hdr, ip6_src));
}

/* The set's key lies in one piece of the registers, which are of 4 octets. */
static void load_key(struct rule *rule, int family)
{
	match_family(rule, family);
	if (family == AF_INET) {
		load(rule, NFT_PAYLOAD_NETWORK_HEADER, offsetof(struct iphdr, daddr), 4,
		     NFT_REG32_00);
		load(rule, NFT_PAYLOAD_TRANSPORT_HEADER, DPORT_OFFSET, 2, NFT_REG32_01);
	} else {
		load(rule, NFT_PAYLOAD_NETWORK_HEADER, offsetof(struct ip6_hdr, ip6_dst), 16,
		     NFT_REG32_00);
		load(rule, NFT_PAYLOAD_TRANSPORT_HEADER, DPORT_OFFSET, 2, NFT_REG32_04);
	}
}

void rule_match_media(struct rule *rule, int family, const char *name)
{
	const uint8_t udp = IPPROTO_UDP;
	struct nftnl_expr *expr;

	load_meta(rule, NFT_META_L4PROTO);
	compare(rule, NFT_CMP_EQ, &udp, sizeof(udp));
	load_key(rule, family);
	expr = add(rule, "lookup");
	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, NFT_REG32_00);
	if (nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, name) < 0)
		rule->failed = true;
}

void rule_accept(struct rule *rule)
{
	verdict(rule, NF_ACCEPT);
}

void rule_drop(struct rule *rule)
{
	add(rule, "counter");
	verdict(rule, NF_DROP);
}

int rule_add(struct rule *rule, struct batch *batch)
{
	struct nlmsghdr *nlh = NULL;

	if (!rule->failed)
		nlh = batch_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	if (nlh) {
		nftnl_rule_nlmsg_build_payload(nlh, rule->nftnl);
		batch_end_message(batch, nlh);
	}
	if (rule->nftnl)
		nftnl_rule_free(rule->nftnl);
	return nlh ? 0 : -ENOMEM;
}
