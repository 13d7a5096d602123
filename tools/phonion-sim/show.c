// SPDX-License-Identifier: GPL-2.0
/* Findings, each with its closed form beside it. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

int fail_sim(const struct opts *opts, int err)
{
	return fail(opts, EXIT_REFUSED,
		    err == -ENOMEM
			    ? "Ask for fewer tries or calls; where the rate follows the hours, "
			      "for a lower one."
			    : "Ask for fewer tries or calls, or a higher rate.",
		    err == -ENOMEM ? "there is not enough memory"
				   : "the calls would take more than 30 years");
}

static bool all_agree(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (!finding_agrees(&findings->list[i]))
			return false;
	return true;
}

json_t *sim_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *finding_json(const struct finding *f)
{
	double low, high;

	tally_interval(&f->tally, &low, &high);
	return json_pack("{s:s,s:s,s:s,s:I,s:I,s:f,s:f,s:f,s:o,s:b,s:b,s:b,s:o,s:o,s:o}", "system",
			 f->system, "adversary", f->adversary, "attack", f->attack, "tries",
			 (json_int_t)f->tally.tries, "hits", (json_int_t)f->tally.hits, "success",
			 tally_rate(&f->tally), "low", low, "high", high, "predicted",
			 sim_number(f->predicted), "at_least", f->at_least, "agrees",
			 finding_agrees(f), "again", f->again, "entropy",
			 f->tally.seen ? json_real(tally_entropy(&f->tally)) : json_null(),
			 "anonymity_set",
			 f->tally.seen ? json_real(tally_set(&f->tally)) : json_null(),
			 "min_entropy", sim_number(tally_min_entropy(&f->tally)));
}

static void row(struct out_table *t, const struct finding *f)
{
	double low, high;

	tally_interval(&f->tally, &low, &high);
	out_row(t);
	out_cell(t, 0, "%s", f->system);
	out_cell(t, 1, "%s", f->adversary);
	out_cell(t, 2, "%s", f->attack);
	if (isnan(f->predicted))
		out_cell(t, 3, "-");
	else
		out_cell(t, 3, "%s%.6f", f->at_least ? ">= " : "", f->predicted);
	out_cell(t, 4, "%.6f", tally_rate(&f->tally));
	out_cell(t, 5, "%.6f-%.6f", low, high);
	out_cell(t, 6, "%s", isnan(f->predicted) ? "-" : finding_agrees(f) ? "yes" : "NO");
	if (f->tally.seen)
		out_cell(t, 7, "%.2f (%.1f)", tally_entropy(&f->tally), tally_set(&f->tally));
	else
		out_cell(t, 7, "-");
	out_cell(t, 8, "%.2f", tally_min_entropy(&f->tally));
}

int show_verdict(const struct opts *opts, const struct findings *findings)
{
	if (all_agree(findings))
		return EXIT_DONE;
	return fail(opts, EXIT_DISAGREES,
		    "By chance one figure in ten thousand is: try another seed.",
		    "a closed form is outside of the interval, twice");
}

int show_findings(const struct opts *opts, const struct request *q, const struct findings *findings)
{
	struct out_table t = { .heads = { "SYSTEM", "ADVERSARY", "ATTACK", "PREDICTED", "SIMULATED",
					  "99%", "AGREES", "BITS (SET)", "MIN-ENTROPY" } };
	bool agree = all_agree(findings);
	json_t *list = json_array();
	int status;

	if (opts->json) {
		for (size_t i = 0; i < findings->n; i++)
			json_array_append_new(list, finding_json(&findings->list[i]));
		status = out_json(opts, json_pack("{s:o,s:b,s:o}", "parameters", sim_json(q),
						  "agrees", agree, "findings", list));
	} else {
		json_decref(list);
		sim_line(q);
		for (size_t i = 0; i < findings->n; i++)
			row(&t, &findings->list[i]);
		out_table(&t);
		status = out_end(opts);
	}
	return status ? status : show_verdict(opts, findings);
}
