// SPDX-License-Identifier: GPL-2.0
/*
 * The options of a command: anywhere among its words, as --name VALUE or
 * --name=VALUE; behind -- there are none.
 */
#include <string.h>

#include "crypto/base64url.h"
#include "crypto/sign.h"
#include "phonion.h"

static const struct option_word *find(const struct option_word *words, const char *arg, size_t len)
{
	for (; words->name; words++)
		if (strlen(words->name) == len && !strncmp(words->name, arg, len))
			return words;
	return NULL;
}

/* How many arguments it took, or -1. */
static int take(struct client *client, const struct option_word *words, char **argv)
{
	size_t len = strcspn(argv[0], "=");
	const struct option_word *word = find(words, argv[0], len);
	const char *value = argv[0][len] ? argv[0] + len + 1 : NULL;

	if (!word) {
		fail_usage(&client->opts, "unknown option '%s'", argv[0]);
		return -1;
	}
	if (word->flag) {
		*word->flag = true;
		return 1;
	}
	if (!value && !argv[1]) {
		fail_usage(&client->opts, "%s needs a value", word->name);
		return -1;
	}
	*word->value = value ? value : argv[1];
	return value ? 1 : 2;
}

/* One key in 64 begins with a -. */
static bool is_key(const char *arg)
{
	uint8_t key[SIGN_KEY_LEN];

	return !base64url_exact(key, sizeof(key), arg);
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] && !is_key(arg);
}

int options_read(struct client *client, const struct option_word *words, int argc, char **argv)
{
	bool options = true;
	int kept = 0;

	for (int i = 0; i < argc;) {
		int n = 1;

		if (options && !strcmp(argv[i], "--"))
			options = false;
		else if (options && is_option(argv[i]))
			n = take(client, words, argv + i);
		else
			argv[kept++] = argv[i];
		if (n < 0)
			return -1;
		i += n;
	}
	return kept;
}
