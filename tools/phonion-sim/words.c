// SPDX-License-Identifier: GPL-2.0
/* phonion-sim: NAME VALUE pairs of the command line, and params, which lists them. */
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "tools/lib/parse.h"

enum kind { REAL, WHOLE, WIDE, CHOICE, SHARES };

static const char *const graphs[] = { "uniform", "social", NULL };
static const char *const durations[] = { "exponential", "lognormal", NULL };
static const char *const yes_no[] = { "no", "yes", NULL };

#define CIRCUIT(FIELD)	offsetof(struct request, sim.circuit.FIELD)
#define WORKLOAD(FIELD) offsetof(struct request, sim.workload.FIELD)
#define SIM(FIELD)	offsetof(struct request, sim.FIELD)

static const struct param {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *const *choices;
	const char *text;
} params[] = {
	{ "timing", CHOICE, CIRCUIT(timing), anonymity_timing_names, "when legs go up and down" },
	{ "path", CHOICE, CIRCUIT(path), anonymity_path_names, "how relays are chosen" },
	{ "hops", WHOLE, CIRCUIT(hops), NULL, "relays of a circuit" },
	{ "rate", REAL, CIRCUIT(calls_s), NULL, "calls a second through all relays" },
	{ "window", REAL, CIRCUIT(window_s), NULL, "starts are known to so many s" },
	{ "within", REAL, CIRCUIT(within_s), NULL, "durations are known to so many s" },
	{ "mean", REAL, CIRCUIT(mean_s), NULL, "a call's mean duration, s" },
	{ "linger", REAL, CIRCUIT(linger_s), NULL, "mean time that legs linger, s" },
	{ "slot", REAL, CIRCUIT(slot_s), NULL, "length of a slot, s" },
	{ "spread", REAL, SIM(spread_s), NULL, "standing legs go up within so many s" },
	{ "skew", REAL, SIM(skew_s), NULL, "carriers' clocks differ by up to so many s" },
	{ "shares", SHARES, 0, NULL, "the carriers' market shares, with commas" },
	{ "coalition", WHOLE, CIRCUIT(coalition), NULL, "carriers that work together" },
	{ "relays", WHOLE, CIRCUIT(relays), NULL, "relays in the directory" },
	{ "bad", WHOLE, CIRCUIT(bad), NULL, "corrupted relays" },
	{ "submit", REAL, CIRCUIT(submit_s), NULL, "a circuit is booked within so many s" },
	{ "repeats", WHOLE, SIM(repeats), NULL, "calls of the same two" },
	{ "people", WHOLE, SIM(people), NULL, "who may be called in repeated calls" },
	{ "subscribers", WHOLE, WORKLOAD(subscribers), NULL, "of all carriers" },
	{ "graph", CHOICE, WORKLOAD(graph), graphs, "who calls whom" },
	{ "community", WHOLE, WORKLOAD(community), NULL, "subscribers in a community" },
	{ "local", REAL, WORKLOAD(local), NULL, "part of contacts in one's community" },
	{ "durations", CHOICE, WORKLOAD(durations), durations, "how they are distributed" },
	{ "sigma", REAL, WORKLOAD(sigma), NULL, "of log-normal durations' logarithm" },
	{ "diurnal", CHOICE, WORKLOAD(diurnal), yes_no, "whether the rate follows the hours" },
	{ "calls", WIDE, offsetof(struct request, calls), NULL, "calls to generate ('run')" },
	{ "tries", WIDE, SIM(tries), NULL, "calls that are attacked" },
	{ "seed", WIDE, WORKLOAD(seed), NULL, "of all random numbers" },
	{ "threads", WHOLE, WORKLOAD(threads), NULL, "at a time; they change no result" },
};

#define N_PARAMS (sizeof(params) / sizeof(params[0]))

static int refuse(const struct opts *opts, const struct param *p, const char *given)
{
	return fail(opts, EXIT_USAGE, "'phonion-sim params' lists all parameters.",
		    "%s (%s) cannot be '%s'", p->name, p->text, given);
}

static int real(const char *s, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(s, &end);
	return errno || end == s || *end || !isfinite(*value) ? -EINVAL : 0;
}

static int choice(const struct param *p, const char *word)
{
	size_t n = p->choices == anonymity_timing_names ? ANONYMITY_TIMINGS
		   : p->choices == anonymity_path_names ? ANONYMITY_PATHS
							: 2;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(p->choices[i], word))
			return i;
	return -EINVAL;
}

/* Shares in any unit: they are made to sum to 1. */
static int shares(struct request *q, const char *word)
{
	double sum = 0;
	char *end;
	size_t n = 0;

	do {
		if (n == ANONYMITY_MAX_CARRIERS)
			return -EINVAL;
		q->shares[n] = strtod(word, &end);
		if (end == word || !(q->shares[n] > 0 && isfinite(q->shares[n])) ||
		    (*end && *end != ','))
			return -EINVAL;
		sum += q->shares[n++];
		word = end + 1;
	} while (*end);
	for (size_t i = 0; i < n; i++)
		q->shares[i] /= sum;
	q->sim.circuit.shares = q->shares;
	q->sim.circuit.carriers = n;
	return isfinite(sum) ? 0 : -EINVAL;
}

static int set(struct request *q, const struct param *p, const char *word)
{
	char *at = (char *)q + p->offset;
	uint64_t number;
	int err;

	switch (p->kind) {
	case REAL:
		return real(word, (double *)at);
	case SHARES:
		return shares(q, word);
	case CHOICE:
		err = choice(p, word);
		if (err < 0)
			return err;
		if (p->choices == yes_no)
			*(bool *)at = err;
		else
			*(unsigned int *)at = err;
		return 0;
	default:
		err = parse_uint(word, 0, p->kind == WHOLE ? UINT32_MAX : INT64_MAX, &number);
		if (err)
			return err;
		if (p->kind == WHOLE)
			*(uint32_t *)at = number;
		else
			*(uint64_t *)at = number;
		return 0;
	}
}

static const struct param *find(const char *name)
{
	for (size_t i = 0; i < N_PARAMS; i++)
		if (!strcmp(params[i].name, name))
			return &params[i];
	return NULL;
}

static void defaults(struct request *q)
{
	memset(q, 0, sizeof(*q));
	sim_init(&q->sim);
	q->calls = 1000000;
}

int sim_words(const struct opts *opts, struct request *q, int argc, char **argv)
{
	const struct param *p;
	const char *wrong;

	defaults(q);
	for (int i = 0; i < argc; i += 2) {
		p = find(argv[i]);
		if (!p)
			return fail(opts, EXIT_USAGE, "'phonion-sim params' lists all parameters.",
				    "there is no parameter '%s'", argv[i]);
		if (i + 1 == argc)
			return fail_usage(opts, "%s needs a value", argv[i]);
		if (set(q, p, argv[i + 1]))
			return refuse(opts, p, argv[i + 1]);
	}
	sim_settle(&q->sim);
	wrong = sim_check(&q->sim);
	return wrong ? fail_usage(opts, "%s", wrong) : EXIT_DONE;
}

static json_t *value(const struct request *q, const struct param *p)
{
	const char *at = (const char *)q + p->offset;
	json_t *list;

	switch (p->kind) {
	case REAL:
		return json_real(*(const double *)at);
	case WHOLE:
		return json_integer(*(const uint32_t *)at);
	case WIDE:
		return json_integer(*(const uint64_t *)at);
	case CHOICE:
		if (p->choices == yes_no)
			return json_boolean(*(const bool *)at);
		return json_string(p->choices[*(const unsigned int *)at]);
	default:
		list = json_array();
		for (unsigned int i = 0; i < q->sim.circuit.carriers; i++)
			json_array_append_new(list, json_real(q->sim.circuit.shares[i]));
		return list;
	}
}

json_t *sim_json(const struct request *q)
{
	json_t *json = json_object();

	for (size_t i = 0; i < N_PARAMS; i++)
		json_object_set_new(json, params[i].name, value(q, &params[i]));
	return json;
}

static void value_text(const struct request *q, const struct param *p, char *text, size_t size)
{
	const char *at = (const char *)q + p->offset;
	size_t n = 0;

	if (p->kind == SHARES) {
		for (unsigned int i = 0; i < q->sim.circuit.carriers && n < size; i++)
			n += snprintf(text + n, size - n, "%s%g", i ? "," : "",
				      q->sim.circuit.shares[i]);
		return;
	}
	if (p->kind == REAL)
		snprintf(text, size, "%g", *(const double *)at);
	else if (p->kind == CHOICE && p->choices == yes_no)
		snprintf(text, size, "%s", yes_no[*(const bool *)at]);
	else if (p->kind == CHOICE)
		snprintf(text, size, "%s", p->choices[*(const unsigned int *)at]);
	else
		snprintf(text, size, "%llu",
			 p->kind == WHOLE ? (unsigned long long)*(const uint32_t *)at
					  : (unsigned long long)*(const uint64_t *)at);
}

void sim_line(const struct request *q)
{
	char text[1024];
	int column = 0;

	for (size_t i = 0; i < N_PARAMS; i++) {
		value_text(q, &params[i], text, sizeof(text));
		if (column + strlen(params[i].name) + strlen(text) > 90) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%s %s", column ? "  " : "", params[i].name, text);
	}
	puts("\n");
}

int cmd_params(const struct opts *opts, int argc, char **argv)
{
	struct out_table t = { .heads = { "NAME", "DEFAULT", "WHAT" } };
	struct request q;
	char text[1024];

	if (argc > 1)
		return fail_usage(opts, "params: '%s' is too much", argv[1]);
	defaults(&q);
	if (opts->json)
		return out_json(opts, sim_json(&q));
	for (size_t i = 0; i < N_PARAMS; i++) {
		value_text(&q, &params[i], text, sizeof(text));
		out_row(&t);
		out_cell(&t, 0, "%s", params[i].name);
		out_cell(&t, 1, "%s", text);
		out_cell(&t, 2, "%s", params[i].text);
	}
	out_table(&t);
	return out_end(opts);
}
