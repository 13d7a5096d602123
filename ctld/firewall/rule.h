/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A rule of the chain, put together from what it matches. An expression for
 * which there was no memory is remembered until rule_add().
 */
#ifndef PHONION_FIREWALL_RULE_H
#define PHONION_FIREWALL_RULE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "firewall/batch.h"

#define FIREWALL_TABLE "phonion"
#define FIREWALL_CHAIN "input"

struct nftnl_rule;

struct rule {
	struct nftnl_rule *nftnl;
	bool failed;
};

void rule_begin(struct rule *rule);
/* UDP or TCP (IPPROTO_...), to a port from MIN to MAX. */
void rule_match_port(struct rule *rule, uint8_t protocol, uint16_t min, uint16_t max);
void rule_match_daddr(struct rule *rule, const struct sockaddr_storage *addr);
/* After rule_match_daddr(), which tells the family. */
void rule_match_saddr(struct rule *rule, const struct sockaddr_storage *addr);
/* Local address and UDP port are in the set NAME of FAMILY (AF_...). */
void rule_match_media(struct rule *rule, int family, const char *name);
void rule_accept(struct rule *rule);
/* Counted. */
void rule_drop(struct rule *rule);
/* Writes the rule to BATCH and frees it. */
int rule_add(struct rule *rule, struct batch *batch);

#endif
