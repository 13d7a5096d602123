// SPDX-License-Identifier: GPL-2.0
/* phonion: the callee's client. phonion.1 is the manual. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "phonion.h"
#include "state.h"
#include "tools/lib/parse.h"
#include "tools/lib/secret.h"

#define MAX_SPREAD_MS (3600 * 1000)

static const char help[] =
	"usage: phonion [-j] [OPTION]... COMMAND\n"
	"\n"
	"  broker add URL KEY [--name NAME] [--pin PIN | --ca]\n"
	"  broker remove NAME\n"
	"  broker list\n"
	"  tokens [--get N]        tokens at hand, by broker; get N more from each\n"
	"  relays [--region R,...] [--technology T,...] [--window W]\n"
	"  reserve --to NUMBER --window W [--hops N] [--via RELAY,...] [--from-carrier NAME]\n"
	"          [--to-carrier NAME] [--region R,...] [--entry-region R,...]\n"
	"          [--entry own|shared|any] [--timing demand|linger|quantised|early|standby]\n"
	"          [--lead DURATION] [--explain] [--dry-run] [--yes]\n"
	"  status [CIRCUIT] [--offline]\n"
	"  export CIRCUIT          what to tell the caller\n"
	"  cancel CIRCUIT\n"
	"  passphrase [--new-file FILE]\n"
	"\n"
	"A window is START/DURATION or START/END, local time: '2026-12-01 09:00/2h'.\n"
	"\n"
	"  -j, --json              JSON\n"
	"  --proxy URL             socks5h://HOST:PORT; nothing goes around it\n"
	"  --passphrase-file FILE  instead of asking for the passphrase\n"
	"  --spread DURATION       longest pause between requests, 0s for none\n"
	"  --config FILE, --state DIRECTORY\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 done, 1 refused, 2 wrong usage, 3 no admissible path, 4 a broker\n"
	"cannot be reached or is not who it should be, 5 passphrase or state, 6 waiting for\n"
	"relays, 7 a relay refuses.\n";

enum { OPT_PROXY = 256, OPT_PASSPHRASE, OPT_SPREAD, OPT_CONFIG, OPT_STATE };

static const struct option longs[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "proxy", required_argument, NULL, OPT_PROXY },
	{ "passphrase-file", required_argument, NULL, OPT_PASSPHRASE },
	{ "spread", required_argument, NULL, OPT_SPREAD },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "state", required_argument, NULL, OPT_STATE },
	{ NULL, 0, NULL, 0 },
};

static int cmd_help(struct client *client, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs(help, stdout);
	return out_end(&client->opts);
}

static const struct {
	const char *name;
	int (*run)(struct client *client, int argc, char **argv);
} commands[] = {
	{ "broker", cmd_broker },   { "tokens", cmd_tokens }, { "relays", cmd_relays },
	{ "reserve", cmd_reserve }, { "status", cmd_status }, { "export", cmd_export },
	{ "cancel", cmd_cancel },   { "help", cmd_help },     { "passphrase", cmd_passphrase },
};

static void say(const struct client *client, const char *kind, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	out_clean(text);
	fflush(stdout);
	if (client->opts.json) {
		json_t *line = json_pack("{s:s}", kind, text);

		out_json_line(stderr, line);
		json_decref(line);
	} else {
		fprintf(stderr, "%s%s\n", strcmp(kind, "warning") ? "" : "warning: ", text);
	}
}

void progress(const struct client *client, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(client, "progress", fmt, ap);
	va_end(ap);
}

void warn(const struct client *client, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(client, "warning", fmt, ap);
	va_end(ap);
}

/* Options overrule the file, whatever their order. */
struct given {
	const char *config, *proxy, *passphrase_file, *state, *spread;
};

static void overrule(char **setting, const char *given)
{
	if (!given)
		return;
	free(*setting);
	*setting = strdup(given);
}

static int apply(struct client *client, const struct given *given)
{
	struct settings *settings = &client->settings;
	const char *file = given->passphrase_file;
	char *error;
	int err = settings_read(settings, given->config, &error);

	if (err) {
		fail(&client->opts, EXIT_USAGE, "See phonion(1).", "%s",
		     error ? error : strerror(-err));
		free(error);
		return EXIT_USAGE;
	}
	overrule(&settings->passphrase_file, file ? file : getenv("PHONION_PASSPHRASE_FILE"));
	overrule(&settings->proxy, given->proxy);
	overrule(&settings->state_dir, given->state);
	if (given->proxy && settings_check_proxy(given->proxy))
		return fail_usage(&client->opts, "--proxy must be socks5h://HOST:PORT");
	if (given->spread && parse_duration(given->spread, MAX_SPREAD_MS, &settings->spread_ms))
		return fail_usage(&client->opts, "--spread must be a time such as 10s, at most 1h");
	return EXIT_DONE;
}

static int read_options(struct client *client, struct given *given, int argc, char **argv)
{
	int c;

	/* "+": what follows the command is the command's. */
	while ((c = getopt_long(argc, argv, "+:jh", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			client->opts.json = true;
			break;
		case 'h':
			exit(cmd_help(client, 0, NULL));
		case OPT_PROXY:
			given->proxy = optarg;
			break;
		case OPT_PASSPHRASE:
			given->passphrase_file = optarg;
			break;
		case OPT_SPREAD:
			given->spread = optarg;
			break;
		case OPT_CONFIG:
			given->config = optarg;
			break;
		case OPT_STATE:
			given->state = optarg;
			break;
		case ':':
			return fail_usage(&client->opts, "%s needs a value", argv[optind - 1]);
		default:
			return fail_usage(&client->opts, "unknown option '%s'", argv[optind - 1]);
		}
	}
	return EXIT_DONE;
}

static int run(struct client *client, int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, argv[0]))
			return commands[i].run(client, argc, argv);
	return fail_usage(&client->opts, "unknown command '%s'", argv[0]);
}

int main(int argc, char **argv)
{
	struct client client = { 0 };
	struct given given = { 0 };
	bool locked;
	int status;

	log_init(LOG_LVL_WARN);
	locked = secret_init();
	status = read_options(&client, &given, argc, argv);
	if (!status && optind == argc) {
		fputs(help, stderr);
		status = EXIT_USAGE;
	}
	if (!status && !locked)
		warn(&client, "memory cannot be locked, and secrets may reach the swap; raise the "
			      "limit (ulimit -l)");
	if (!status)
		status = apply(&client, &given);
	if (!status)
		status = run(&client, argc - optind, argv + optind);
	state_close(&client);
	settings_release(&client.settings);
	random_wipe(&client.random);
	secret_end();
	return status;
}
