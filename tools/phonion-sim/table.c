// SPDX-License-Identifier: GPL-2.0
/* phonion-sim table: every way to call, and what each adversary makes of it. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "tools/sim/alternatives.h"

enum { CARRIER = 1, CARRIERS, ALL, RELAYS };

/* Who has another's records too does at least as well: he can do what that one does. */
static const struct adversary {
	const char *name;
	unsigned int has[2]; /* places in this list; 0: none */
} adversaries[] = {
	{ "subscriber", { 0 } },
	[CARRIER] = { "carrier", { 0 } },
	[CARRIERS] = { "carriers", { CARRIER } },
	[ALL] = { "all-carriers", { CARRIERS } },
	[RELAYS] = { "relays", { 0 } },
	{ "carriers-relays", { ALL, RELAYS } },
	{ "carriers-broker", { ALL } },
};

#define COLUMNS (sizeof(adversaries) / sizeof(adversaries[0]))

static const struct finding *better(const struct finding *a, const struct finding *b)
{
	return !a || (b && tally_rate(&b->tally) > tally_rate(&a->tally)) ? b : a;
}

/* The attack on a single call that gets most. Several calls of the same two are another matter. */
static const struct finding *best(const struct findings *f, const char *system,
				  const struct adversary *who)
{
	const struct finding *most = NULL;

	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->list[i].system, system) &&
		    !strcmp(f->list[i].adversary, who->name) &&
		    strcmp(f->list[i].attack, "intersection") &&
		    strcmp(f->list[i].attack, "disclosure"))
			most = better(most, &f->list[i]);
	for (int i = 0; i < 2; i++)
		if (who->has[i])
			most = better(most, best(f, system, &adversaries[who->has[i]]));
	return most;
}

static void print(const struct findings *f)
{
	struct out_table t = { .heads = { "SYSTEM", "SUBSCRIBER", "CARRIER", "CARRIERS",
					  "ALL CARRIERS", "RELAYS", "CARR.+RELAYS",
					  "CARR.+BROKER" } };
	const struct finding *one;

	for (size_t i = 0; i < f->n; i++) {
		if (i && !strcmp(f->list[i].system, f->list[i - 1].system))
			continue;
		out_row(&t);
		out_cell(&t, 0, "%s", f->list[i].system);
		for (size_t a = 0; a < COLUMNS; a++) {
			one = best(f, f->list[i].system, &adversaries[a]);
			if (one)
				out_cell(&t, a + 1, "%.4f", tally_rate(&one->tally));
			else
				out_cell(&t, a + 1, "-");
		}
	}
	out_table(&t);
}

static int sum_up(const struct opts *opts, const struct findings *f)
{
	size_t forms = 0, again = 0, missed = 0;

	for (size_t i = 0; i < f->n; i++) {
		forms += !isnan(f->list[i].predicted);
		again += f->list[i].again;
		missed += !finding_agrees(&f->list[i]);
	}
	printf("\n%zu figures have a closed form; %zu missed it at first, %zu twice\n", forms,
	       again, missed);
	return out_end(opts);
}

/* For who waits before a terminal. */
static void begins(const char *name)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%s...\n", name);
}

int cmd_table(const struct opts *opts, int argc, char **argv)
{
	struct findings findings = { 0 };
	struct request q;
	int status, err;

	status = sim_words(opts, &q, argc - 1, argv + 1);
	if (status)
		return status;
	if (q.sim.circuit.relays < 5)
		return fail_usage(opts, "circuits of 5 hops need 5 relays or more");
	err = alternatives_attack(&q.sim, &findings, begins);
	if (err) {
		status = fail_sim(opts, err);
	} else if (opts->json) {
		status = show_findings(opts, &q, &findings);
	} else {
		sim_line(&q);
		print(&findings);
		status = sum_up(opts, &findings);
		if (!status)
			status = show_verdict(opts, &findings);
	}
	findings_free(&findings);
	return status;
}
