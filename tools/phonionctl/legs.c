// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "legs.h"
#include "log/log.h"
#include "names.h"
#include "tools/lib/out.h"

/* Address and port of an end of a leg; false when the kernel gave none. */
static bool leg_addr(const struct nlattr *ipv4, const struct nlattr *ipv6,
		     const struct nlattr *port, struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *in = (struct sockaddr_in *)addr;

	memset(addr, 0, sizeof(*addr));
	if (ipv4 && mnl_attr_get_payload_len(ipv4) == sizeof(in->sin_addr)) {
		in->sin_family = AF_INET;
		in->sin_port = attr_uint(port);
		memcpy(&in->sin_addr, mnl_attr_get_payload(ipv4), sizeof(in->sin_addr));
		return true;
	}
	if (ipv6 && mnl_attr_get_payload_len(ipv6) == sizeof(in6->sin6_addr)) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = attr_uint(port);
		memcpy(&in6->sin6_addr, mnl_attr_get_payload(ipv6), sizeof(in6->sin6_addr));
		return true;
	}
	return false;
}

static json_t *addr_json(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	char host[INET6_ADDRSTRLEN];

	if (addr->ss_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		return json_sprintf("%s:%u", host, ntohs(in->sin_port));
	}
	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
	return json_sprintf("[%s]:%u", host, ntohs(in6->sin6_port));
}

json_t *cookie_json(const struct nlattr *cookie)
{
	char hex[2 * PHONION_MAX_COOKIE_LEN + 1];
	const uint8_t *byte;
	size_t len;

	if (!cookie)
		return NULL;
	byte = mnl_attr_get_payload(cookie);
	len = mnl_attr_get_payload_len(cookie);
	if (len > PHONION_MAX_COOKIE_LEN)
		len = PHONION_MAX_COOKIE_LEN;
	for (size_t i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", byte[i]);
	return json_stringn(hex, 2 * len);
}

static json_t *payload_types_json(const struct nlmsghdr *nlh)
{
	const struct nlattr *pt[PHONION_A_PAYLOAD_TYPE_MAX + 1];
	json_t *list = json_array();
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != PHONION_A_LEG_PAYLOAD_TYPES)
			continue;
		attrs_parse_nested(attr, pt, PHONION_A_PAYLOAD_TYPE_MAX);
		json_array_append_new(
			list,
			json_pack("{s:I, s:s}", "number",
				  (json_int_t)attr_uint(pt[PHONION_A_PAYLOAD_TYPE_NUMBER]), "codec",
				  codec_name(attr_uint(pt[PHONION_A_PAYLOAD_TYPE_CODEC]))));
	}
	return list;
}

static json_t *ssrc_json(const struct nlattr *attr)
{
	return json_sprintf("%08" PRIx64, attr_uint(attr));
}

static json_t *stats_json(const struct nlattr *nest)
{
	const struct nlattr *attrs[PHONION_A_LEG_STATS_MAX + 1];
	json_t *stats = json_object();

	attrs_parse_nested(nest, attrs, PHONION_A_LEG_STATS_MAX);
	for (size_t i = 0; i < n_leg_counters; i++) {
		if (!leg_counters[i].name || !attrs[i])
			continue;
		json_object_set_new(stats, leg_counters[i].name,
				    i == PHONION_A_LEG_STATS_RX_SSRC
					    ? ssrc_json(attrs[i])
					    : json_integer(attr_uint(attrs[i])));
	}
	return stats;
}

/* Nanoseconds of CLOCK_REALTIME; what is no limit is left out. */
static json_t *time_json(const struct nlattr *attr)
{
	uint64_t ns = attr_uint(attr);
	char text[32];
	struct tm tm;
	time_t t = ns / UINT64_C(1000000000);

	if (!ns || ns == UINT64_MAX || !gmtime_r(&t, &tm))
		return NULL;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%09" PRIu64 "Z", text, ns % UINT64_C(1000000000));
}

static void set_uint(json_t *object, const char *key, const struct nlattr *attr)
{
	if (attr)
		json_object_set_new(object, key, json_integer(attr_uint(attr)));
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new(object, key, value);
}

static json_t *tdm_json(const struct nlattr **a)
{
	const struct nlattr *attrs[PHONION_A_TDM_STATS_MAX + 1];
	json_t *tdm = json_object();

	set_uint(tdm, "channel", a[PHONION_A_LEG_TDM_CHANNEL]);
	set_uint(tdm, "ptime", a[PHONION_A_LEG_PTIME]);
	set_uint(tdm, "delay_min", a[PHONION_A_LEG_DELAY_MIN]);
	set_uint(tdm, "delay_max", a[PHONION_A_LEG_DELAY_MAX]);
	attrs_parse_nested(a[PHONION_A_LEG_TDM_STATS], attrs, PHONION_A_TDM_STATS_MAX);
	for (size_t i = 0; i < n_tdm_counters; i++)
		if (tdm_counters[i].name)
			set_uint(tdm, tdm_counters[i].name, attrs[i]);
	return tdm;
}

json_t *leg_json(const struct opts *opts, const struct nlmsghdr *nlh)
{
	const struct nlattr *a[PHONION_A_LEG_MAX + 1];
	struct sockaddr_storage addr;
	json_t *leg = json_object();
	char device[IF_NAMESIZE];
	uint32_t path;

	attrs_parse(nlh, GENL_HDRLEN, a, PHONION_A_LEG_MAX);
	set_uint(leg, "id", a[PHONION_A_LEG_ID]);
	set(leg, "cookie", cookie_json(a[PHONION_A_LEG_COOKIE]));
	if (leg_addr(a[PHONION_A_LEG_LOCAL_IPV4], a[PHONION_A_LEG_LOCAL_IPV6],
		     a[PHONION_A_LEG_LOCAL_PORT], &addr))
		set(leg, "local", addr_json(&addr));
	if (leg_addr(a[PHONION_A_LEG_REMOTE_IPV4], a[PHONION_A_LEG_REMOTE_IPV6],
		     a[PHONION_A_LEG_REMOTE_PORT], &addr))
		set(leg, "remote",
		    opts->verbose ? addr_json(&addr)
				  : json_string(log_addr((struct sockaddr *)&addr)));
	if (a[PHONION_A_LEG_SOURCE_POLICY])
		set(leg, "source_policy",
		    json_string(source_policy_name(attr_uint(a[PHONION_A_LEG_SOURCE_POLICY]))));
	set(leg, "payload_types", payload_types_json(nlh));
	set_uint(leg, "rate_limit", a[PHONION_A_LEG_RATE_LIMIT]);
	set_uint(leg, "lease_ms", a[PHONION_A_LEG_LEASE]);
	set(leg, "not_before", time_json(a[PHONION_A_LEG_NOT_BEFORE]));
	set(leg, "not_after", time_json(a[PHONION_A_LEG_NOT_AFTER]));
	set_uint(leg, "media_timeout_ms", a[PHONION_A_LEG_MEDIA_TIMEOUT]);
	set_uint(leg, "dscp", a[PHONION_A_LEG_DSCP]);
	set(leg, "hold", json_boolean(attr_uint(a[PHONION_A_LEG_HOLD])));
	if (attr_uint(a[PHONION_A_LEG_BRIDGED_TO]))
		set_uint(leg, "bridged_to", a[PHONION_A_LEG_BRIDGED_TO]);
	if (a[PHONION_A_LEG_PATH]) {
		path = attr_uint(a[PHONION_A_LEG_PATH]);
		set(leg, "fast_path", json_boolean(path == PHONION_PATH_STATE_FAST));
		set(leg, "path", json_string(path_name(path)));
		set(leg, "path_reason", json_string(path_sentence(path)));
	}
	if (attr_uint(a[PHONION_A_LEG_OUT_DEVICE]) &&
	    if_indextoname(attr_uint(a[PHONION_A_LEG_OUT_DEVICE]), device))
		set(leg, "out_device", json_string(device));
	if (a[PHONION_A_LEG_TX_SSRC])
		set(leg, "tx_ssrc", ssrc_json(a[PHONION_A_LEG_TX_SSRC]));
	if (a[PHONION_A_LEG_TDM_CHANNEL])
		set(leg, "tdm", tdm_json(a));
	set(leg, "stats", stats_json(a[PHONION_A_LEG_STATS]));
	return leg;
}

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *fast(const json_t *leg)
{
	return json_is_true(json_object_get(leg, "fast_path")) ? "yes" : "no: ";
}

static const char *reason(const json_t *leg)
{
	return json_is_true(json_object_get(leg, "fast_path")) ? "" : out_str(leg, "path_reason");
}

static void print_stats(const json_t *stats)
{
	bool dropped = false;

	for (size_t i = 0; i < n_leg_counters; i++) {
		const struct counter_name *c = &leg_counters[i];
		const json_t *value = c->name ? json_object_get(stats, c->name) : NULL;
		bool drop = c->name && !strncmp(c->name, "drop_", 5);

		if (!value || (drop && !json_integer_value(value)))
			continue;
		dropped |= drop;
		if (i == PHONION_A_LEG_STATS_RX_SSRC)
			printf("  %-16s %s  %s\n", c->name, out_str(stats, c->name), c->text);
		else
			printf("  %-16s %8" JSON_INTEGER_FORMAT "  %s\n", c->name,
			       json_integer_value(value), c->text);
	}
	if (!dropped)
		puts("  nothing was dropped");
}

static void print_word(const json_t *leg, const char *key, const char *label)
{
	const json_t *value = json_object_get(leg, key);

	if (json_is_string(value))
		printf("  %-16s %s\n", label, out_str(leg, key));
	else if (json_is_integer(value))
		printf("  %-16s %" JSON_INTEGER_FORMAT "\n", label, json_integer_value(value));
}

static void print_tdm(const json_t *tdm)
{
	if (!tdm)
		return;
	print_word(tdm, "channel", "TDM channel");
	print_word(tdm, "ptime", "packets, ms");
	print_word(tdm, "delay_min", "delay, ms, least");
	print_word(tdm, "delay_max", "delay, ms, most");
	for (size_t i = 0; i < n_tdm_counters; i++) {
		const struct counter_name *c = &tdm_counters[i];

		if (c->name)
			printf("  %-16s %8" JSON_INTEGER_FORMAT "  %s\n", c->name,
			       number(tdm, c->name), c->text);
	}
}

static void print_xdp(const json_t *xdp)
{
	if (!xdp)
		return;
	printf("  %-16s %s", "XDP", json_is_true(json_object_get(xdp, "on")) ? "yes" : "no: ");
	if (!json_is_true(json_object_get(xdp, "on")))
		printf("%s", out_str(xdp, "why"));
	if (json_object_get(xdp, "device"))
		printf(" (%s)", out_str(xdp, "device"));
	putchar('\n');
}

void leg_print(const json_t *leg)
{
	const json_t *list = json_object_get(leg, "payload_types");
	const json_t *pt;
	size_t i;

	printf("leg %" JSON_INTEGER_FORMAT "\n", number(leg, "id"));
	printf("  %-16s %s%s\n", "fast path", fast(leg), reason(leg));
	print_xdp(json_object_get(leg, "xdp"));
	print_word(leg, "local", "local");
	print_word(leg, "remote", "remote");
	print_word(leg, "source_policy", "source policy");
	printf("  %-16s", "payload types");
	json_array_foreach(list, i, pt)
		printf(" %" JSON_INTEGER_FORMAT "=%s", number(pt, "number"), out_str(pt, "codec"));
	putchar('\n');
	print_word(leg, "bridged_to", "bridged to leg");
	print_word(leg, "out_device", "out device");
	print_word(leg, "tx_ssrc", "SSRC sent");
	printf("  %-16s %s\n", "hold", json_is_true(json_object_get(leg, "hold")) ? "yes" : "no");
	print_word(leg, "dscp", "DSCP");
	print_word(leg, "rate_limit", "packets/s, limit");
	print_word(leg, "lease_ms", "lease left, ms");
	print_word(leg, "media_timeout_ms", "silence told, ms");
	print_word(leg, "not_before", "not before");
	print_word(leg, "not_after", "not after");
	print_word(leg, "cookie", "cookie");
	print_tdm(json_object_get(leg, "tdm"));
	print_stats(json_object_get(leg, "stats"));
}

void legs_print(const json_t *legs)
{
	struct out_table t = { .heads = { "LEG", "LOCAL", "REMOTE", "BRIDGED-TO", "RX", "TX",
					  "LOST", "DROPPED", "FAST PATH" } };
	const json_t *leg, *stats, *value;
	json_int_t dropped;
	const char *key;
	size_t i;

	json_array_foreach(legs, i, leg) {
		stats = json_object_get(leg, "stats");
		dropped = 0;
		json_object_foreach((json_t *)stats, key, value)
			if (!strncmp(key, "drop_", 5))
				dropped += json_integer_value(value);
		out_row(&t);
		out_cell(&t, 0, "%" JSON_INTEGER_FORMAT, number(leg, "id"));
		if (json_object_get(leg, "tdm"))
			out_cell(&t, 1, "channel %" JSON_INTEGER_FORMAT,
				 number(json_object_get(leg, "tdm"), "channel"));
		else
			out_cell(&t, 1, "%s", out_str(leg, "local"));
		out_cell(&t, 2, "%s", out_str(leg, "remote"));
		if (number(leg, "bridged_to"))
			out_cell(&t, 3, "%" JSON_INTEGER_FORMAT, number(leg, "bridged_to"));
		out_cell(&t, 4, "%" JSON_INTEGER_FORMAT, number(stats, "rx_packets"));
		out_cell(&t, 5, "%" JSON_INTEGER_FORMAT, number(stats, "tx_packets"));
		out_cell(&t, 6, "%" JSON_INTEGER_FORMAT, number(stats, "rx_lost"));
		out_cell(&t, 7, "%" JSON_INTEGER_FORMAT, dropped);
		out_cell(&t, 8, "%s%s", fast(leg), reason(leg));
	}
	out_table(&t);
}
