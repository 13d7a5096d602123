// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "conf/value.h"
#include "path/path.h"
#include "settings.h"

#define MAX_PATH 1024

int settings_check_proxy(const char *proxy)
{
	static const char scheme[] = "socks5h://";
	const char *host = proxy + sizeof(scheme) - 1, *port;

	if (strncmp(proxy, scheme, sizeof(scheme) - 1))
		return -EINVAL;
	port = strrchr(host, ':');
	if (!port || port == host || port[1] == '\0' ||
	    strspn(port + 1, "0123456789") != strlen(port + 1))
		return -EINVAL;
	return strpbrk(host, "/@ ") ? -EINVAL : 0;
}

static int copy(char **to, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static CONF_VALUE(read_proxy)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (settings_check_proxy(text))
		return conf_refuse(reader, setting, "\"%s\" must be \"socks5h://HOST:PORT\"",
				   key->name);
	return copy(to, text);
}

static CONF_VALUE(read_carrier)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	(void)key;
	return text ? copy(to, text) : err;
}

#define AT(field) .offset = offsetof(struct settings, field)

static const struct conf_key keys[] = {
	{ "proxy", read_proxy, AT(proxy) },
	{ "state", conf_path, AT(state_dir), .max = MAX_PATH },
	{ "passphrase_file", conf_path, AT(passphrase_file), .max = MAX_PATH },
	{ "from_carrier", read_carrier, AT(from_carrier) },
	{ "to_carrier", read_carrier, AT(to_carrier) },
	{ "spread", conf_seconds, AT(spread_ms), .min = 0, .max = 3600 },
	{ "timeout", conf_seconds, AT(timeout_ms), .min = 1, .max = 600 },
	{ "hops", conf_uint, AT(hops), .min = 1, .max = PATH_MAX_HOPS },
	{ "scrypt", conf_uint, AT(scrypt), .min = 14, .max = 20 },
	{ NULL },
};

/* $VARIABLE/phonion, or ~/FALLBACK/phonion (XDG Base Directory Specification). */
static char *xdg(const char *variable, const char *fallback, const char *file)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	char *path = NULL;

	if (base && base[0] == '/') {
		if (asprintf(&path, "%s/phonion%s", base, file) < 0)
			return NULL;
	} else if (asprintf(&path, "%s/%s/phonion%s", home ? home : "/", fallback, file) < 0) {
		return NULL;
	}
	return path;
}

int settings_read(struct settings *settings, const char *file, char **error)
{
	char *usual = xdg("XDG_CONFIG_HOME", ".config", "/phonion.conf");
	struct conf_reader reader = { .file = file ? file : usual, .manual = "phonion(1)" };
	int err = 0;

	*error = NULL;
	*settings = (struct settings){
		.state_dir = xdg("XDG_DATA_HOME", ".local/share", ""),
		.spread_ms = 10000,
		.timeout_ms = 60000,
		.hops = 3,
		.scrypt = 17,
	};
	if (!usual || !settings->state_dir)
		err = -ENOMEM;
	/* One that is there and cannot be read must not pass for none. */
	else if (file || !access(usual, F_OK) || errno != ENOENT)
		err = conf_file(&reader, keys, NULL, settings);
	*error = reader.error;
	free(usual);
	return err;
}

void settings_release(struct settings *settings)
{
	free(settings->proxy);
	free(settings->state_dir);
	free(settings->passphrase_file);
	free(settings->from_carrier);
	free(settings->to_carrier);
}
