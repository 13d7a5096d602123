// SPDX-License-Identifier: GPL-2.0
/*
 * What phonion.ko refuses is refused here, by the same numbers and in the same words:
 * see kmod/netlink_parse.c and, for ranges, Documentation/netlink/specs/phonion.yaml.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "dataplane/endpoint.h"
#include "dataplane/uring.h"
#include "loop/clock.h"

#define MIN_PORT    1024
#define MIN_MS	    100
#define PT_RTCP_MIN 64
#define PT_RTCP_MAX 95

static int out_of_range(struct uring *uring)
{
	return uring_refuse(uring, -ERANGE, "integer out of range");
}

/* 0 is for what is left out. */
static bool is_within(uint64_t value, uint64_t min, uint64_t max)
{
	return !value || (value >= min && value <= max);
}

static const char *bad_ipv4(const struct in_addr *in)
{
	uint32_t ip = ntohl(in->s_addr);

	if (!ip || IN_MULTICAST(ip) || ip == INADDR_BROADCAST)
		return "not the address of a host";
	return NULL;
}

static const char *bad_ipv6(const struct in6_addr *in6)
{
	if (IN6_IS_ADDR_MULTICAST(in6) || IN6_IS_ADDR_UNSPECIFIED(in6) || IN6_IS_ADDR_V4MAPPED(in6))
		return "not the address of a host";
	if (IN6_IS_ADDR_LINKLOCAL(in6))
		return "link-local addresses have no meaning without a link";
	return NULL;
}

static int check_host(struct uring *uring, const struct sockaddr_storage *end)
{
	const char *bad = end->ss_family == AF_INET
				  ? bad_ipv4(&((const struct sockaddr_in *)end)->sin_addr)
				  : bad_ipv6(&((const struct sockaddr_in6 *)end)->sin6_addr);

	return bad ? uring_refuse(uring, -EINVAL, bad) : 0;
}

static bool is_inet(const struct sockaddr_storage *end)
{
	return end->ss_family == AF_INET || end->ss_family == AF_INET6;
}

static int check_local(struct uring *uring, const struct sockaddr_storage *local)
{
	in_port_t port = endpoint_port(local);

	if (port < MIN_PORT || port == UINT16_MAX)
		return out_of_range(uring);
	if (check_host(uring, local))
		return -EINVAL;
	if (port & 1)
		return uring_refuse(uring, -EINVAL, "the RTP port must be even");
	return 0;
}

static int check_remote(struct uring *uring, const struct sockaddr_storage *remote,
			sa_family_t family)
{
	if (!endpoint_port(remote))
		return out_of_range(uring);
	if (check_host(uring, remote))
		return -EINVAL;
	if (remote->ss_family != family)
		return uring_refuse(uring, -EINVAL,
				    "remote and local address are not of one family");
	return 0;
}

static int check_payload_type(struct uring *uring, const struct dp_leg *leg, size_t i)
{
	const struct dp_payload_type *pt = &leg->pt[i];

	if (pt->number > 127 || (unsigned int)pt->codec > PHONION_CODEC_MAX)
		return out_of_range(uring);
	if (pt->number >= PT_RTCP_MIN && pt->number <= PT_RTCP_MAX)
		return uring_refuse(uring, -EINVAL,
				    "payload types 64 to 95 cannot be told from RTCP");
	for (size_t k = 0; k < i; k++)
		if (leg->pt[k].number == pt->number || leg->pt[k].codec == pt->codec)
			return uring_refuse(uring, -EINVAL,
					    "a payload type number or codec occurs twice");
	return 0;
}

static int check_payload_types(struct uring *uring, const struct dp_leg *leg)
{
	int err = 0;

	for (size_t i = 0; i < leg->n_pt && !err; i++)
		err = check_payload_type(uring, leg, i);
	return err;
}

static int check_window(struct uring *uring, const struct dp_leg *leg)
{
	if (!leg->not_after_ns)
		return 0;
	if (leg->not_after_ns <= leg->not_before_ns)
		return uring_refuse(uring, -EINVAL, "the window ends before it begins");
	if (leg->not_after_ns <= clock_realtime_ns())
		return uring_refuse(uring, -EINVAL, "the window is over");
	return 0;
}

/* As kernel.c has it, before anything is asked. */
static int check_form(struct uring *uring, const struct dp_leg *leg)
{
	if (!is_inet(&leg->local) || leg->cookie_len > sizeof(leg->cookie) ||
	    leg->n_pt > PHONION_MAX_PAYLOAD_TYPES)
		return uring_refuse(uring, -EINVAL,
				    "the leg has no local address, or too many payload types");
	if (leg->remote.ss_family != AF_UNSPEC && !is_inet(&leg->remote))
		return uring_refuse(uring, -EINVAL,
				    "the leg has no local address, or too many payload types");
	if ((unsigned int)leg->source_policy > PHONION_SOURCE_POLICY_MAX ||
	    !is_within(leg->rate_limit, 1, PHONION_MAX_RATE) ||
	    !is_within(leg->lease_ms, MIN_MS, PHONION_MAX_LEASE) ||
	    !is_within(leg->media_timeout_ms, MIN_MS, PHONION_MAX_LEASE))
		return out_of_range(uring);
	return 0;
}

int uring_check_leg(struct uring *uring, const struct dp_leg *leg)
{
	int err;

	if (leg->tdm.channel)
		return uring_refuse(uring, -EOPNOTSUPP,
				    "TDM legs are the kernel's: they need the module phonion");
	err = check_form(uring, leg);
	if (!err)
		err = check_local(uring, &leg->local);
	if (!err && leg->remote.ss_family != AF_UNSPEC)
		err = check_remote(uring, &leg->remote, leg->local.ss_family);
	if (!err)
		err = check_payload_types(uring, leg);
	if (!err)
		err = check_window(uring, leg);
	if (!err && !leg->n_pt)
		err = uring_refuse(uring, -EINVAL, "payload types are needed");
	return err;
}

int uring_check_lease(struct uring *uring, uint32_t lease_ms)
{
	return lease_ms >= MIN_MS && lease_ms <= PHONION_MAX_LEASE ? 0 : out_of_range(uring);
}

int uring_check_change(struct uring *uring, const struct uring_leg *leg, const struct dp_leg *to,
		       unsigned int what)
{
	int err = 0;

	if ((what & DP_SET_REMOTE && !is_inet(&to->remote)) ||
	    (what & DP_SET_PT && to->n_pt > PHONION_MAX_PAYLOAD_TYPES))
		return uring_refuse(uring, -EINVAL,
				    "the leg has no remote address, or too many payload types");
	if (what & DP_SET_LEASE)
		err = uring_check_lease(uring, to->lease_ms);
	if (!err && what & DP_SET_MEDIA_TIMEOUT)
		err = uring_check_lease(uring, to->media_timeout_ms); /* of the same range */
	if (!err && what & DP_SET_REMOTE &&
	    (unsigned int)to->source_policy > PHONION_SOURCE_POLICY_MAX)
		err = out_of_range(uring);
	if (!err && what & DP_SET_REMOTE)
		err = check_remote(uring, &to->remote, leg->local.ss_family);
	if (!err && what & DP_SET_PT)
		err = check_payload_types(uring, to);
	return err;
}
