// SPDX-License-Identifier: GPL-2.0
/* phonion reserve */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "protocol/number.h"
#include "protocol/token.h"
#include "sees.h"
#include "show.h"
#include "submit.h"
#include "timing.h"
#include "tools/lib/parse.h"
#include "tools/lib/secret.h"
#include "words.h"

struct order {
	const char *to, *window, *hops, *via, *from_carrier, *to_carrier;
	const char *region, *entry_region, *entry, *timing, *lead;
	bool dry_run, yes, explain;
	enum circuit_timing policy;
	uint32_t lead_ms;
	struct words vias, regions, entry_regions;
	struct plan plan;
	struct directories directories;
	struct circuit *circuit;
};

static int parse_entry(const char *text, enum path_entry *entry)
{
	static const char *const names[] = { "any", "own", "shared" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(text, names[i]))
			continue;
		*entry = i;
		return 0;
	}
	return -EINVAL;
}

static int check_numbers(struct client *client, struct order *order)
{
	const struct opts *opts = &client->opts;
	struct path_wish *wish = &order->plan.wish;
	uint64_t hops = client->settings.hops;

	if (!order->to || !order->window)
		return fail_usage(opts, "'reserve' needs --to NUMBER and --window WINDOW");
	if (!number_valid(order->to))
		return fail_usage(opts, "--to must be a number as +493012345: +, country and all");
	if (conf_number_emergency(order->to))
		return fail_usage(opts, "no relay dials an emergency number");
	if (order->hops && parse_uint(order->hops, 1, PATH_MAX_HOPS, &hops))
		return fail_usage(opts, "--hops must be 1 to %d", PATH_MAX_HOPS);
	if (order->entry && parse_entry(order->entry, &wish->entry))
		return fail_usage(opts, "--entry must be own, shared or any");
	if (order->timing && timing_parse(order->timing, &order->policy))
		return fail_usage(opts,
				  "--timing must be demand, linger, quantised, early or standby");
	if (order->lead && (parse_duration(order->lead, HOP_SPREAD_MAX_S * 1000, &order->lead_ms) ||
			    order->lead_ms < 1000))
		return fail_usage(opts,
				  "--lead must be a time such as 30s, at least 1s, at most 1h");
	if (order->lead && order->policy < CIRCUIT_EARLY)
		return fail_usage(opts, "--lead goes with --timing early or standby");
	if (order->policy == CIRCUIT_EARLY && hops < 2)
		return fail_usage(opts,
				  "--timing early needs two hops: one relay has no legs to others");
	wish->hops = hops;
	wish->to = order->to;
	wish->from_carrier = order->from_carrier ?: client->settings.from_carrier;
	wish->to_carrier = order->to_carrier ?: client->settings.to_carrier;
	return EXIT_DONE;
}

static int check_names(struct client *client, struct order *order)
{
	struct path_wish *wish = &order->plan.wish;

	if (words_split(&order->vias, order->via) || words_split(&order->regions, order->region) ||
	    words_split(&order->entry_regions, order->entry_region))
		return fail_usage(&client->opts, "more than %d words in a list", WORDS_MAX);
	if (order->vias.n > wish->hops)
		return fail_usage(&client->opts, "--via names more relays than there are hops");
	if ((wish->from_carrier && strlen(wish->from_carrier) >= DESCRIPTOR_NAME_SIZE) ||
	    (wish->to_carrier && strlen(wish->to_carrier) >= DESCRIPTOR_NAME_SIZE))
		return fail_usage(&client->opts, "a carrier's name is longer than any");
	wish->regions = order->regions.n ? order->regions.list : NULL;
	wish->entry_regions = order->entry_regions.n ? order->entry_regions.list : NULL;
	return EXIT_DONE;
}

/* "any" leaves a place free. */
static int pin_relays(struct client *client, struct order *order)
{
	for (unsigned int i = 0; i < order->vias.n; i++) {
		const struct known_relay *relay;

		if (!strcmp(order->vias.list[i], "any"))
			continue;
		relay = directories_relay(&order->directories, order->vias.list[i]);
		if (!relay)
			return fail(&client->opts, EXIT_NO_PATH, "'phonion relays' lists them.",
				    "no relay's key begins with '%s', or several do",
				    order->vias.list[i]);
		order->plan.wish.pins[i].relay = relay->descriptor->relay;
	}
	return EXIT_DONE;
}

/* What brokers can take at all; the dearest relays cost more tokens than one request may hold. */
static int check_window(struct client *client, struct order *order)
{
	const struct window *window = &order->circuit->window;
	uint64_t horizon = 0, now = time(NULL), most = 0;
	struct slots slots;

	for (unsigned int i = 0; i < order->directories.n; i++) {
		const struct directory *d = order->directories.of[i];

		if (!d)
			continue;
		if (slots_cover(&slots, d->slot_s, window->from, window->to))
			return fail(&client->opts, EXIT_NO_PATH, "Take a shorter window.",
				    "the window has more than %d slots of %u s", SLOT_MAX_COUNT,
				    d->slot_s);
		horizon = d->horizon_s > horizon ? d->horizon_s : horizon;
		most = slots.count > most ? slots.count : most;
	}
	if (window->to > now + horizon)
		return fail(&client->opts, EXIT_NO_PATH,
			    "Take an earlier window, or reserve later.",
			    "brokers take reservations %lu hours ahead and no further",
			    (unsigned long)(horizon / 3600));
	order->plan.wish.price_below = TOKEN_MAX_BATCH / most + 1;
	return EXIT_DONE;
}

static int make_circuit(struct client *client, struct order *order)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	const struct path_wish *wish = &order->plan.wish;
	struct circuit *circuit = circuit_new();

	if (!circuit)
		return fail(&client->opts, EXIT_REFUSED, NULL, "out of memory");
	order->circuit = circuit;
	circuit->building = true;
	circuit->timing = order->policy;
	circuit->lead_s = order->lead_ms / 1000;
	for (int i = 0; i < CIRCUIT_ID_LEN; i++)
		circuit->id[i] = letters[random_below(&client->random, sizeof(letters) - 1)];
	snprintf(circuit->to, sizeof(circuit->to), "%s", wish->to);
	snprintf(circuit->from_carrier, sizeof(circuit->from_carrier), "%s",
		 wish->from_carrier ?: "");
	snprintf(circuit->to_carrier, sizeof(circuit->to_carrier), "%s", wish->to_carrier ?: "");
	return EXIT_DONE;
}

static int choose(struct client *client, struct order *order)
{
	char why[PATH_WHY_SIZE];
	int err = plan_choose(&order->plan, order->circuit, 0, why);

	if (err == -ENOENT)
		return fail(&client->opts, EXIT_NO_PATH, NULL, "%s", why);
	if (err)
		return fail(&client->opts, EXIT_REFUSED, NULL, "%s", strerror(-err));
	if (order->plan.own_inner)
		warn(client,
		     "there are not enough shared numbers: a hop after the first has a number "
		     "of its own, and that it is booked in this window is public");
	if (!order->plan.exact)
		warn(client, "admissible paths are rare here, and this one was found by a bounded "
			     "search: it is easier to guess than others");
	return EXIT_DONE;
}

static int prepare(struct client *client, struct order *order)
{
	const char *error;
	int status = check_numbers(client, order);

	if (!status)
		status = check_names(client, order);
	if (!status)
		status = make_circuit(client, order);
	if (!status && window_parse(&order->circuit->window, order->window, time(NULL), &error))
		return fail_usage(&client->opts, "%s", error);
	if (!status && !order->dry_run && !order->yes &&
	    (client->opts.json || !isatty(STDIN_FILENO)))
		return fail_usage(&client->opts, "there is nobody to ask: use --yes or --dry-run");
	if (!status)
		status = state_open(client, false);
	if (!status)
		status = directories_get(client, &order->directories);
	if (!status)
		status = directories_round(client, &order->directories, &order->circuit->window);
	if (!status)
		status = check_window(client, order);
	if (!status)
		status = pin_relays(client, order);
	return status ? status : choose(client, order);
}

static int confirm(struct client *client)
{
	char answer[16] = "";

	printf("Reserve it? [y/N] ");
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return EXIT_DONE;
	return fail(&client->opts, EXIT_REFUSED, NULL, "nothing was reserved");
}

static void show_reserved(const struct circuit *circuit)
{
	show_export(circuit);
	printf("\nThe relays have not answered yet: 'phonion status %s' asks for it.\n",
	       circuit->id);
}

static int finish(struct client *client, struct order *order)
{
	json_t *sees = sees_json(client, order->circuit);
	json_t *explained = timing_explain(order->circuit, order->directories.n_relays);
	int status = EXIT_DONE;

	if (!client->opts.json) {
		show_hops(order->circuit);
		putchar('\n');
		sees_print(sees);
		putchar('\n');
		if (order->explain) {
			timing_print(explained);
			putchar('\n');
		}
	}
	if (!order->dry_run && !order->yes)
		status = confirm(client);
	if (!status && !order->dry_run)
		status = submit_provide(&order->plan, order->circuit);
	if (!status && !order->dry_run)
		status = submit_circuit(&order->plan, order->circuit);
	if (!status && client->opts.json) {
		json_t *json = show_json(order->circuit);

		/* It may have changed on the way. */
		json_object_set_new(json, "sees", sees_json(client, order->circuit));
		json_object_set_new(json, "dry_run", json_boolean(order->dry_run));
		if (order->explain)
			json_object_set(json, "explained", explained);
		status = out_json(&client->opts, json);
	} else if (!status) {
		if (!order->dry_run)
			show_reserved(order->circuit);
		status = out_end(&client->opts);
	}
	json_decref(sees);
	json_decref(explained);
	return status;
}

int cmd_reserve(struct client *client, int argc, char **argv)
{
	struct order order = { .plan = { .client = client, .directories = &order.directories } };
	const struct option_word words[] = {
		{ "--to", &order.to, NULL },
		{ "--window", &order.window, NULL },
		{ "--hops", &order.hops, NULL },
		{ "--via", &order.via, NULL },
		{ "--from-carrier", &order.from_carrier, NULL },
		{ "--to-carrier", &order.to_carrier, NULL },
		{ "--region", &order.region, NULL },
		{ "--entry-region", &order.entry_region, NULL },
		{ "--entry", &order.entry, NULL },
		{ "--timing", &order.timing, NULL },
		{ "--lead", &order.lead, NULL },
		{ "--explain", NULL, &order.explain },
		{ "--dry-run", NULL, &order.dry_run },
		{ "--yes", NULL, &order.yes },
		{ NULL, NULL, NULL },
	};
	int n = options_read(client, words, argc, argv), status;

	if (n < 0)
		return EXIT_USAGE;
	if (n != 1)
		return fail_usage(&client->opts, "'reserve' takes options only");
	status = prepare(client, &order);
	if (!status)
		status = finish(client, &order);
	directories_release(&order.directories);
	words_release(&order.vias);
	words_release(&order.regions);
	words_release(&order.entry_regions);
	secret_free(order.circuit);
	return status;
}
