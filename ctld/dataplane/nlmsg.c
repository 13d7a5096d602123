// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "dataplane/attrs.h"
#include "dataplane/endpoint.h"
#include "dataplane/nlmsg.h"

/* Writing */

static int put_address(struct nlmsghdr *nlh, const struct sockaddr_storage *addr, uint16_t ipv4,
		       uint16_t ipv6, uint16_t port)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;

	switch (addr->ss_family) {
	case AF_INET:
		mnl_attr_put_u32(nlh, ipv4, in->sin_addr.s_addr);
		mnl_attr_put_u16(nlh, port, in->sin_port);
		return 0;
	case AF_INET6:
		mnl_attr_put(nlh, ipv6, sizeof(in6->sin6_addr), &in6->sin6_addr);
		mnl_attr_put_u16(nlh, port, in6->sin6_port);
		return 0;
	default:
		return -EINVAL;
	}
}

static int put_remote(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	mnl_attr_put_u32(nlh, PHONION_A_LEG_SOURCE_POLICY, leg->source_policy);
	return put_address(nlh, &leg->remote, PHONION_A_LEG_REMOTE_IPV4, PHONION_A_LEG_REMOTE_IPV6,
			   PHONION_A_LEG_REMOTE_PORT);
}

static int put_payload_types(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	if (leg->n_pt > PHONION_MAX_PAYLOAD_TYPES)
		return -EINVAL;
	for (size_t i = 0; i < leg->n_pt; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, PHONION_A_LEG_PAYLOAD_TYPES);

		mnl_attr_put_u8(nlh, PHONION_A_PAYLOAD_TYPE_NUMBER, leg->pt[i].number);
		mnl_attr_put_u32(nlh, PHONION_A_PAYLOAD_TYPE_CODEC, leg->pt[i].codec);
		mnl_attr_nest_end(nlh, nest);
	}
	return 0;
}

static int put_cookie(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	if (leg->cookie_len > sizeof(leg->cookie))
		return -EINVAL;
	if (leg->cookie_len)
		mnl_attr_put(nlh, PHONION_A_LEG_COOKIE, leg->cookie_len, leg->cookie);
	return 0;
}

static void put_u32_if_set(struct nlmsghdr *nlh, uint16_t type, uint32_t value)
{
	if (value)
		mnl_attr_put_u32(nlh, type, value);
}

static void put_u64_if_set(struct nlmsghdr *nlh, uint16_t type, uint64_t value)
{
	if (value)
		mnl_attr_put_u64(nlh, type, value);
}

static void put_limits(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	put_u32_if_set(nlh, PHONION_A_LEG_RATE_LIMIT, leg->rate_limit);
	put_u32_if_set(nlh, PHONION_A_LEG_LEASE, leg->lease_ms);
	put_u64_if_set(nlh, PHONION_A_LEG_NOT_BEFORE, leg->not_before_ns);
	put_u64_if_set(nlh, PHONION_A_LEG_NOT_AFTER, leg->not_after_ns);
	put_u32_if_set(nlh, PHONION_A_LEG_MEDIA_TIMEOUT, leg->media_timeout_ms);
}

static void put_tdm(struct nlmsghdr *nlh, const struct dp_tdm *tdm)
{
	mnl_attr_put_u32(nlh, PHONION_A_LEG_TDM_CHANNEL, tdm->channel);
	mnl_attr_put_u16(nlh, PHONION_A_LEG_DELAY_MIN, tdm->delay_min_ms);
	mnl_attr_put_u16(nlh, PHONION_A_LEG_DELAY_MAX, tdm->delay_max_ms);
	for (size_t i = 0; i < sizeof(tdm->hold) / sizeof(*tdm->hold); i++)
		mnl_attr_put_u32(nlh, PHONION_A_LEG_TDM_HOLD, tdm->hold[i]);
}

static int put_rtp(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	int err = put_address(nlh, &leg->local, PHONION_A_LEG_LOCAL_IPV4, PHONION_A_LEG_LOCAL_IPV6,
			      PHONION_A_LEG_LOCAL_PORT);
	if (err)
		return err;
	if (leg->remote.ss_family)
		return put_remote(nlh, leg);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_SOURCE_POLICY, leg->source_policy);
	return 0;
}

int nlmsg_put_leg(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	int err;

	put_u32_if_set(nlh, PHONION_A_LEG_ID, leg->id);
	err = put_cookie(nlh, leg);
	if (!err && !leg->tdm.channel)
		err = put_rtp(nlh, leg);
	if (err)
		return err;
	if (leg->tdm.channel)
		put_tdm(nlh, &leg->tdm);
	put_limits(nlh, leg);
	mnl_attr_put_u8(nlh, PHONION_A_LEG_HOLD, leg->hold);
	return put_payload_types(nlh, leg);
}

int nlmsg_put_leg_change(struct nlmsghdr *nlh, const struct dp_leg *leg, unsigned int what)
{
	int err = 0;

	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, leg->id);
	if (what & DP_SET_LEASE)
		mnl_attr_put_u32(nlh, PHONION_A_LEG_LEASE, leg->lease_ms);
	if (what & DP_SET_HOLD)
		mnl_attr_put_u8(nlh, PHONION_A_LEG_HOLD, leg->hold);
	if (what & DP_SET_MEDIA_TIMEOUT)
		mnl_attr_put_u32(nlh, PHONION_A_LEG_MEDIA_TIMEOUT, leg->media_timeout_ms);
	if (what & DP_SET_REMOTE)
		err = put_remote(nlh, leg);
	if (!err && what & DP_SET_PT)
		err = put_payload_types(nlh, leg);
	return err;
}

int nlmsg_put_sound(struct nlmsghdr *nlh, const struct dp_sound *sound)
{
	if (!sound)
		return 0;
	if (sound->tone_len > PHONION_MAX_TONE_LEN || sound->on_ms > UINT16_MAX ||
	    sound->off_ms > UINT16_MAX || sound->noise_len > PHONION_MAX_NOISE_LEN)
		return -EINVAL;
	if (sound->tone) {
		mnl_attr_put(nlh, PHONION_A_LEG_PLAY_TONE, sound->tone_len, sound->tone);
		mnl_attr_put_u16(nlh, PHONION_A_LEG_PLAY_ON_MS, sound->on_ms);
		mnl_attr_put_u16(nlh, PHONION_A_LEG_PLAY_OFF_MS, sound->off_ms);
	}
	if (sound->noise)
		mnl_attr_put(nlh, PHONION_A_LEG_PLAY_NOISE, sound->noise_len, sound->noise);
	return 0;
}

static void put_stats(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, PHONION_A_LEG_STATS);

	for (uint16_t i = 1; i <= PHONION_A_LEG_STATS_MAX; i++) {
		if (i == PHONION_A_LEG_STATS_RX_JITTER || i == PHONION_A_LEG_STATS_RX_SSRC)
			mnl_attr_put_u32(nlh, i, leg->stats[i]);
		else if (i != PHONION_A_LEG_STATS_PAD)
			mnl_attr_put_u64(nlh, i, leg->stats[i]);
	}
	mnl_attr_nest_end(nlh, nest);
}

int nlmsg_put_answer(struct nlmsghdr *nlh, const struct dp_leg *leg)
{
	int err = nlmsg_put_leg(nlh, leg);

	put_u32_if_set(nlh, PHONION_A_LEG_BRIDGED_TO, leg->bridged_to);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_PATH, leg->path);
	mnl_attr_put_u32(nlh, PHONION_A_LEG_TX_SSRC, leg->tx_ssrc);
	put_stats(nlh, leg);
	return err;
}

/* Reading */

static bool has_len(const struct nlattr *attr, size_t len)
{
	return mnl_attr_get_payload_len(attr) == len;
}

static int get_u8(const struct nlattr *attr, uint8_t *to)
{
	if (!has_len(attr, sizeof(*to)))
		return -EBADMSG;
	*to = mnl_attr_get_u8(attr);
	return 0;
}

static int get_u32(const struct nlattr *attr, uint32_t *to)
{
	if (!has_len(attr, sizeof(*to)))
		return -EBADMSG;
	*to = mnl_attr_get_u32(attr);
	return 0;
}

/* 64-bit values need not be aligned in a message. */
static int get_u64(const struct nlattr *attr, uint64_t *to)
{
	if (!has_len(attr, sizeof(*to)))
		return -EBADMSG;
	memcpy(to, mnl_attr_get_payload(attr), sizeof(*to));
	return 0;
}

static int get_cookie(const struct nlattr *attr, uint8_t *cookie, size_t *cookie_len)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > PHONION_MAX_COOKIE_LEN)
		return -EBADMSG;
	memcpy(cookie, mnl_attr_get_payload(attr), len);
	*cookie_len = len;
	return 0;
}

static int get_ipv4(const struct nlattr *attr, struct sockaddr_storage *addr)
{
	struct sockaddr_in *in = (void *)addr;

	if (!has_len(attr, sizeof(in->sin_addr)))
		return -EBADMSG;
	in->sin_family = AF_INET;
	memcpy(&in->sin_addr, mnl_attr_get_payload(attr), sizeof(in->sin_addr));
	return 0;
}

static int get_ipv6(const struct nlattr *attr, struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *in6 = (void *)addr;

	if (!has_len(attr, sizeof(in6->sin6_addr)))
		return -EBADMSG;
	in6->sin6_family = AF_INET6;
	memcpy(&in6->sin6_addr, mnl_attr_get_payload(attr), sizeof(in6->sin6_addr));
	return 0;
}

static int get_port(const struct nlattr *attr, struct sockaddr_storage *addr)
{
	if (!has_len(attr, sizeof(in_port_t)))
		return -EBADMSG;
	endpoint_set_port(addr, ntohs(mnl_attr_get_u16(attr)));
	return 0;
}

static int get_payload_type(const struct nlattr *nest, struct dp_leg *leg)
{
	struct dp_payload_type *pt = &leg->pt[leg->n_pt];
	const struct nlattr *attr;
	uint32_t codec = 0;
	int err = 0;

	if (leg->n_pt == PHONION_MAX_PAYLOAD_TYPES)
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == PHONION_A_PAYLOAD_TYPE_NUMBER)
			err = get_u8(attr, &pt->number);
		else if (mnl_attr_get_type(attr) == PHONION_A_PAYLOAD_TYPE_CODEC)
			err = get_u32(attr, &codec);
		if (err)
			return err;
	}
	pt->codec = codec;
	leg->n_pt++;
	return 0;
}

/* Counters have 64 bits, what RTP counts has 32. */
static int get_counter(const struct nlattr *attr, uint64_t *to)
{
	if (!has_len(attr, sizeof(uint64_t)) && !has_len(attr, sizeof(uint32_t)))
		return -EBADMSG;
	*to = attr_uint(attr);
	return 0;
}

static int get_stats(const struct nlattr *nest, struct dp_leg *leg)
{
	const struct nlattr *attr;
	int err = 0;

	mnl_attr_for_each_nested(attr, nest) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type <= PHONION_A_LEG_STATS_MAX && type != PHONION_A_LEG_STATS_PAD)
			err = get_counter(attr, &leg->stats[type]);
		if (err)
			return err;
	}
	return 0;
}

static int get_hold(const struct nlattr *attr, bool *hold)
{
	uint8_t value;
	int err = get_u8(attr, &value);

	if (!err)
		*hold = value;
	return err;
}

/* Through a number of its own: an enum's size is the compiler's choice. */
static int get_policy(const struct nlattr *attr, enum phonion_source_policy *policy)
{
	uint32_t value;
	int err = get_u32(attr, &value);

	if (!err)
		*policy = value;
	return err;
}

static int get_path(const struct nlattr *attr, enum phonion_path_state *path)
{
	uint32_t value;
	int err = get_u32(attr, &value);

	if (!err)
		*path = value;
	return err;
}

static int get_leg_state(const struct nlattr *attr, struct dp_leg *leg)
{
	switch (mnl_attr_get_type(attr)) {
	case PHONION_A_LEG_RATE_LIMIT:
		return get_u32(attr, &leg->rate_limit);
	case PHONION_A_LEG_LEASE:
		return get_u32(attr, &leg->lease_ms);
	case PHONION_A_LEG_NOT_BEFORE:
		return get_u64(attr, &leg->not_before_ns);
	case PHONION_A_LEG_NOT_AFTER:
		return get_u64(attr, &leg->not_after_ns);
	case PHONION_A_LEG_MEDIA_TIMEOUT:
		return get_u32(attr, &leg->media_timeout_ms);
	case PHONION_A_LEG_HOLD:
		return get_hold(attr, &leg->hold);
	case PHONION_A_LEG_BRIDGED_TO:
		return get_u32(attr, &leg->bridged_to);
	case PHONION_A_LEG_PATH:
		return get_path(attr, &leg->path);
	case PHONION_A_LEG_TX_SSRC:
		return get_u32(attr, &leg->tx_ssrc);
	case PHONION_A_LEG_STATS:
		return get_stats(attr, leg);
	default: /* of a newer kernel, or not wanted here */
		return 0;
	}
}

static int get_leg_attr(const struct nlattr *attr, struct dp_leg *leg)
{
	switch (mnl_attr_get_type(attr)) {
	case PHONION_A_LEG_ID:
		return get_u32(attr, &leg->id);
	case PHONION_A_LEG_COOKIE:
		return get_cookie(attr, leg->cookie, &leg->cookie_len);
	case PHONION_A_LEG_TDM_CHANNEL:
		return get_u32(attr, &leg->tdm.channel);
	case PHONION_A_LEG_LOCAL_IPV4:
		return get_ipv4(attr, &leg->local);
	case PHONION_A_LEG_LOCAL_IPV6:
		return get_ipv6(attr, &leg->local);
	case PHONION_A_LEG_LOCAL_PORT:
		return get_port(attr, &leg->local);
	case PHONION_A_LEG_REMOTE_IPV4:
		return get_ipv4(attr, &leg->remote);
	case PHONION_A_LEG_REMOTE_IPV6:
		return get_ipv6(attr, &leg->remote);
	case PHONION_A_LEG_REMOTE_PORT:
		return get_port(attr, &leg->remote);
	case PHONION_A_LEG_SOURCE_POLICY:
		return get_policy(attr, &leg->source_policy);
	case PHONION_A_LEG_PAYLOAD_TYPES:
		return get_payload_type(attr, leg);
	default:
		return get_leg_state(attr, leg);
	}
}

int nlmsg_get_leg(const struct nlmsghdr *nlh, struct dp_leg *leg)
{
	const struct nlattr *attr;

	memset(leg, 0, sizeof(*leg));
	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		int err = get_leg_attr(attr, leg);

		if (err)
			return err;
	}
	return leg->id ? 0 : -EBADMSG;
}

/* Events */

static int get_event_attr(const struct nlattr *attr, struct dp_event *event)
{
	uint32_t cause;
	int err;

	switch (mnl_attr_get_type(attr)) {
	case PHONION_A_LEG_ID:
		return get_u32(attr, &event->leg);
	case PHONION_A_LEG_COOKIE:
		return get_cookie(attr, event->cookie, &event->cookie_len);
	case PHONION_A_LEG_EVENT_DIGIT:
		return get_u8(attr, &event->digit);
	case PHONION_A_LEG_END_CAUSE:
		err = get_u32(attr, &cause);
		if (!err)
			event->end = cause;
		return err;
	default:
		return 0;
	}
}

static int event_type(uint8_t cmd, struct dp_event *event)
{
	switch (cmd) {
	case PHONION_CMD_FIRST_PACKET_NTF:
		event->type = DP_FIRST_PACKET;
		return 0;
	case PHONION_CMD_MEDIA_TIMEOUT_NTF:
		event->type = DP_MEDIA_TIMEOUT;
		return 0;
	case PHONION_CMD_DTMF_NTF:
		event->type = DP_DTMF;
		return 0;
	case PHONION_CMD_LEG_END_NTF:
		event->type = DP_LEG_END;
		return 0;
	case PHONION_CMD_DTMF_SENT_NTF:
		event->type = DP_DTMF_SENT;
		return 0;
	default:
		return -ENOMSG;
	}
}

int nlmsg_get_event(const struct nlmsghdr *nlh, struct dp_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	int err;

	memset(event, 0, sizeof(*event));
	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return -EBADMSG;
	err = event_type(genl->cmd, event);
	if (err)
		return err;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		err = get_event_attr(attr, event);
		if (err)
			return err;
	}
	return event->leg ? 0 : -EBADMSG;
}
