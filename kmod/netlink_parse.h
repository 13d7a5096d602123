/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink attributes as what a leg is made of, with a sentence for each refusal. */
#ifndef PHN_NETLINK_PARSE_H
#define PHN_NETLINK_PARSE_H

#include <linux/types.h>

struct genl_info;
struct phn_dtmf_script;
struct phn_leg_conf;
struct phn_leg_params;
struct phn_play_script;

int phn_nl_parse_params(struct genl_info *info, struct phn_leg_params *params);
int phn_nl_parse_change(struct genl_info *info, u16 family, struct phn_leg_conf *conf,
			u32 *what);
int phn_nl_parse_tdm_change(struct genl_info *info);
int phn_nl_parse_dtmf(struct genl_info *info, struct phn_dtmf_script *script);
int phn_nl_parse_play(struct genl_info *info, struct phn_play_script *script);

#endif
