// SPDX-License-Identifier: GPL-2.0
/* phonion-sim attack --cdr: who calls whom, by carriers' records in files. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "tools/sim/cdr.h"

struct report {
	bool json;
	const char *attack;
	const char *source; /* of whose calls; NULL: everybody's */
	json_t *links;
	struct out_table table;
};

static void add_link(const struct cdr_link *link, void *arg)
{
	struct report *r = arg;
	struct out_table *t = &r->table;

	json_array_append_new(r->links,
			      json_pack("{s:s,s:s,s:s,s:f,s:i,s:f}", "attack", r->attack, "source",
					link->first->source, "destination", link->last->destination,
					"start", link->first->start, "records", link->records,
					"chance", link->chance));
	if (r->json)
		return;
	out_row(t);
	out_cell(t, 0, "%s", r->attack);
	out_cell(t, 1, "%s", link->first->source);
	out_cell(t, 2, "%s", link->last->destination);
	out_cell(t, 3, "%.3f", link->first->start);
	out_cell(t, 4, "%u", link->records);
	out_cell(t, 5, "%.4f", link->chance);
}

static void attack(const struct cdrs *cdrs, const struct request *q, struct report *r)
{
	struct cdr_fit fit = { q->sim.circuit.window_s, q->sim.circuit.within_s, false, r->source };

	r->attack = "one record";
	cdrs_direct(cdrs, &fit, add_link, r);
	r->attack = "ends, start";
	cdrs_ends(cdrs, &fit, add_link, r);
	r->attack = "chain, start";
	cdrs_chains(cdrs, &fit, add_link, r);
	fit.durations = true;
	r->attack = "ends, start+duration";
	cdrs_ends(cdrs, &fit, add_link, r);
	r->attack = "chain, start+duration";
	cdrs_chains(cdrs, &fit, add_link, r);
	r->attack = "ends, slot";
	if (r->source)
		cdrs_slot(cdrs, &fit, add_link, r);
}

static int show(const struct opts *opts, const struct cdrs *cdrs, const struct request *q,
		const char *source)
{
	struct report r = { .json = opts->json,
			    .source = source,
			    .links = json_array(),
			    .table = { .heads = { "ATTACK", "FROM", "TO", "START", "RECORDS",
						  "CHANCE" } } };

	attack(cdrs, q, &r);
	if (opts->json)
		return out_json(opts,
				json_pack("{s:I,s:i,s:f,s:f,s:o}", "records", (json_int_t)cdrs->n,
					  "files", cdrs->files, "window", q->sim.circuit.window_s,
					  "within", q->sim.circuit.within_s, "links", r.links));
	printf("%zu records of %u carriers; start to within %g s, duration to within %g s\n\n",
	       cdrs->n, cdrs->files, q->sim.circuit.window_s, q->sim.circuit.within_s);
	if (json_array_size(r.links))
		out_table(&r.table);
	else
		puts("They link nobody with anybody.");
	json_decref(r.links);
	return out_end(opts);
}

static int read_file(const struct opts *opts, struct cdrs *cdrs, const char *path)
{
	unsigned int line;
	int err = cdrs_read(cdrs, path, &line);

	if (err == -EBADMSG)
		return fail(
			opts, EXIT_REFUSED,
			"A record is start|end|duration|source|name|address|destination|name|address.",
			"%s, line %u, is not a call detail record", path, line);
	return err ? fail(opts, EXIT_REFUSED, "Give the files of all carriers.",
			  "cannot read %s: %s", path, strerror(-err))
		   : EXIT_DONE;
}

static bool is_param(const char *word)
{
	return !strcmp(word, "window") || !strcmp(word, "within") || !strcmp(word, "from");
}

/* "from"; "window" and "within", which here have no clocks' skew to leave room for. */
static int fit_words(const struct opts *opts, struct request *q, const char **source, int argc,
		     char **argv)
{
	char *words[6] = { "skew", "0" };
	int n = 2;

	for (; argc > 0; argc -= 2, argv += 2) {
		if (!is_param(argv[0]) || n == 6)
			return fail_usage(opts, "--cdr takes files, then window, within and from");
		if (argc == 1)
			return fail_usage(opts, "%s needs a value", argv[0]);
		if (!strcmp(argv[0], "from")) {
			*source = argv[1];
			continue;
		}
		words[n++] = argv[0];
		words[n++] = argv[1];
	}
	return sim_words(opts, q, n, words);
}

int attack_files(const struct opts *opts, int argc, char **argv)
{
	const char *source = NULL;
	struct cdrs cdrs = { 0 };
	struct request q;
	int n = 0, status;

	while (n < argc && !is_param(argv[n]))
		n++;
	if (!n)
		return fail_usage(opts, "--cdr needs files");
	status = fit_words(opts, &q, &source, argc - n, argv + n);
	for (int i = 0; !status && i < n; i++)
		status = read_file(opts, &cdrs, argv[i]);
	if (!status && cdrs_order(&cdrs))
		status = fail_sim(opts, -ENOMEM);
	if (!status)
		status = show(opts, &cdrs, &q, source);
	cdrs_free(&cdrs);
	return status;
}
