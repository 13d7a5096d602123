// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "broker/conf.h"
#include "conf/file.h"
#include "conf/value.h"
#include "crypto/base64url.h"
#include "protocol/slot.h"

#define DEFAULT_STORE	 "sqlite:/var/lib/phonion-broker/broker.db"
#define DEFAULT_IDENTITY "/var/lib/phonion-broker/broker.key"
#define MAX_PATH	 1024
#define DAY		 86400

static CONF_VALUE(read_listen)
{
	struct broker_conf *conf = to;
	int n = config_setting_length(setting), err = 0;

	if ((!config_setting_is_array(setting) && !config_setting_is_list(setting)) || n < 1 ||
	    n > BROKER_MAX_LISTEN)
		return conf_refuse(reader, setting,
				   "\"%s\" must be a list of 1 to %d addresses: "
				   "[ \"0.0.0.0:8443\", \"[::]:8443\" ]",
				   key->name, BROKER_MAX_LISTEN);
	for (conf->n_listen = 0; conf->n_listen < (size_t)n && !err; conf->n_listen++)
		err = conf_listener(reader, config_setting_get_elem(setting, conf->n_listen), key,
				    &conf->listen[conf->n_listen]);
	return err;
}

static CONF_VALUE(read_store)
{
	int err;
	const char *text = conf_text(reader, setting, &err);
	char *copy;

	if (!text)
		return err;
	if (strncmp(text, "sqlite:/", 8) && strncmp(text, "postgresql://", 13))
		return conf_refuse(reader, setting,
				   "\"%s\" must be \"sqlite:\" and an absolute path, or "
				   "\"postgresql://...\"",
				   key->name);
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*(char **)to);
	*(char **)to = copy;
	return 0;
}

static int read_keys(struct conf_reader *reader, const config_setting_t *setting,
		     const struct conf_key *key, struct broker_admission *relays)
{
	int n = config_setting_length(setting);

	relays->keys = calloc(n ? n : 1, sizeof(*relays->keys));
	if (!relays->keys)
		return -ENOMEM;
	for (; relays->n < (size_t)n; relays->n++) {
		const config_setting_t *entry = config_setting_get_elem(setting, relays->n);
		const char *text = config_setting_get_string(entry);

		if (!text || base64url_exact(relays->keys[relays->n], SIGN_KEY_LEN, text))
			return conf_refuse(reader, entry,
					   "\"%s\" must hold keys of relays: %d characters of "
					   "base64url",
					   key->name, SIGN_KEY_CHARS);
	}
	return 0;
}

static CONF_VALUE(read_relays)
{
	const char *text = config_setting_get_string(setting);

	if (text && !strcmp(text, "open"))
		return 0;
	if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
		return conf_refuse(reader, setting,
				   "\"%s\" must be \"open\", or a list of keys: [ \"KEY\", ... ]",
				   key->name);
	return read_keys(reader, setting, key, to);
}

#define AT(field)    .offset = offsetof(struct broker_conf, field)
#define LIMIT(field) .offset = offsetof(struct broker_limits, field)

static const struct conf_key limit_keys[] = {
	{ "connections", conf_uint, LIMIT(connections), .min = 1, .max = 100000 },
	{ "connections_per_address", conf_uint, LIMIT(connections_per_address), .min = 1,
	  .max = 100000 },
	{ "requests_per_second", conf_uint, LIMIT(requests_per_second), .min = 1, .max = 100000 },
	{ "burst", conf_uint, LIMIT(burst), .min = 1, .max = 100000 },
	{ "tokens_per_hour", conf_uint, LIMIT(tokens_per_hour), .min = 1, .max = 1000000 },
	{ "addresses", conf_uint, LIMIT(addresses), .min = 16, .max = 10000000 },
	{ "relays", conf_uint, LIMIT(relays), .min = 1, .max = 20000 },
	{ "loopback", conf_bool, LIMIT(loopback) },
	{ "request_time", conf_seconds, LIMIT(times.request_ms), .min = 1, .max = 3600 },
	{ "response_time", conf_seconds, LIMIT(times.response_ms), .min = 1, .max = 3600 },
	{ "idle_time", conf_seconds, LIMIT(times.idle_ms), .min = 1, .max = 3600 },
	{ NULL },
};

static CONF_VALUE(read_limits)
{
	if (!config_setting_is_group(setting))
		return conf_refuse(reader, setting, "\"%s\" must be a group: { key = value; ... }",
				   key->name);
	return conf_group(reader, (config_setting_t *)setting, limit_keys, to);
}

static const char *const metrics_words[] = { "loopback", "everybody", "nobody", NULL };

static const struct conf_key keys[] = {
	{ "listen", read_listen, .offset = 0 },
	{ "store", read_store, AT(store) },
	{ "identity", conf_path, AT(identity), .max = MAX_PATH },
	{ "certificate", conf_path, AT(certificate), .max = MAX_PATH },
	{ "key", conf_path, AT(key), .max = MAX_PATH },
	{ "slot", conf_uint, AT(slot_s), .min = SLOT_MIN_S, .max = SLOT_MAX_S },
	{ "horizon", conf_uint, AT(horizon_s), .min = 3600, .max = 366 * DAY },
	{ "epoch", conf_uint, AT(epoch_s), .min = 10, .max = 366 * DAY },
	{ "directory_lifetime", conf_uint, AT(directory_s), .min = 10, .max = DAY },
	{ "relays", read_relays, AT(relays) },
	{ "metrics", conf_word, AT(metrics), .words = metrics_words },
	{ "limits", read_limits, AT(limits) },
	{ NULL },
};

static int set_defaults(struct broker_conf *conf)
{
	conf->store = strdup(DEFAULT_STORE);
	conf->identity = strdup(DEFAULT_IDENTITY);
	if (!conf->store || !conf->identity)
		return -ENOMEM;
	conf->slot_s = SLOT_DEFAULT_S;
	conf->horizon_s = 14 * DAY;
	conf->epoch_s = 7 * DAY;
	conf->directory_s = 3600;
	conf->limits = (struct broker_limits){
		.connections = 1000,
		.connections_per_address = 20,
		.requests_per_second = 10,
		.burst = 50,
		.tokens_per_hour = 256,
		.addresses = 65536,
		.relays = 2000,
		.loopback = true,
		.times = { .request_ms = 20000, .response_ms = 120000, .idle_ms = 60000 },
	};
	return 0;
}

static int check(struct conf_reader *reader, config_setting_t *root, void *to)
{
	const struct broker_conf *conf = to;

	if (!conf->n_listen)
		return conf_refuse(reader, root,
				   "\"listen\" is missing: [ \"0.0.0.0:8443\", \"[::]:8443\" ]");
	if (!conf->certificate != !conf->key)
		return conf_refuse(reader, root,
				   "\"certificate\" and \"key\" go together: give both or neither");
	if (conf->horizon_s < conf->slot_s)
		return conf_refuse(reader, config_setting_get_member(root, "horizon"),
				   "\"horizon\" must be at least one \"slot\"");
	return 0;
}

int broker_conf_read(struct broker_conf **conf, const char *file, char **error)
{
	struct conf_reader reader = { .file = file, .manual = "phonion-brokerd.conf(5)" };
	struct broker_conf *new = calloc(1, sizeof(*new));
	int err;

	*error = NULL;
	if (!new)
		return -ENOMEM;
	err = set_defaults(new);
	if (!err)
		err = conf_file(&reader, keys, check, new);
	if (err) {
		broker_conf_free(new);
		*error = reader.error;
		return err;
	}
	if (!strncmp(new->store, "postgresql:", 11) && strchr(new->store, '@'))
		conf_warn_readable(file, "a password");
	*conf = new;
	return 0;
}

void broker_conf_free(struct broker_conf *conf)
{
	if (!conf)
		return;
	if (conf->store)
		explicit_bzero(conf->store, strlen(conf->store)); /* it may hold a password */
	free(conf->store);
	free(conf->identity);
	free(conf->certificate);
	free(conf->key);
	free(conf->relays.keys);
	free(conf);
}

bool broker_conf_same_fixed(const struct broker_conf *a, const struct broker_conf *b)
{
	return a->n_listen == b->n_listen &&
	       !memcmp(a->listen, b->listen, a->n_listen * sizeof(a->listen[0])) &&
	       !strcmp(a->store, b->store) && !strcmp(a->identity, b->identity) &&
	       a->slot_s == b->slot_s && a->epoch_s == b->epoch_s &&
	       a->limits.addresses == b->limits.addresses;
}

bool broker_conf_admits(const struct broker_conf *conf, const uint8_t relay[SIGN_KEY_LEN])
{
	if (!conf->relays.keys)
		return true;
	for (size_t i = 0; i < conf->relays.n; i++)
		if (!memcmp(conf->relays.keys[i], relay, SIGN_KEY_LEN))
			return true;
	return false;
}
