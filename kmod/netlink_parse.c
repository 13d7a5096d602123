// SPDX-License-Identifier: GPL-2.0
/*
 * The generated policy has checked types, lengths and ranges; here is what
 * takes more than one attribute, or knowledge of addresses and times.
 */
#include "netlink_parse.h"

#include <linux/file.h>
#include <linux/ktime.h>
#include <net/genetlink.h>

#include "core/dtmf.h"
#include "core/play.h"
#include "leg.h"
#include "netlink_gen.h"
#include "tdm.h"

#define DEFAULT_RATE_LIMIT 250
#define DEFAULT_LEASE_MS   60000
#define DEFAULT_DSCP	   46
#define DEFAULT_TONE_MS	   100
#define DEFAULT_GAP_MS	   100
#define DEFAULT_ON_MS	   1000
#define DEFAULT_PTIME	   20
#define DEFAULT_DELAY_MAX  100

/* RTP payload types that look like RTCP with the marker bit (RFC 5761, section 4). */
#define PT_RTCP_MIN	   64
#define PT_RTCP_MAX	   95

static int refuse(struct genl_info *info, int attr, const char *why)
{
	if (info->attrs[attr])
		NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	if (info->extack)
		info->extack->_msg = why;
	return -EINVAL;
}

static const char *bad_ipv4(__be32 ip)
{
	if (ipv4_is_zeronet(ip) || ipv4_is_multicast(ip) || ipv4_is_lbcast(ip))
		return "not the address of a host";
	return NULL;
}

static const char *bad_ipv6(const struct in6_addr *ip)
{
	int type = ipv6_addr_type(ip);

	if (!(type & IPV6_ADDR_UNICAST) || type == IPV6_ADDR_ANY || type & IPV6_ADDR_MAPPED)
		return "not the address of a host";
	if (type & IPV6_ADDR_LINKLOCAL)
		return "link-local addresses have no meaning without a link";
	return NULL;
}

/*
 * One address of either family, and a port. Return: whether there was any, or
 * a negative errno.
 */
static int parse_addr(struct genl_info *info, struct phn_addr *addr, int attr4, int attr6,
		      int attr_port)
{
	struct nlattr *a4 = info->attrs[attr4], *a6 = info->attrs[attr6];
	struct nlattr *port = info->attrs[attr_port];
	const char *bad;

	if (!a4 && !a6 && !port)
		return 0;
	if (a4 && a6)
		return refuse(info, attr6, "an IPv4 and an IPv6 address exclude each other");
	if (!a4 && !a6)
		return refuse(info, attr_port, "a port needs an address");
	if (!port)
		return refuse(info, a4 ? attr4 : attr6, "an address needs a port");

	if (a4) {
		phn_addr_set4(addr, nla_get_in_addr(a4), nla_get_be16(port));
		bad = bad_ipv4(phn_addr_ip4(addr));
	} else {
		struct in6_addr ip = nla_get_in6_addr(a6);

		phn_addr_set6(addr, &ip, nla_get_be16(port));
		bad = bad_ipv6(&ip);
	}
	return bad ? refuse(info, a4 ? attr4 : attr6, bad) : 1;
}

static int parse_local(struct genl_info *info, struct phn_addr *local)
{
	int ret = parse_addr(info, local, PHONION_A_LEG_LOCAL_IPV4, PHONION_A_LEG_LOCAL_IPV6,
			     PHONION_A_LEG_LOCAL_PORT);

	if (ret < 0)
		return ret;
	if (!ret)
		return refuse(info, PHONION_A_LEG_LOCAL_PORT,
			      "a local address and port are needed");
	if (ntohs(local->port) & 1)
		return refuse(info, PHONION_A_LEG_LOCAL_PORT, "the RTP port must be even");
	return 0;
}

static int parse_remote(struct genl_info *info, u16 family, struct phn_leg_conf *conf, u32 *what)
{
	int ret = parse_addr(info, &conf->remote, PHONION_A_LEG_REMOTE_IPV4,
			     PHONION_A_LEG_REMOTE_IPV6, PHONION_A_LEG_REMOTE_PORT);

	if (ret <= 0)
		return ret;
	if (conf->remote.family != family)
		return refuse(info, PHONION_A_LEG_REMOTE_PORT,
			      "remote and local address are not of one family");
	*what |= PHN_SET_REMOTE;
	return 0;
}

static int parse_payload_type(struct genl_info *info, struct nlattr *attr,
			      struct phn_leg_conf *conf)
{
	struct nlattr *tb[PHONION_A_PAYLOAD_TYPE_MAX + 1];
	struct phn_pt pt;
	int err, i;

	err = nla_parse_nested(tb, PHONION_A_PAYLOAD_TYPE_MAX, attr, phn_nl_payload_type_policy,
			       info->extack);
	if (err)
		return err;
	if (!tb[PHONION_A_PAYLOAD_TYPE_NUMBER] || !tb[PHONION_A_PAYLOAD_TYPE_CODEC])
		return refuse(info, PHONION_A_LEG_PAYLOAD_TYPES,
			      "a payload type needs a number and a codec");

	pt.number = nla_get_u8(tb[PHONION_A_PAYLOAD_TYPE_NUMBER]);
	pt.codec = nla_get_u32(tb[PHONION_A_PAYLOAD_TYPE_CODEC]);
	if (pt.number >= PT_RTCP_MIN && pt.number <= PT_RTCP_MAX)
		return refuse(info, PHONION_A_LEG_PAYLOAD_TYPES,
			      "payload types 64 to 95 cannot be told from RTCP");
	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].number == pt.number || conf->pt[i].codec == pt.codec)
			return refuse(info, PHONION_A_LEG_PAYLOAD_TYPES,
				      "a payload type number or codec occurs twice");
	/* Of each codec one: there is room for them all. */
	BUILD_BUG_ON(PHONION_MAX_PAYLOAD_TYPES <= PHONION_CODEC_MAX);
	conf->pt[conf->n_pt++] = pt;
	return 0;
}

static int parse_payload_types(struct genl_info *info, struct phn_leg_conf *conf, u32 *what)
{
	struct nlattr *attr;
	int rem, err;

	if (!info->attrs[PHONION_A_LEG_PAYLOAD_TYPES])
		return 0;
	conf->n_pt = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != PHONION_A_LEG_PAYLOAD_TYPES)
			continue;
		err = parse_payload_type(info, attr, conf);
		if (err)
			return err;
	}
	*what |= PHN_SET_PT;
	return 0;
}

static void parse_scalars(struct genl_info *info, struct phn_leg_conf *conf, u32 *what)
{
	struct nlattr **a = info->attrs;

	if (a[PHONION_A_LEG_SOURCE_POLICY]) {
		conf->source_policy = nla_get_u32(a[PHONION_A_LEG_SOURCE_POLICY]);
		*what |= PHN_SET_SOURCE_POLICY;
	}
	if (a[PHONION_A_LEG_RATE_LIMIT]) {
		phn_leg_conf_rate(conf, nla_get_u32(a[PHONION_A_LEG_RATE_LIMIT]));
		*what |= PHN_SET_RATE_LIMIT;
	}
	if (a[PHONION_A_LEG_MEDIA_TIMEOUT]) {
		conf->media_timeout_ms = nla_get_u32(a[PHONION_A_LEG_MEDIA_TIMEOUT]);
		*what |= PHN_SET_MEDIA_TIMEOUT;
	}
	if (a[PHONION_A_LEG_DSCP]) {
		conf->dscp = nla_get_u8(a[PHONION_A_LEG_DSCP]);
		*what |= PHN_SET_DSCP;
	}
	if (a[PHONION_A_LEG_HOLD]) {
		conf->hold = nla_get_u8(a[PHONION_A_LEG_HOLD]);
		*what |= PHN_SET_HOLD;
	}
}

/**
 * phn_nl_parse_change - read what leg-set asks for
 * @info: the request
 * @family: of the leg's local address
 * @conf: the fields in @what are filled in
 * @what: PHN_SET_*
 *
 * Return: 0, or -EINVAL with a sentence why.
 */
int phn_nl_parse_change(struct genl_info *info, u16 family, struct phn_leg_conf *conf,
			u32 *what)
{
	int err;

	*what = 0;
	parse_scalars(info, conf, what);
	err = parse_remote(info, family, conf, what);
	return err ?: parse_payload_types(info, conf, what);
}

static int parse_window(struct genl_info *info, struct phn_leg_params *params)
{
	struct nlattr *before = info->attrs[PHONION_A_LEG_NOT_BEFORE];
	struct nlattr *after = info->attrs[PHONION_A_LEG_NOT_AFTER];

	params->not_before_ns = before ? nla_get_u64(before) : 0;
	params->not_after_ns = after ? nla_get_u64(after) : U64_MAX;
	if (params->not_after_ns <= params->not_before_ns)
		return refuse(info, PHONION_A_LEG_NOT_AFTER, "the window ends before it begins");
	if (params->not_after_ns <= ktime_get_real_ns())
		return refuse(info, PHONION_A_LEG_NOT_AFTER, "the window is over");
	return 0;
}

static bool has_codec(const struct phn_leg_conf *conf, u8 codec)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].codec == codec)
			return true;
	return false;
}

/* One law, and perhaps telephone events. */
static int parse_tdm_codec(struct genl_info *info, const struct phn_leg_conf *conf,
			   struct phn_tdm_params *tdm)
{
	bool ulaw = has_codec(conf, PHONION_CODEC_PCMU), alaw = has_codec(conf, PHONION_CODEC_PCMA);

	tdm->events = has_codec(conf, PHONION_CODEC_TELEPHONE_EVENT);
	tdm->codec = ulaw ? PHONION_CODEC_PCMU : PHONION_CODEC_PCMA;
	if (ulaw == alaw || conf->n_pt != 1 + tdm->events)
		return refuse(info, PHONION_A_LEG_PAYLOAD_TYPES,
			      "a TDM leg carries one law, and telephone events or not");
	return 0;
}

static int refuse_for_tdm(struct genl_info *info)
{
	static const u8 packets_only[] = {
		PHONION_A_LEG_LOCAL_IPV4,    PHONION_A_LEG_LOCAL_IPV6,
		PHONION_A_LEG_LOCAL_PORT,    PHONION_A_LEG_REMOTE_IPV4,
		PHONION_A_LEG_REMOTE_IPV6,   PHONION_A_LEG_REMOTE_PORT,
		PHONION_A_LEG_SOURCE_POLICY, PHONION_A_LEG_RATE_LIMIT,
		PHONION_A_LEG_DSCP,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(packets_only); i++)
		if (info->attrs[packets_only[i]])
			return refuse(info, packets_only[i],
				      "a TDM leg sends and receives no packets");
	return 0;
}

/* Last of all: what fails after it must let go of them. */
static int parse_tdm_files(struct genl_info *info, struct phn_tdm_params *tdm)
{
	const char *why = NULL;
	struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != PHONION_A_LEG_TDM_HOLD)
			continue;
		if (tdm->n_files == PHN_TDM_FILES)
			why = "more than two descriptors";
		else
			tdm->file[tdm->n_files] = fget(nla_get_u32(attr));
		if (!why && !tdm->file[tdm->n_files])
			why = "not a descriptor";
		if (why) {
			phn_tdm_put_files(tdm);
			return refuse(info, PHONION_A_LEG_TDM_HOLD, why);
		}
		tdm->n_files++;
	}
	return 0;
}

static int parse_tdm(struct genl_info *info, struct phn_leg_params *params)
{
	struct phn_tdm_params *tdm = &params->tdm;
	struct nlattr **a = info->attrs;
	int err;

	tdm->channel = nla_get_u32(a[PHONION_A_LEG_TDM_CHANNEL]);
	tdm->ptime_ms = a[PHONION_A_LEG_PTIME] ? nla_get_u8(a[PHONION_A_LEG_PTIME])
					       : DEFAULT_PTIME;
	tdm->delay_min_ms = a[PHONION_A_LEG_DELAY_MIN] ? nla_get_u16(a[PHONION_A_LEG_DELAY_MIN])
						       : 0;
	tdm->delay_max_ms = a[PHONION_A_LEG_DELAY_MAX] ? nla_get_u16(a[PHONION_A_LEG_DELAY_MAX])
						       : DEFAULT_DELAY_MAX;
	if (tdm->ptime_ms % 10)
		return refuse(info, PHONION_A_LEG_PTIME, "a packet has 10, 20 or 30 ms");
	if (tdm->delay_max_ms < tdm->delay_min_ms)
		return refuse(info, PHONION_A_LEG_DELAY_MAX, "the most delay is under the least");
	err = parse_tdm_codec(info, &params->conf, tdm);
	return err ?: parse_tdm_files(info, tdm);
}

static int refuse_without_tdm(struct genl_info *info)
{
	static const u8 tdm_only[] = {
		PHONION_A_LEG_PTIME, PHONION_A_LEG_DELAY_MIN, PHONION_A_LEG_DELAY_MAX,
		PHONION_A_LEG_TDM_HOLD,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(tdm_only); i++)
		if (info->attrs[tdm_only[i]])
			return refuse(info, tdm_only[i], "only a TDM leg has a jitter buffer");
	return 0;
}

/**
 * phn_nl_parse_params - read what leg-new asks for
 * @info: the request
 * @params: filled in, with the defaults of what is left out
 *
 * Of a TDM leg, the files in @params are referenced.
 *
 * Return: 0, or -EINVAL with a sentence why.
 */
int phn_nl_parse_params(struct genl_info *info, struct phn_leg_params *params)
{
	struct phn_leg_conf *conf = &params->conf;
	struct nlattr **a = info->attrs;
	u32 what;
	int err;

	memset(params, 0, sizeof(*params));
	conf->dscp = DEFAULT_DSCP;
	phn_leg_conf_rate(conf, DEFAULT_RATE_LIMIT);
	params->lease_ms = a[PHONION_A_LEG_LEASE] ? nla_get_u32(a[PHONION_A_LEG_LEASE])
						  : DEFAULT_LEASE_MS;
	if (a[PHONION_A_LEG_ID])
		params->id = nla_get_u32(a[PHONION_A_LEG_ID]);
	if (a[PHONION_A_LEG_COOKIE]) {
		params->cookie_len = nla_len(a[PHONION_A_LEG_COOKIE]);
		nla_memcpy(params->cookie, a[PHONION_A_LEG_COOKIE], sizeof(params->cookie));
	}

	err = a[PHONION_A_LEG_TDM_CHANNEL] ? refuse_for_tdm(info)
					   : parse_local(info, &params->local);
	if (!err)
		err = phn_nl_parse_change(info, params->local.family, conf, &what);
	if (!err)
		err = parse_window(info, params);
	if (err)
		return err;
	if (!conf->n_pt)
		return refuse(info, PHONION_A_LEG_PAYLOAD_TYPES, "payload types are needed");
	conf->latch = conf->source_policy == PHONION_SOURCE_POLICY_LATCH_PORT;
	return a[PHONION_A_LEG_TDM_CHANNEL] ? parse_tdm(info, params) : refuse_without_tdm(info);
}

/**
 * phn_nl_parse_tdm_change - refuse what cannot be changed of a TDM leg
 * @info: a leg-set
 *
 * Return: 0, or -EINVAL with a sentence why.
 */
int phn_nl_parse_tdm_change(struct genl_info *info)
{
	if (info->attrs[PHONION_A_LEG_PAYLOAD_TYPES])
		return refuse(info, PHONION_A_LEG_PAYLOAD_TYPES,
			      "what a TDM leg carries is as its channel is");
	return refuse_for_tdm(info);
}

/**
 * phn_nl_parse_dtmf - read what leg-dtmf asks for
 * @info: the request
 * @script: filled in, with the defaults of what is left out
 *
 * Return: 0, or -EINVAL with a sentence why.
 */
int phn_nl_parse_dtmf(struct genl_info *info, struct phn_dtmf_script *script)
{
	struct nlattr *digits = info->attrs[PHONION_A_LEG_DIGITS];
	struct nlattr *tone = info->attrs[PHONION_A_LEG_TONE_MS];
	struct nlattr *gap = info->attrs[PHONION_A_LEG_GAP_MS];

	if (!digits)
		return refuse(info, PHONION_A_LEG_DIGITS, "digits are needed");
	if (phn_dtmf_script_init(script, nla_data(digits), nla_len(digits),
				 tone ? nla_get_u16(tone) : DEFAULT_TONE_MS,
				 gap ? nla_get_u16(gap) : DEFAULT_GAP_MS))
		return refuse(info, PHONION_A_LEG_DIGITS, "not a digit, nor p for a pause");
	return 0;
}

/**
 * phn_nl_parse_play - read what leg-play asks for
 * @info: the request
 * @script: filled in; neither a tone nor noise is nothing to play
 *
 * Return: 0, or -EINVAL with a sentence why.
 */
int phn_nl_parse_play(struct genl_info *info, struct phn_play_script *script)
{
	struct nlattr *tone = info->attrs[PHONION_A_LEG_PLAY_TONE];
	struct nlattr *on = info->attrs[PHONION_A_LEG_PLAY_ON_MS];
	struct nlattr *off = info->attrs[PHONION_A_LEG_PLAY_OFF_MS];
	struct nlattr *noise = info->attrs[PHONION_A_LEG_PLAY_NOISE];

	memset(script, 0, sizeof(*script));
	if (tone && phn_play_script_tone(script, nla_data(tone), nla_len(tone),
					 on ? nla_get_u16(on) : DEFAULT_ON_MS,
					 off ? nla_get_u16(off) : 0))
		return refuse(info, PHONION_A_LEG_PLAY_TONE, "not whole packets of 160 octets");
	if (!tone && (on || off))
		return refuse(info, on ? PHONION_A_LEG_PLAY_ON_MS : PHONION_A_LEG_PLAY_OFF_MS,
			      "a cadence is of a tone");
	if (noise && phn_play_script_noise(script, nla_data(noise), nla_len(noise)))
		return refuse(info, PHONION_A_LEG_PLAY_NOISE, "too much to draw from");
	return 0;
}
