// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/cas.h"
#include "conf/ingress.h"
#include "conf/pri.h"
#include "conf/trunk.h"
#include "conf/value.h"
#include "protocol/descriptor.h"
#include "protocol/number.h"

#define DEFAULT_MAX_CALLS    100
#define DEFAULT_DELAY_MIN_MS 20 /* that the first packets are not late already */
#define DEFAULT_DELAY_MAX_MS 100
#define MAX_DELAY_MS	     200

static const char *const kinds[] = {
	[TRUNK_SIP] = "sip", [TRUNK_PRI] = "pri", [TRUNK_CAS] = "cas", NULL
};
static const char *const transports[] = { [SIP_UDP] = "udp", [SIP_TCP] = "tcp", NULL };
static const char *const codecs[] = {
	[PHONION_CODEC_PCMU] = "pcmu", [PHONION_CODEC_PCMA] = "pcma", NULL
};
static const char *const sources[] = { [PHONION_SOURCE_POLICY_STRICT] = "strict",
				       [PHONION_SOURCE_POLICY_LATCH_PORT] = "latch-port",
				       NULL };

static bool has_codec(const struct conf_trunk *trunk, enum phonion_codec codec)
{
	for (size_t i = 0; i < trunk->n_codecs; i++)
		if (trunk->codecs[i] == codec)
			return true;
	return false;
}

/* TO is the trunk itself: list and length are read together. */
static CONF_VALUE(read_codecs)
{
	int n = config_setting_length(setting), err;
	struct conf_trunk *trunk = to;
	unsigned int codec;

	if ((!config_setting_is_array(setting) && !config_setting_is_list(setting)) || n < 1 ||
	    n > 2)
		return conf_refuse(reader, setting,
				   "\"%s\" must be a list of one or two: [ \"pcmu\", \"pcma\" ]",
				   key->name);
	trunk->n_codecs = 0;
	for (int i = 0; i < n; i++) {
		err = conf_word_index(reader, config_setting_get_elem(setting, i), key, &codec);
		if (err)
			return err;
		if (has_codec(trunk, codec))
			return conf_refuse(reader, setting, "\"%s\" names a codec twice",
					   key->name);
		trunk->codecs[trunk->n_codecs++] = codec;
	}
	return 0;
}

/* TO is the trunk. */
static CONF_VALUE(read_region)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (strlen(text) != 2 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
		return conf_refuse(reader, setting, "\"%s\" must be two capital letters: \"DE\"",
				   key->name);
	return conf_string(reader, setting, key, to);
}

static CONF_VALUE(read_called_prefix)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (!prefix_valid(text) || strlen(text) > CONF_MAX_CALLED_PREFIX)
		return conf_refuse(reader, setting, "\"%s\" must be + and digits: \"+4930\"",
				   key->name);
	return conf_string(reader, setting, key, to);
}

static CONF_VALUE(read_dialled)
{
	struct conf_prefixes *prefixes = to;
	int n = config_setting_length(setting);
	const char *text;

	if ((!config_setting_is_array(setting) && !config_setting_is_list(setting)) ||
	    n > CONF_MAX_PREFIXES)
		return conf_refuse(reader, setting, "\"%s\" must be a list: [ \"+49\", \"+43\" ]",
				   key->name);
	prefixes->list = calloc(n + 1, sizeof(*prefixes->list));
	if (!prefixes->list)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		text = config_setting_get_string_elem(setting, i);
		if (!text || !prefix_valid(text))
			return conf_refuse(reader, setting,
					   "\"%s\": each must be + and digits; \"+\" is everything",
					   key->name);
		prefixes->list[i] = strdup(text);
		if (!prefixes->list[i])
			return -ENOMEM;
		prefixes->n++;
	}
	return 0;
}

#define AT(field) .offset = offsetof(struct conf_trunk, field)

static const struct conf_key keys[] = {
	{ "name", conf_name, AT(name), .required = true },
	{ "kind", conf_word, AT(kind), .words = kinds },
	{ "transport", conf_word, AT(transport), .words = transports },
	{ "local", conf_endpoint, AT(local) },
	{ "peer", conf_endpoint, AT(peer) },
	{ "media", conf_host, AT(media) },
	{ "codecs", read_codecs, .offset = 0, .words = codecs },
	{ "source", conf_word, AT(source_policy), .words = sources },
	{ "number", conf_number, AT(number) },
	{ "allow", conf_prefixes, AT(allow) },
	{ "deny", conf_prefixes, AT(deny) },
	{ "called_prefix", read_called_prefix, AT(tdm.called_prefix) },
	{ "delay_min", conf_uint, AT(tdm.delay_min_ms), .min = 0, .max = MAX_DELAY_MS },
	{ "delay_max", conf_uint, AT(tdm.delay_max_ms), .min = 0, .max = MAX_DELAY_MS },
	{ "max_calls", conf_uint, AT(max_calls), .min = 1, .max = 100000 },
	{ "carrier", conf_string, AT(carrier) },
	{ "region", read_region, AT(region) },
	{ "prefixes", read_dialled, AT(prefixes) },
	{ "ingresses", conf_ingresses, .offset = 0 },
	{ "dchannel", conf_uint, AT(pri.dchannel), .min = 1, .max = CONF_MAX_CHANNEL },
	{ "line", conf_word, AT(pri.line), .words = conf_pri_lines },
	{ "switch", conf_word, AT(pri.variant), .words = conf_pri_switches },
	{ "side", conf_word, AT(pri.side), .words = conf_pri_sides },
	{ "overlap", conf_bool, AT(pri.overlap) },
	{ "restart", conf_bool, AT(pri.restart) },
	{ "show_number", conf_bool, AT(pri.show_number) },
	{ "channels", conf_cas_channels, AT(cas) },
	{ "signalling", conf_word, AT(cas.signalling), .words = conf_cas_signallings },
	{ "dial", conf_word, AT(cas.pulse), .words = conf_cas_dials },
	{ "supervision", conf_word, AT(cas.supervision), .words = conf_cas_supervisions },
	{ "first_digit_timeout", conf_seconds, AT(cas.first_digit_ms), .min = 1, .max = 120 },
	{ "interdigit_timeout", conf_seconds, AT(cas.interdigit_ms), .min = 1, .max = 30 },
	{ "dial_delay", conf_seconds, AT(cas.dial_delay_ms), .min = 1, .max = 30 },
	{ "plus", conf_cas_plus, AT(cas.plus) },
	{ "r2_variant", conf_word, AT(cas.r2_variant), .words = conf_cas_r2_variants },
	{ "max_dnis", conf_uint, AT(cas.max_dnis), .min = 1, .max = CONF_MAX_R2_DIGITS },
	{ "max_ani", conf_uint, AT(cas.max_ani), .min = 0, .max = CONF_MAX_R2_DIGITS },
	{ NULL },
};

static int prepare(void *item)
{
	struct conf_trunk *trunk = item;

	trunk->transport = SIP_UDP;
	trunk->codecs[0] = PHONION_CODEC_PCMU;
	trunk->codecs[1] = PHONION_CODEC_PCMA;
	trunk->n_codecs = 2;
	trunk->source_policy = PHONION_SOURCE_POLICY_STRICT;
	trunk->max_calls = DEFAULT_MAX_CALLS;
	trunk->pri.restart = true;
	trunk->tdm.delay_min_ms = DEFAULT_DELAY_MIN_MS;
	trunk->tdm.delay_max_ms = DEFAULT_DELAY_MAX_MS;
	conf_cas_prepare(&trunk->cas);
	return 0;
}

static uint16_t port_of(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)addr)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)addr)->sin6_port);
}

static void clear_port(struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		((struct sockaddr_in *)addr)->sin_port = 0;
	else
		((struct sockaddr_in6 *)addr)->sin6_port = 0;
}

static bool same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr);
}

static bool same_endpoint(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return same_host(a, b) && port_of(a) == port_of(b);
}

int conf_trunk_refuse(struct conf_reader *reader, const config_setting_t *setting,
		      const struct conf_trunk *trunk, const char *const *keys)
{
	for (; *keys; keys++)
		if (config_setting_get_member(setting, *keys))
			return conf_refuse(reader, setting,
					   "trunk \"%s\": \"%s\" is not for a trunk of this kind",
					   trunk->name, *keys);
	return 0;
}

static int check_announced(struct conf_reader *reader, const config_setting_t *setting,
			   const struct conf_trunk *trunk)
{
	if ((trunk->n_ingresses || trunk->prefixes.n) && (!trunk->carrier || !trunk->region))
		return conf_refuse(reader, setting,
				   "trunk \"%s\": with \"ingresses\" or \"prefixes\" it needs "
				   "\"carrier\" and \"region\"",
				   trunk->name);
	if (trunk->carrier && !trunk->region)
		return conf_refuse(reader, setting,
				   "trunk \"%s\": with \"carrier\" it needs \"region\"",
				   trunk->name);
	return 0;
}

static int check_sip(struct conf_reader *reader, const config_setting_t *setting,
		     struct conf_trunk *trunk)
{
	static const char *const not_sip[] = { "called_prefix", "delay_min", "delay_max", NULL };
	int err = conf_trunk_refuse(reader, setting, trunk, not_sip);

	if (err)
		return err;
	if (!trunk->local.ss_family || !trunk->peer.ss_family)
		return conf_refuse(reader, setting, "\"%s\" is missing here",
				   trunk->local.ss_family ? "peer" : "local");
	if (trunk->local.ss_family != trunk->peer.ss_family)
		return conf_refuse(reader, setting,
				   "trunk \"%s\": \"local\" and \"peer\" must both be IPv4 or "
				   "both IPv6",
				   trunk->name);
	if (same_endpoint(&trunk->local, &trunk->peer))
		return conf_refuse(reader, setting,
				   "trunk \"%s\": \"local\" and \"peer\" are the same",
				   trunk->name);
	if (trunk->media.ss_family == AF_UNSPEC) {
		trunk->media = trunk->local;
		clear_port(&trunk->media);
	}
	return 0;
}

static int check(struct conf_reader *reader, const config_setting_t *setting, void *item)
{
	struct conf_trunk *trunk = item;
	int err = conf_pri_check_keys(reader, setting, trunk);

	if (!err)
		err = conf_cas_check_keys(reader, setting, trunk);
	if (!err && trunk->kind == TRUNK_SIP)
		err = check_sip(reader, setting, trunk);
	if (!err && trunk->tdm.delay_min_ms > trunk->tdm.delay_max_ms)
		err = conf_refuse(reader, setting,
				  "trunk \"%s\": \"delay_min\" is more than \"delay_max\"",
				  trunk->name);
	return err ? err : check_announced(reader, setting, trunk);
}

int conf_trunks(struct conf_reader *reader, const config_setting_t *setting,
		const struct conf_key *key, void *to)
{
	static const struct conf_list list = { keys, sizeof(struct conf_trunk), prepare, check };
	struct conf *conf = to;
	void *array = NULL;
	int err;

	err = conf_groups(reader, setting, &list, &array, &conf->n_trunks);
	conf->trunks = array;
	if (!err && !conf->n_trunks)
		err = conf_refuse(reader, setting, "\"%s\" must have at least one trunk",
				  key->name);
	return err;
}

/*
 * What arrives is matched to its trunk by our address and the peer's host (a
 * TCP peer calls from any port), so these must not name two trunks.
 */
static int check_pair(struct conf_reader *reader, const config_setting_t *setting,
		      const struct conf_trunk *a, const struct conf_trunk *b)
{
	if (!strcmp(a->name, b->name))
		return conf_refuse(reader, setting, "there are two trunks \"%s\"", a->name);
	if (a->kind == TRUNK_CAS || b->kind == TRUNK_CAS)
		return conf_cas_check_pair(reader, setting, a, b);
	if (a->kind != b->kind)
		return 0;
	if (a->kind == TRUNK_PRI)
		return conf_pri_check_pair(reader, setting, a, b);
	if (a->transport == b->transport && same_endpoint(&a->local, &b->local) &&
	    same_host(&a->peer, &b->peer))
		return conf_refuse(reader, setting,
				   "trunks \"%s\" and \"%s\" can not be told apart: same "
				   "\"local\", \"transport\" and peer address; give one another "
				   "\"local\" port",
				   a->name, b->name);
	return 0;
}

static int check_ports(struct conf_reader *reader, const config_setting_t *setting,
		       const struct conf_trunk *trunk)
{
	const struct conf *conf = reader->conf;
	uint16_t port = port_of(&trunk->local);

	if (trunk->kind == TRUNK_SIP && trunk->transport == SIP_UDP && port >= conf->rtp_port_min &&
	    port <= conf->rtp_port_max)
		return conf_refuse(reader, setting,
				   "trunk \"%s\": the port of \"local\" is within \"rtp_ports\"",
				   trunk->name);
	return 0;
}

/* What no broker would list does not start, so it must not be called good. */
static int check_relay(struct conf_reader *reader, const config_setting_t *root)
{
	const struct conf *conf = reader->conf;
	size_t n = 0;

	for (size_t i = 0; i < conf->n_trunks; i++)
		n += conf->trunks[i].carrier != NULL;
	if (conf->relay && (!n || n > DESCRIPTOR_MAX_TRUNKS))
		return conf_refuse(reader, config_setting_get_member(root, "relay"),
				   "with \"relay\", 1 to %d trunks must have \"carrier\" and "
				   "\"region\"",
				   DESCRIPTOR_MAX_TRUNKS);
	return 0;
}

int conf_trunks_check(struct conf_reader *reader, const config_setting_t *root)
{
	config_setting_t *list = config_setting_get_member(root, "trunks");
	const struct conf *conf = reader->conf;

	for (size_t i = 0; i < conf->n_trunks; i++) {
		const config_setting_t *setting = config_setting_get_elem(list, i);
		int err = check_ports(reader, setting, &conf->trunks[i]);

		for (size_t j = 0; j < i && !err; j++)
			err = check_pair(reader, setting, &conf->trunks[j], &conf->trunks[i]);
		if (err)
			return err;
	}
	return check_relay(reader, root);
}

static void prefixes_clear(struct conf_prefixes *prefixes)
{
	for (size_t i = 0; i < prefixes->n; i++)
		free(prefixes->list[i]);
	free(prefixes->list);
}

void conf_trunk_clear(struct conf_trunk *trunk)
{
	free(trunk->name);
	free(trunk->number);
	free(trunk->tdm.called_prefix);
	free(trunk->carrier);
	free(trunk->region);
	conf_cas_clear(&trunk->cas);
	prefixes_clear(&trunk->allow);
	prefixes_clear(&trunk->deny);
	prefixes_clear(&trunk->prefixes);
	conf_ingresses_clear(trunk);
}

const struct conf_trunk *conf_trunk_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_trunks; i++)
		if (!strcmp(conf->trunks[i].name, name))
			return &conf->trunks[i];
	return NULL;
}
