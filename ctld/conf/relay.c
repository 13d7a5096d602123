// SPDX-License-Identifier: GPL-2.0
/* What a relay that takes reservations is, and its brokers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/relay.h"
#include "conf/value.h"
#include "protocol/descriptor.h"

#define MAX_BROKERS  16
#define MAX_PATH     1024
#define MAX_URL	     1000
#define DEFAULT_KEY  "/var/lib/phonion/relay.key"
#define DEFAULT_BOOK "/var/lib/phonion/book.db"

/* "HOST" or "HOST:PORT", which a path may follow; IPv6 stands in brackets. */
static bool place_valid(const char *text)
{
	const char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":/") - 1;
	size_t digits;

	if (!end || end < text)
		return false;
	if (*++end != ':')
		return !*end || *end == '/';
	digits = strspn(++end, "0123456789");
	return digits && digits <= 5 && (!end[digits] || end[digits] == '/') && atoi(end) > 0 &&
	       atoi(end) <= UINT16_MAX;
}

static CONF_VALUE(read_url)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (strncmp(text, "https://", 8) || strpbrk(text, " @?#") ||
	    text[strlen(text) - 1] == '/' || !place_valid(text + 8))
		return conf_refuse(reader, setting,
				   "\"%s\" must be https://HOST or https://HOST:PORT, the port "
				   "1 to 65535",
				   key->name);
	return conf_string(reader, setting, key, to);
}

static CONF_VALUE(read_pin)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (strncmp(text, "sha256//", 8) || strlen(text) != 52)
		return conf_refuse(reader, setting,
				   "\"%s\" must be \"sha256//\" and 44 characters: the broker's "
				   "`phonion-brokerd -k` prints it",
				   key->name);
	return conf_string(reader, setting, key, to);
}

static CONF_VALUE(read_proxy)
{
	int err;
	const char *text = conf_text(reader, setting, &err), *user;

	if (!text)
		return err;
	user = strrchr(text, '@');
	if (strncmp(text, "socks5h://", 10) || !place_valid(user ? user + 1 : text + 10))
		return conf_refuse(reader, setting,
				   "\"%s\" must be socks5h://HOST:PORT, the port 1 to 65535",
				   key->name);
	return conf_string(reader, setting, key, to);
}

#define AT(field) .offset = offsetof(struct conf_broker, field)

static const struct conf_key broker_keys[] = {
	{ "name", conf_name, AT(name), .required = true },
	{ "url", read_url, AT(url), .required = true, .max = MAX_URL },
	{ "pin", read_pin, AT(pin) },
	{ "proxy", read_proxy, AT(proxy), .max = MAX_URL },
	{ NULL },
};

#undef AT

/* TO is the relay. */
static CONF_VALUE(read_brokers)
{
	static const struct conf_list list = { broker_keys, sizeof(struct conf_broker), NULL,
					       NULL };
	struct conf_relay *relay = to;
	void *array = NULL;
	int err = conf_groups(reader, setting, &list, &array, &relay->n_brokers);

	relay->brokers = array;
	if (!err && (!relay->n_brokers || relay->n_brokers > MAX_BROKERS))
		err = conf_refuse(reader, setting, "\"%s\" must have 1 to %d brokers", key->name,
				  MAX_BROKERS);
	for (size_t i = 0; i < relay->n_brokers && !err; i++)
		for (size_t k = 0; k < i && !err; k++)
			if (!strcmp(relay->brokers[i].name, relay->brokers[k].name))
				err = conf_refuse(reader, setting, "there are two brokers \"%s\"",
						  relay->brokers[i].name);
	return err;
}

#define AT(field) .offset = offsetof(struct conf_relay, field)

static const struct conf_key keys[] = {
	{ "operator", conf_string, AT(operator_name), .required = true },
	{ "key", conf_path, AT(key), .max = MAX_PATH },
	{ "book", conf_path, AT(book), .max = MAX_PATH },
	{ "price", conf_uint, AT(price), .min = 0, .max = DESCRIPTOR_MAX_PRICE },
	{ "poll_interval", conf_seconds, AT(poll_ms), .min = 1, .max = 3600 },
	{ "code_calls", conf_uint, AT(code_calls), .min = 1, .max = 65536 },
	{ "standing", conf_bool, AT(standing) },
	{ "brokers", read_brokers, .offset = 0, .required = true },
	{ NULL },
};

int conf_relay(struct conf_reader *reader, const config_setting_t *setting,
	       const struct conf_key *key, void *to)
{
	struct conf_relay *relay = calloc(1, sizeof(*relay));
	struct conf *conf = to;

	conf->relay = relay;
	if (!relay)
		return -ENOMEM;
	if (!config_setting_is_group(setting))
		return conf_refuse(reader, setting, "\"%s\" must be a group: { key = value; ... }",
				   key->name);
	relay->price = 1;
	relay->poll_ms = 30000;
	relay->code_calls = 512;
	relay->standing = true;
	relay->key = strdup(DEFAULT_KEY);
	relay->book = strdup(DEFAULT_BOOK);
	if (!relay->key || !relay->book)
		return -ENOMEM;
	return conf_group(reader, (config_setting_t *)setting, keys, relay);
}

void conf_relay_free(struct conf_relay *relay)
{
	if (!relay)
		return;
	for (size_t i = 0; i < relay->n_brokers; i++) {
		free(relay->brokers[i].name);
		free(relay->brokers[i].url);
		free(relay->brokers[i].pin);
		free(relay->brokers[i].proxy);
	}
	free(relay->brokers);
	free(relay->operator_name);
	free(relay->key);
	free(relay->book);
	free(relay);
}
