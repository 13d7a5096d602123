// SPDX-License-Identifier: GPL-2.0
/*
 * Media on the fast path is taken off at netdev ingress and never comes by
 * this chain. What does come by is what the fast path leaves to the stack
 * (fragments, IP options, aggregated packets ...), what is sent to ports on
 * which no leg is, and all signalling. The chain runs before the
 * administrator's own, which may still drop what is accepted here.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/chain.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "firewall/batch.h"
#include "firewall/firewall.h"
#include "firewall/media.h"
#include "firewall/rule.h"
#include "log/log.h"

#define PRIORITY (-10) /* just before "filter", which is 0 */

struct firewall {
	struct batch batch;
};

/* Table and chain */

static int table_message(struct batch *batch, uint16_t type)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct nlmsghdr *nlh = NULL;

	if (!table)
		return -ENOMEM;
	nftnl_table_set_u32(table, NFTNL_TABLE_FAMILY, NFPROTO_INET);
	if (!nftnl_table_set_str(table, NFTNL_TABLE_NAME, FIREWALL_TABLE))
		nlh = batch_message(batch, type, type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0);
	if (nlh) {
		nftnl_table_nlmsg_build_payload(nlh, table);
		batch_end_message(batch, nlh);
	}
	nftnl_table_free(table);
	return nlh ? 0 : -ENOMEM;
}

/* Made first if it is not there, so that it can be deleted in any case. */
static int table_remove(struct batch *batch)
{
	int err = table_message(batch, NFT_MSG_NEWTABLE);

	return err ? err : table_message(batch, NFT_MSG_DELTABLE);
}

static int chain_add(struct batch *batch)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nlmsghdr *nlh = NULL;

	if (!chain)
		return -ENOMEM;
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_FAMILY, NFPROTO_INET);
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, NF_INET_LOCAL_IN);
	nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, PRIORITY);
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	if (!nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FIREWALL_TABLE) &&
	    !nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, FIREWALL_CHAIN) &&
	    !nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter"))
		nlh = batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	if (nlh) {
		nftnl_chain_nlmsg_build_payload(nlh, chain);
		batch_end_message(batch, nlh);
	}
	nftnl_chain_free(chain);
	return nlh ? 0 : -ENOMEM;
}

/* Rules */

static int accept_media(struct batch *batch, int family, const char *set)
{
	struct rule rule;

	rule_begin(&rule);
	rule_match_media(&rule, family, set);
	rule_accept(&rule);
	return rule_add(&rule, batch);
}

/* Only on the relay's own media addresses: others may use these ports as they like. */
static int drop_media(struct batch *batch, const struct conf *conf, const struct conf_trunk *trunk)
{
	struct rule rule;

	rule_begin(&rule);
	rule_match_port(&rule, IPPROTO_UDP, conf->rtp_port_min, conf->rtp_port_max);
	rule_match_daddr(&rule, &trunk->media);
	rule_drop(&rule);
	return rule_add(&rule, batch);
}

static uint16_t port_of(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)addr)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)addr)->sin6_port);
}

static void match_sip(struct rule *rule, const struct conf_trunk *trunk)
{
	uint16_t port = port_of(&trunk->local);

	rule_begin(rule);
	rule_match_port(rule, trunk->transport == SIP_TCP ? IPPROTO_TCP : IPPROTO_UDP, port, port);
	rule_match_daddr(rule, &trunk->local);
}

static int accept_sip(struct batch *batch, const struct conf_trunk *trunk)
{
	struct rule rule;

	if (trunk->kind != TRUNK_SIP)
		return 0;
	match_sip(&rule, trunk);
	rule_match_saddr(&rule, &trunk->peer);
	rule_accept(&rule);
	return rule_add(&rule, batch);
}

static int drop_sip(struct batch *batch, const struct conf_trunk *trunk)
{
	struct rule rule;

	match_sip(&rule, trunk);
	rule_drop(&rule);
	return rule_add(&rule, batch);
}

static bool same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return !memcmp(a, b, sizeof(*a)); /* conf zeroes what an address does not fill */
}

/* Trunks that share an address need one rule, those without any none. */
static bool has_drop_media(const struct conf *conf, size_t i)
{
	if (conf->trunks[i].kind != TRUNK_SIP)
		return true;
	for (size_t j = 0; j < i; j++)
		if (same(&conf->trunks[j].media, &conf->trunks[i].media))
			return true;
	return false;
}

static bool has_drop_sip(const struct conf *conf, size_t i)
{
	if (conf->trunks[i].kind != TRUNK_SIP)
		return true;
	for (size_t j = 0; j < i; j++)
		if (conf->trunks[j].transport == conf->trunks[i].transport &&
		    same(&conf->trunks[j].local, &conf->trunks[i].local))
			return true;
	return false;
}

/* Every accept before any drop: trunks may share an address or a port. */
static int rules_add(struct batch *batch, const struct conf *conf)
{
	int err = accept_media(batch, AF_INET, MEDIA_SET_IPV4);

	if (!err)
		err = accept_media(batch, AF_INET6, MEDIA_SET_IPV6);
	for (size_t i = 0; i < conf->n_trunks && !err; i++)
		err = accept_sip(batch, &conf->trunks[i]);
	for (size_t i = 0; i < conf->n_trunks && !err; i++)
		err = has_drop_sip(conf, i) ? 0 : drop_sip(batch, &conf->trunks[i]);
	for (size_t i = 0; i < conf->n_trunks && !err; i++)
		err = has_drop_media(conf, i) ? 0 : drop_media(batch, conf, &conf->trunks[i]);
	return err;
}

static int replace(struct batch *batch, const struct conf *conf)
{
	int err = batch_begin(batch);

	if (!err)
		err = table_remove(batch);
	if (!err)
		err = table_message(batch, NFT_MSG_NEWTABLE);
	if (!err)
		err = media_sets_add(batch);
	if (!err)
		err = chain_add(batch);
	if (!err)
		err = rules_add(batch, conf);
	return err ? err : batch_commit(batch);
}

static void explain(int err)
{
	switch (err) {
	case -EPERM:
		log_error("the packet filter may not be changed: CAP_NET_ADMIN is needed");
		break;
	case -EPROTONOSUPPORT:
	case -EOPNOTSUPP:
	case -ENOENT:
		log_error("this kernel has no nf_tables (%s): load the module, or set "
			  "\"firewall = false\"",
			  strerror(-err));
		break;
	default:
		log_error("the table inet " FIREWALL_TABLE " can not be made: %s", strerror(-err));
	}
}

int firewall_open(struct firewall **fw, const struct conf *conf)
{
	struct firewall *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	err = batch_open(&new->batch);
	if (err)
		goto err_free;
	err = replace(&new->batch, conf);
	if (err)
		goto err_batch;
	*fw = new;
	return 0;

err_batch:
	batch_close(&new->batch);
err_free:
	free(new);
	explain(err);
	return err;
}

void firewall_close(struct firewall *fw, int remove)
{
	int err = 0;

	if (!fw)
		return;
	if (remove) {
		err = batch_begin(&fw->batch);
		if (!err)
			err = table_remove(&fw->batch);
		if (!err)
			err = batch_commit(&fw->batch);
	}
	if (err)
		log_warn("the table inet " FIREWALL_TABLE " could not be removed: %s",
			 strerror(-err));
	batch_close(&fw->batch);
	free(fw);
}

static int change_ports(struct firewall *fw, uint16_t type, const struct sockaddr *local)
{
	int err = batch_begin(&fw->batch);

	if (!err)
		err = media_ports(&fw->batch, type, local);
	return err ? err : batch_commit(&fw->batch);
}

/* That they are open already is no error: a leg of an earlier run was found again. */
int firewall_port_open(struct firewall *fw, const struct sockaddr *local)
{
	return change_ports(fw, NFT_MSG_NEWSETELEM, local);
}

int firewall_port_close(struct firewall *fw, const struct sockaddr *local)
{
	int err = change_ports(fw, NFT_MSG_DELSETELEM, local);

	return err == -ENOENT ? 0 : err;
}
