// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <net/genetlink.h>

#include "bridge.h"
#include "compat.h"
#include "dtmf.h"
#include "ingress.h"
#include "leg.h"
#include "netlink_gen.h"
#include "netlink_parse.h"
#include "netns.h"
#include "play.h"
#include "tdm.h"

static int missing(struct genl_info *info, const char *what)
{
	if (info->extack)
		info->extack->_msg = what;
	return -EINVAL;
}

/* Under legs_lock. */
static struct phn_leg *find_leg(struct phn_net *pn, struct genl_info *info, int attr,
				const char *none)
{
	struct nlattr *id = info->attrs[attr];
	struct phn_leg *leg;

	if (!id)
		return ERR_PTR(missing(info, none));
	leg = xa_load(&pn->ids, nla_get_u32(id));
	if (!leg) {
		NL_SET_ERR_MSG_ATTR(info->extack, id, "no such leg");
		return ERR_PTR(-ENOENT);
	}
	return leg;
}

static struct sk_buff *reply_new(struct genl_info *info, u8 cmd, void **hdr)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	*hdr = msg ? genlmsg_put_reply(msg, info, &phn_nl_family, 0, cmd) : NULL;
	if (*hdr)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* Under legs_lock. */
static struct sk_buff *reply_leg(struct genl_info *info, struct phn_leg *leg)
{
	int err = -ENOMEM;
	struct sk_buff *msg;
	void *hdr;

	msg = reply_new(info, info->genlhdr->cmd, &hdr);
	if (msg)
		err = phn_nl_put_leg(msg, leg);
	if (err) {
		nlmsg_free(msg);
		return ERR_PTR(err);
	}
	genlmsg_end(msg, hdr);
	return msg;
}

/* There is one DAHDI for all namespaces. */
static int may_tdm(struct sk_buff *skb, struct genl_info *info)
{
	if (netlink_capable(skb, CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PHONION_A_LEG_TDM_CHANNEL],
			    "TDM channels are the initial user namespace's");
	return -EPERM;
}

int phn_nl_leg_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct phn_leg_params params;
	struct sk_buff *msg;
	struct phn_leg *leg;
	int err;

	err = phn_nl_parse_params(info, &params);
	if (err)
		return err;
	err = params.tdm.channel ? may_tdm(skb, info) : phn_ingress_attach(pn);
	if (err) {
		phn_tdm_put_files(&params.tdm);
		return err;
	}

	mutex_lock(&pn->legs_lock);
	leg = phn_leg_new(pn, &params, info->extack);
	if (IS_ERR(leg)) {
		phn_tdm_put_files(&params.tdm);
		msg = ERR_CAST(leg);
	} else {
		msg = reply_leg(info, leg);
		if (IS_ERR(msg))
			phn_leg_del(leg);
	}
	mutex_unlock(&pn->legs_lock);
	return IS_ERR(msg) ? PTR_ERR(msg) : genlmsg_reply(msg, info);
}

/* Under legs_lock. */
static int leg_set(struct phn_leg *leg, struct genl_info *info)
{
	struct nlattr *lease = info->attrs[PHONION_A_LEG_LEASE];
	struct phn_leg_conf conf;
	u32 what;
	int err;

	phn_leg_conf_get(leg, &conf);
	err = leg->tdm ? phn_nl_parse_tdm_change(info) : 0;
	if (!err)
		err = phn_nl_parse_change(info, leg->local.family, &conf, &what);
	if (!err && what)
		err = phn_leg_change(leg, &conf, what, info->extack);
	if (!err && lease)
		phn_leg_renew(leg, nla_get_u32(lease));
	return err;
}

int phn_nl_leg_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct phn_leg *leg;
	int err;

	mutex_lock(&pn->legs_lock);
	leg = find_leg(pn, info, PHONION_A_LEG_ID, "a leg's identity is needed");
	err = IS_ERR(leg) ? PTR_ERR(leg) : leg_set(leg, info);
	mutex_unlock(&pn->legs_lock);
	return err;
}

static int leg_get(struct genl_info *info, bool del)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct sk_buff *msg;
	struct phn_leg *leg;

	mutex_lock(&pn->legs_lock);
	leg = find_leg(pn, info, PHONION_A_LEG_ID, "a leg's identity is needed");
	if (IS_ERR(leg)) {
		msg = ERR_CAST(leg);
	} else {
		msg = reply_leg(info, leg);
		if (del && !IS_ERR(msg))
			phn_leg_del(leg);
	}
	mutex_unlock(&pn->legs_lock);
	return IS_ERR(msg) ? PTR_ERR(msg) : genlmsg_reply(msg, info);
}

int phn_nl_leg_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return leg_get(info, false);
}

int phn_nl_leg_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return leg_get(info, true);
}

/* A multipart message for each leg, from the identity where the last part ended. */
int phn_nl_leg_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct phn_net *pn = phn_net(sock_net(skb->sk));
	unsigned long id = cb->args[0];
	struct phn_leg *leg;
	void *hdr;

	/* The policy is the one of getting a single leg too. */
	if (phn_dump_attrs(cb)[PHONION_A_LEG_ID]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is of all legs");
		return -EINVAL;
	}

	mutex_lock(&pn->legs_lock);
	cb->seq = pn->generation;
	xa_for_each_start(&pn->ids, id, leg, cb->args[0]) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &phn_nl_family, NLM_F_MULTI, PHONION_CMD_LEG_GET);
		if (!hdr)
			break;
		genl_dump_check_consistent(cb, hdr);
		if (phn_nl_put_leg(skb, leg)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	/* Past the end, the next part begins where there is none. */
	cb->args[0] = leg ? id : ULONG_MAX;
	mutex_unlock(&pn->legs_lock);
	return skb->len;
}

int phn_nl_leg_dtmf_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct phn_dtmf_script script;
	struct phn_leg *leg;
	int err;

	err = phn_nl_parse_dtmf(info, &script);
	if (err)
		return err;
	mutex_lock(&pn->legs_lock);
	leg = find_leg(pn, info, PHONION_A_LEG_ID, "a leg's identity is needed");
	err = IS_ERR(leg) ? PTR_ERR(leg) : phn_dtmf_begin(leg, &script, info->extack);
	mutex_unlock(&pn->legs_lock);
	memzero_explicit(&script, sizeof(script));
	return err;
}

/* Some two thousand octets: too much for the stack. */
int phn_nl_leg_play_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct phn_play_script *script;
	struct phn_leg *leg;
	int err;

	script = kmalloc(sizeof(*script), GFP_KERNEL);
	if (!script)
		return -ENOMEM;
	err = phn_nl_parse_play(info, script);
	if (err)
		goto err_free;
	mutex_lock(&pn->legs_lock);
	leg = find_leg(pn, info, PHONION_A_LEG_ID, "a leg's identity is needed");
	if (IS_ERR(leg))
		err = PTR_ERR(leg);
	else if (script->n_tone || script->n_noise)
		err = phn_play_begin(leg, script, info->extack);
	else
		phn_play_stop(leg);
	mutex_unlock(&pn->legs_lock);
err_free:
	kfree(script);
	return err;
}

int phn_nl_bridge_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct phn_leg *a, *b;
	int err;

	mutex_lock(&pn->legs_lock);
	a = find_leg(pn, info, PHONION_A_BRIDGE_LEG_A, "leg-a is needed");
	b = IS_ERR(a) ? a : find_leg(pn, info, PHONION_A_BRIDGE_LEG_B, "leg-b is needed");
	err = IS_ERR(b) ? PTR_ERR(b) : phn_bridge_new(a, b, info->extack);
	mutex_unlock(&pn->legs_lock);
	return err;
}

int phn_nl_bridge_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	struct phn_leg *leg;
	int err = 0;

	mutex_lock(&pn->legs_lock);
	leg = find_leg(pn, info, PHONION_A_BRIDGE_LEG_A, "leg-a is needed");
	if (IS_ERR(leg)) {
		err = PTR_ERR(leg);
	} else if (!phn_bridge_del(leg)) {
		NL_SET_ERR_MSG(info->extack, "the leg is not bridged");
		err = -ENOTCONN;
	}
	mutex_unlock(&pn->legs_lock);
	return err;
}

static int put_bridge(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct phn_bridge *bridge)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&phn_nl_family, NLM_F_MULTI, PHONION_CMD_BRIDGE_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (nla_put_u32(skb, PHONION_A_BRIDGE_LEG_A, bridge->leg[0]->id) ||
	    nla_put_u32(skb, PHONION_A_BRIDGE_LEG_B, bridge->leg[1]->id) ||
	    nla_put_u8(skb, PHONION_A_BRIDGE_CONVERT, phn_bridge_converts(bridge))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* By leg: each bridge is told with its first one. */
int phn_nl_bridge_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct phn_net *pn = phn_net(sock_net(skb->sk));
	const struct phn_bridge *bridge;
	unsigned long id = cb->args[0];
	struct phn_leg *leg;

	mutex_lock(&pn->legs_lock);
	cb->seq = pn->generation;
	xa_for_each_start(&pn->ids, id, leg, cb->args[0]) {
		bridge = phn_bridge_of(leg);
		if (bridge && bridge->leg[0] == leg && put_bridge(skb, cb, bridge))
			break;
	}
	cb->args[0] = leg ? id : ULONG_MAX;
	mutex_unlock(&pn->legs_lock);
	return skb->len;
}

static int put_stats(struct sk_buff *msg, struct phn_net *pn)
{
	static const u8 attr[PHN_NET_COUNTERS] = {
		[PHN_PUNT_FRAGMENT] = PHONION_A_STATS_PUNT_FRAGMENT,
		[PHN_PUNT_OPTIONS] = PHONION_A_STATS_PUNT_OPTIONS,
		[PHN_PUNT_GSO] = PHONION_A_STATS_PUNT_GSO,
		[PHN_PUNT_VLAN] = PHONION_A_STATS_PUNT_VLAN,
		[PHN_PUNT_OTHER] = PHONION_A_STATS_PUNT_OTHER,
	};
	u64 sum[PHN_NET_COUNTERS];
	int i;

	if (nla_put_u32(msg, PHONION_A_STATS_LEGS, pn->n_legs) ||
	    nla_put_u32(msg, PHONION_A_STATS_BRIDGES, pn->n_bridges) ||
	    nla_put_u32(msg, PHONION_A_STATS_DEVICES, READ_ONCE(pn->n_devices)) ||
	    nla_put_u64_64bit(msg, PHONION_A_STATS_LEGS_ENDED, pn->n_ended, PHONION_A_STATS_PAD))
		return -EMSGSIZE;
	phn_net_stats_sum(pn->stats, sum);
	for (i = 0; i < PHN_NET_COUNTERS; i++)
		if (nla_put_u64_64bit(msg, attr[i], sum[i], PHONION_A_STATS_PAD))
			return -EMSGSIZE;
	return 0;
}

int phn_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct phn_net *pn = phn_net(genl_info_net(info));
	int err = -ENOMEM;
	struct sk_buff *msg;
	void *hdr;

	msg = reply_new(info, PHONION_CMD_STATS_GET, &hdr);
	if (msg) {
		mutex_lock(&pn->legs_lock);
		err = put_stats(msg, pn);
		mutex_unlock(&pn->legs_lock);
	}
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

struct genl_family phn_nl_family __ro_after_init = {
	.name = PHONION_FAMILY_NAME,
	.version = PHONION_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = phn_nl_ops,
	.n_ops = ARRAY_SIZE(phn_nl_ops),
	.mcgrps = phn_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(phn_nl_mcgrps),
};

int __init phn_netlink_init(void)
{
	return genl_register_family(&phn_nl_family);
}

void phn_netlink_uninit(void)
{
	genl_unregister_family(&phn_nl_family);
}
