// SPDX-License-Identifier: GPL-2.0
/* phonionctl leg: show, add, set, dtmf, del. */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/sound.h"
#include "legs.h"
#include "names.h"
#include "tools/lib/out.h"
#include "tools/lib/parse.h"
#include "userspace.h"

struct key {
	const char *word;
	const char *expected;
	int (*put)(struct nlmsghdr *nlh, const char *value);
	bool settable; /* by leg set too */
	bool repeats;
};

static void put_addr(struct nlmsghdr *nlh, const struct sockaddr_storage *addr, uint16_t ipv4,
		     uint16_t ipv6, uint16_t port)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

	if (addr->ss_family == AF_INET) {
		mnl_attr_put(nlh, ipv4, sizeof(in->sin_addr), &in->sin_addr);
		mnl_attr_put_u16(nlh, port, in->sin_port);
	} else {
		mnl_attr_put(nlh, ipv6, sizeof(in6->sin6_addr), &in6->sin6_addr);
		mnl_attr_put_u16(nlh, port, in6->sin6_port);
	}
}

static int put_local(struct nlmsghdr *nlh, const char *value)
{
	struct sockaddr_storage addr;

	if (parse_addr(value, &addr))
		return -EINVAL;
	put_addr(nlh, &addr, PHONION_A_LEG_LOCAL_IPV4, PHONION_A_LEG_LOCAL_IPV6,
		 PHONION_A_LEG_LOCAL_PORT);
	return 0;
}

static int put_remote(struct nlmsghdr *nlh, const char *value)
{
	struct sockaddr_storage addr;

	if (parse_addr(value, &addr))
		return -EINVAL;
	put_addr(nlh, &addr, PHONION_A_LEG_REMOTE_IPV4, PHONION_A_LEG_REMOTE_IPV6,
		 PHONION_A_LEG_REMOTE_PORT);
	return 0;
}

static int put_id(struct nlmsghdr *nlh, const char *value)
{
	uint64_t id;

	if (parse_uint(value, 1, UINT32_MAX, &id))
		return -EINVAL;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, id);
	return 0;
}

static int put_cookie(struct nlmsghdr *nlh, const char *value)
{
	uint8_t cookie[PHONION_MAX_COOKIE_LEN];
	size_t len = sizeof(cookie);

	if (parse_hex(value, cookie, &len))
		return -EINVAL;
	mnl_attr_put(nlh, PHONION_A_LEG_COOKIE, len, cookie);
	return 0;
}

static int put_source(struct nlmsghdr *nlh, const char *value)
{
	uint32_t policy;

	if (source_policy_by_name(value, &policy))
		return -EINVAL;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_SOURCE_POLICY, policy);
	return 0;
}

/* NUMBER=CODEC */
static int put_pt(struct nlmsghdr *nlh, const char *value)
{
	const char *eq = strchr(value, '=');
	struct nlattr *nest;
	char number[4];
	uint64_t pt;
	uint32_t codec;

	if (!eq || eq == value || eq - value >= (ptrdiff_t)sizeof(number))
		return -EINVAL;
	memcpy(number, value, eq - value);
	number[eq - value] = '\0';
	if (parse_uint(number, 0, 127, &pt) || codec_by_name(eq + 1, &codec))
		return -EINVAL;
	nest = mnl_attr_nest_start(nlh, PHONION_A_LEG_PAYLOAD_TYPES);
	mnl_attr_put_u8(nlh, PHONION_A_PAYLOAD_TYPE_NUMBER, pt);
	mnl_attr_put_u32(nlh, PHONION_A_PAYLOAD_TYPE_CODEC, codec);
	mnl_attr_nest_end(nlh, nest);
	return 0;
}

static int put_rate(struct nlmsghdr *nlh, const char *value)
{
	uint64_t rate;

	if (parse_uint(value, 1, PHONION_MAX_RATE, &rate))
		return -EINVAL;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_RATE_LIMIT, rate);
	return 0;
}

static int put_duration(struct nlmsghdr *nlh, uint16_t attr, const char *value)
{
	uint32_t ms;

	/* The lower limit is the kernel's to say. */
	if (parse_duration(value, PHONION_MAX_LEASE, &ms))
		return -EINVAL;
	mnl_attr_put_u32(nlh, attr, ms);
	return 0;
}

static int put_lease(struct nlmsghdr *nlh, const char *value)
{
	return put_duration(nlh, PHONION_A_LEG_LEASE, value);
}

static int put_media_timeout(struct nlmsghdr *nlh, const char *value)
{
	return put_duration(nlh, PHONION_A_LEG_MEDIA_TIMEOUT, value);
}

static int put_time(struct nlmsghdr *nlh, uint16_t attr, const char *value)
{
	uint64_t ns;

	if (parse_time(value, &ns))
		return -EINVAL;
	mnl_attr_put_u64(nlh, attr, ns);
	return 0;
}

static int put_not_before(struct nlmsghdr *nlh, const char *value)
{
	return put_time(nlh, PHONION_A_LEG_NOT_BEFORE, value);
}

static int put_not_after(struct nlmsghdr *nlh, const char *value)
{
	return put_time(nlh, PHONION_A_LEG_NOT_AFTER, value);
}

static int put_dscp(struct nlmsghdr *nlh, const char *value)
{
	uint64_t dscp;

	if (parse_uint(value, 0, 63, &dscp))
		return -EINVAL;
	mnl_attr_put_u8(nlh, PHONION_A_LEG_DSCP, dscp);
	return 0;
}

static int put_hold(struct nlmsghdr *nlh, const char *value)
{
	if (strcmp(value, "on") && strcmp(value, "off"))
		return -EINVAL;
	mnl_attr_put_u8(nlh, PHONION_A_LEG_HOLD, !strcmp(value, "on"));
	return 0;
}

static int put_tdm(struct nlmsghdr *nlh, const char *value)
{
	uint64_t channel;

	if (parse_uint(value, 1, UINT32_MAX, &channel))
		return -EINVAL;
	mnl_attr_put_u32(nlh, PHONION_A_LEG_TDM_CHANNEL, channel);
	return 0;
}

static int put_ptime(struct nlmsghdr *nlh, const char *value)
{
	uint64_t ms;

	if (parse_uint(value, 1, UINT8_MAX, &ms))
		return -EINVAL;
	mnl_attr_put_u8(nlh, PHONION_A_LEG_PTIME, ms);
	return 0;
}

static int put_delay(struct nlmsghdr *nlh, uint16_t attr, const char *value)
{
	uint64_t ms;

	if (parse_uint(value, 0, UINT16_MAX, &ms))
		return -EINVAL;
	mnl_attr_put_u16(nlh, attr, ms);
	return 0;
}

static int put_delay_min(struct nlmsghdr *nlh, const char *value)
{
	return put_delay(nlh, PHONION_A_LEG_DELAY_MIN, value);
}

static int put_delay_max(struct nlmsghdr *nlh, const char *value)
{
	return put_delay(nlh, PHONION_A_LEG_DELAY_MAX, value);
}

#define ADDRESS	 "an address and port, as 192.0.2.1:20000 or [2001:db8::1]:20000"
#define DURATION "a time of at most one day, as 500ms, 60s, 10m or 2h"
#define INSTANT	 "a time, as 2026-01-31T12:00:00Z (UTC) or +60s from now"

static const struct key keys[] = {
	{ "local", ADDRESS, put_local, false, false },
	{ "tdm", "the number of a DAHDI channel", put_tdm, false, false },
	{ "remote", ADDRESS, put_remote, true, false },
	{ "id", "a number above 0", put_id, false, false },
	{ "cookie", "1 to 32 octets in hexadecimal", put_cookie, false, false },
	{ "source", "strict or latch-port", put_source, true, false },
	{ "pt",
	  "NUMBER=CODEC with a number of 0 to 127 and one of pcmu, pcma, "
	  "telephone-event, comfort-noise",
	  put_pt, true, true },
	{ "rate", "1 to 10000 packets per second", put_rate, true, false },
	{ "lease", DURATION, put_lease, true, false },
	{ "media-timeout", DURATION, put_media_timeout, true, false },
	{ "not-before", INSTANT, put_not_before, false, false },
	{ "not-after", INSTANT, put_not_after, false, false },
	{ "dscp", "0 to 63", put_dscp, true, false },
	{ "hold", "on or off", put_hold, true, false },
	{ "ptime", "10, 20 or 30 milliseconds", put_ptime, false, false },
	{ "delay-min", "0 to 200 milliseconds", put_delay_min, false, false },
	{ "delay-max", "0 to 200 milliseconds", put_delay_max, false, false },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

/* The words for what the kernel finds fault with. */
static const char *const attr_words[] = {
	[PHONION_A_LEG_COOKIE] = "cookie",
	[PHONION_A_LEG_LOCAL_IPV4] = "local",
	[PHONION_A_LEG_LOCAL_IPV6] = "local",
	[PHONION_A_LEG_LOCAL_PORT] = "port of local",
	[PHONION_A_LEG_REMOTE_IPV4] = "remote",
	[PHONION_A_LEG_REMOTE_IPV6] = "remote",
	[PHONION_A_LEG_REMOTE_PORT] = "port of remote",
	[PHONION_A_LEG_SOURCE_POLICY] = "source",
	[PHONION_A_LEG_PAYLOAD_TYPES] = "pt",
	[PHONION_A_LEG_RATE_LIMIT] = "rate",
	[PHONION_A_LEG_LEASE] = "lease",
	[PHONION_A_LEG_NOT_BEFORE] = "not-before",
	[PHONION_A_LEG_NOT_AFTER] = "not-after",
	[PHONION_A_LEG_MEDIA_TIMEOUT] = "media-timeout",
	[PHONION_A_LEG_DSCP] = "dscp",
	[PHONION_A_LEG_HOLD] = "hold",
	[PHONION_A_LEG_DIGITS] = "digits",
	[PHONION_A_LEG_TDM_CHANNEL] = "tdm",
	[PHONION_A_LEG_PTIME] = "ptime",
	[PHONION_A_LEG_DELAY_MIN] = "delay-min",
	[PHONION_A_LEG_DELAY_MAX] = "delay-max",
};

#define N_ATTR_WORDS (sizeof(attr_words) / sizeof(attr_words[0]))

/* KEY VALUE pairs into attributes; SEEN gets a bit for each key. */
static int put_keys(const struct opts *opts, struct nlmsghdr *nlh, bool set, int argc, char **argv,
		    unsigned int *seen)
{
	*seen = 0;
	for (int i = 0; i < argc; i += 2) {
		size_t k = 0;

		while (k < N_KEYS && strcmp(keys[k].word, argv[i]))
			k++;
		if (k == N_KEYS || (set && !keys[k].settable))
			return fail_usage(opts,
					  k == N_KEYS
						  ? "leg: unknown word '%s'"
						  : "leg set: '%s' is fixed when the leg is made",
					  argv[i]);
		if (i + 1 == argc)
			return fail_usage(opts, "leg: '%s' needs %s", argv[i], keys[k].expected);
		if (*seen & 1U << k && !keys[k].repeats)
			return fail_usage(opts, "leg: '%s' is given twice", argv[i]);
		/* More would outrun the request's buffer, and the kernel refuses them. */
		if (nlh->nlmsg_len > NL_REQUEST_SIZE / 2)
			return fail_usage(opts, "leg: at most %d payload types",
					  PHONION_MAX_PAYLOAD_TYPES);
		if (keys[k].put(nlh, argv[i + 1]))
			return fail_usage(opts, "leg: %s '%s' is not %s", argv[i], argv[i + 1],
					  keys[k].expected);
		*seen |= 1U << k;
	}
	return EXIT_DONE;
}

static int on_leg(const struct nlmsghdr *nlh, void *arg)
{
	struct nl_rows *rows = arg;

	return json_array_append_new(rows->list, leg_json(rows->opts, nlh)) ? -ENOMEM : 0;
}

static json_t *by_number(const json_t *legs, json_int_t id)
{
	json_t *leg;
	size_t i;

	json_array_foreach(legs, i, leg)
		if (json_integer_value(json_object_get(leg, "id")) == id)
			return leg;
	return NULL;
}

/* Of legs that are phonion-ctld's own; ID 0 is all. Takes the reference to LEGS. */
static int show_userspace(const struct opts *opts, json_t *legs, uint64_t id)
{
	json_t *leg = id ? by_number(legs, id) : NULL;
	int status = EXIT_DONE;

	if (id && !leg)
		status = fail(opts, EXIT_REFUSED, "'phonionctl leg' lists the legs that exist.",
			      "leg %" PRIu64 ": no such leg", id);
	else if (opts->json)
		status = out_json(opts, json_incref(leg ? leg : legs));
	else if (leg)
		leg_print(leg);
	else
		legs_print(legs);
	json_decref(legs);
	return status ? status : out_end(opts);
}

static int show_leg(const struct opts *opts, json_t *leg)
{
	leg_add_xdp(leg);
	if (opts->json)
		return out_json(opts, json_incref(leg));
	leg_print(leg);
	return EXIT_DONE;
}

/* Sends the request; NULL is a dump. What comes back is shown when SHOW. */
static int run(const struct opts *opts, struct nlmsghdr *nlh, const char *what, bool show)
{
	struct nl_rows rows = { .opts = opts, .list = json_array() };
	struct genl nl;
	int status, err;

	if (!nlh && userspace_legs(opts, rows.list))
		return show_userspace(opts, rows.list, 0);
	status = nl_open_or_fail(opts, &nl);
	if (status) {
		json_decref(rows.list);
		return status;
	}
	err = nlh ? nl_do(&nl, nlh, on_leg, &rows)
		  : nl_dump(&nl, PHONION_CMD_LEG_GET, on_leg, &rows);
	if (err)
		status = nl_fail(opts, &nl, err, what, attr_words, N_ATTR_WORDS);
	else if (!nlh && opts->json)
		status = out_json(opts, json_incref(rows.list));
	else if (!nlh)
		legs_print(rows.list);
	else if (show && json_array_size(rows.list))
		status = show_leg(opts, json_array_get(rows.list, 0));
	json_decref(rows.list);
	genl_close(&nl);
	return status ? status : out_end(opts);
}

static int by_id(const struct opts *opts, uint8_t cmd, const char *verb, int argc, char **argv)
{
	union nl_buf buf;
	char what[64];
	struct nlmsghdr *nlh = nl_request(&buf, cmd);
	unsigned int seen;
	json_t *legs;
	int status;

	if (!argc)
		return fail_usage(opts, "leg %s: which leg?", verb);
	if (put_id(nlh, argv[0]))
		return fail_usage(opts, "leg %s: '%s' is not the number of a leg", verb, argv[0]);
	if (cmd != PHONION_CMD_LEG_SET && argc > 1)
		return fail_usage(opts, "leg %s: '%s' is too much", verb, argv[1]);
	if (cmd == PHONION_CMD_LEG_SET && argc == 1)
		return fail_usage(opts, "leg set: what is to change?");
	status = put_keys(opts, nlh, true, argc - 1, argv + 1, &seen);
	if (status)
		return status;
	legs = json_array();
	if (cmd == PHONION_CMD_LEG_GET && userspace_legs(opts, legs))
		return show_userspace(opts, legs, strtoull(argv[0], NULL, 10));
	json_decref(legs);
	snprintf(what, sizeof(what), "leg %s", argv[0]);
	return run(opts, nlh, what, cmd != PHONION_CMD_LEG_SET);
}

static int add(const struct opts *opts, int argc, char **argv)
{
	union nl_buf buf;
	struct nlmsghdr *nlh = nl_request(&buf, PHONION_CMD_LEG_NEW);
	unsigned int seen;
	int status;

	status = put_keys(opts, nlh, false, argc, argv, &seen);
	if (status)
		return status;
	if (!(seen & 3U)) /* the first two keys */
		return fail_usage(opts, "leg add: 'local' is missing; it needs %s", ADDRESS);
	return run(opts, nlh, "leg add", true);
}

static int dtmf(const struct opts *opts, int argc, char **argv)
{
	union nl_buf buf;
	struct nlmsghdr *nlh = nl_request(&buf, PHONION_CMD_LEG_DTMF);
	char what[64];

	if (argc < 2)
		return fail_usage(opts, "leg dtmf: which %s?", argc ? "digits" : "leg");
	if (argc > 2)
		return fail_usage(opts, "leg dtmf: '%s' is too much", argv[2]);
	if (put_id(nlh, argv[0]))
		return fail_usage(opts, "leg dtmf: '%s' is not the number of a leg", argv[0]);
	if (!*argv[1] || strlen(argv[1]) > PHONION_MAX_DIGITS ||
	    strspn(argv[1], "0123456789*#ABCDp") != strlen(argv[1]))
		return fail_usage(opts, "leg dtmf: digits are 1 to %d of 0-9, *, #, A-D and p",
				  PHONION_MAX_DIGITS);
	mnl_attr_put(nlh, PHONION_A_LEG_DIGITS, strlen(argv[1]), argv[1]);
	snprintf(what, sizeof(what), "leg %s", argv[0]);
	return run(opts, nlh, what, false);
}

static int play(const struct opts *opts, int argc, char **argv)
{
	static const char *const names[] = { [SOUND_NONE] = "off",
					     [SOUND_PROMPT] = "beep",
					     [SOUND_NOISE] = "noise",
					     [SOUND_DIAL] = "dial",
					     [SOUND_RING] = "ring" };
	const size_t n_names = sizeof(names) / sizeof(*names);
	union nl_buf buf;
	struct nlmsghdr *nlh = nl_request(&buf, PHONION_CMD_LEG_PLAY);
	size_t sound = SOUND_NONE;
	char what[64];

	if (argc != 2)
		return fail_usage(opts, "leg play: takes a leg and a sound");
	if (put_id(nlh, argv[0]))
		return fail_usage(opts, "leg play: '%s' is not the number of a leg", argv[0]);
	while (sound < n_names && strcmp(names[sound], argv[1]))
		sound++;
	if (sound == n_names || nlmsg_put_sound(nlh, sound_get(sound)))
		return fail_usage(opts, "leg play: '%s' is not beep, noise, dial, ring or off",
				  argv[1]);
	snprintf(what, sizeof(what), "leg %s", argv[0]);
	return run(opts, nlh, what, false);
}

int cmd_leg(const struct opts *opts, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "show";

	argc -= 2;
	argv += 2;
	if (!strcmp(verb, "show"))
		return argc > 0 ? by_id(opts, PHONION_CMD_LEG_GET, verb, argc, argv)
				: run(opts, NULL, "leg show", true);
	if (!strcmp(verb, "add"))
		return add(opts, argc, argv);
	if (!strcmp(verb, "set"))
		return by_id(opts, PHONION_CMD_LEG_SET, verb, argc, argv);
	if (!strcmp(verb, "dtmf"))
		return dtmf(opts, argc > 0 ? argc : 0, argv);
	if (!strcmp(verb, "play"))
		return play(opts, argc > 0 ? argc : 0, argv);
	if (!strcmp(verb, "del"))
		return by_id(opts, PHONION_CMD_LEG_DEL, verb, argc, argv);
	return fail_usage(
		opts, "leg: unknown word '%s'; it is one of show, add, set, dtmf, play, del", verb);
}
