/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration file, ~/.config/phonion/phonion.conf; phonion.1 explains each key. */
#ifndef PHONION_SETTINGS_H
#define PHONION_SETTINGS_H

#include <stdint.h>

struct settings {
	char *proxy; /* socks5h://HOST:PORT; NULL: none */
	char *state_dir;
	char *passphrase_file; /* NULL: ask at the terminal */
	char *from_carrier, *to_carrier;
	uint32_t spread_ms;  /* longest pause between two requests that belong together */
	uint32_t timeout_ms; /* for a request */
	unsigned int hops;
	unsigned int scrypt; /* log2 of its cost, for new passphrases */
};

/*
 * FILE NULL: the usual one, which may be missing. On error *ERROR is a sentence
 * to be freed, and what was read is not to be relied on: a proxy may be missing.
 */
int settings_read(struct settings *settings, const char *file, char **error);
void settings_release(struct settings *settings);
/* "socks5h://HOST:PORT": by anything else, names would be looked up around the proxy. */
int settings_check_proxy(const char *proxy);

#endif
