// SPDX-License-Identifier: GPL-2.0
/* phonion-sim table: every way to call, and what each adversary makes of it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "tools/sim/alternatives.h"

static const char *const adversaries[] = { "subscriber",     "carrier", "carriers",
					   "all-carriers",   "relays",	"carriers-relays",
					   "carriers-broker" };

#define COLUMNS (sizeof(adversaries) / sizeof(adversaries[0]))

/* The attack on a single call that gets most. Several calls of the same two are another matter. */
static const struct finding *best(const struct findings *f, const char *system,
				  const char *adversary)
{
	const struct finding *most = NULL;

	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->list[i].system, system) || strcmp(f->list[i].adversary, adversary) ||
		    !strcmp(f->list[i].attack, "intersection") ||
		    !strcmp(f->list[i].attack, "disclosure"))
			continue;
		if (!most || tally_rate(&f->list[i].tally) > tally_rate(&most->tally))
			most = &f->list[i];
	}
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
			one = best(f, f->list[i].system, adversaries[a]);
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
	err = alternatives_attack(&q.sim, &findings);
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
