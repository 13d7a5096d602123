// SPDX-License-Identifier: GPL-2.0
/* phonion-sim predict: the closed forms alone. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "tools/sim/attacks.h"

/* By the hours of a day, if they differ: a call is in one with a chance that is as its rate. */
static void over_day(struct anonymity_prediction *p, const struct sim *sim)
{
	struct anonymity_circuit c = sim->circuit;
	struct anonymity_prediction hour;
	double part;

	anonymity_predict(p, &c);
	if (!sim->workload.diurnal)
		return;
	memset(p->link, 0, sizeof(p->link));
	for (unsigned int h = 0; h < 24; h++) {
		part = workload_hour(&sim->workload, h);
		c.calls_s = sim->circuit.calls_s * part;
		anonymity_predict(&hour, &c);
		for (int i = 0; i < ANONYMITY_CLASSES; i++)
			p->link[i] += hour.link[i] * part / 24;
	}
}

/* As the simulation's findings: who goes by durations has a closed form only for some of them. */
static void predict(struct anonymity_prediction *p, const struct sim *sim)
{
	over_day(p, sim);
	if (match_has_form(sim))
		return;
	for (int i = 0; i < ANONYMITY_CLASSES; i++)
		if (i != ANONYMITY_SUBSCRIBER && i != ANONYMITY_BROKER)
			p->link[i] = NAN;
}

static json_t *predict_json(const struct anonymity_prediction *p)
{
	json_t *links = json_object();

	for (int i = 0; i < ANONYMITY_CLASSES; i++)
		json_object_set_new(links, anonymity_class_names[i], sim_number(p->link[i]));
	return json_pack("{s:o,s:f,s:f,s:f}", "link", links, "same_carrier", p->same_carrier,
			 "some_carrier", p->some_carrier, "leg_minutes", p->leg_minutes);
}

int cmd_predict(const struct opts *opts, int argc, char **argv)
{
	struct out_table t = { .heads = { "ADVERSARY", "LINKS", "SEES" } };
	struct anonymity_prediction p;
	struct request q;
	int status;

	status = sim_words(opts, &q, argc - 1, argv + 1);
	if (status)
		return status;
	predict(&p, &q.sim);
	if (opts->json)
		return out_json(opts, predict_json(&p));
	for (int i = 0; i < ANONYMITY_CLASSES; i++) {
		out_row(&t);
		out_cell(&t, 0, "%s", anonymity_class_names[i]);
		if (isnan(p.link[i]))
			out_cell(&t, 1, "-");
		else
			out_cell(&t, 1, "%.6f", p.link[i]);
		out_cell(&t, 2, "%s", anonymity_class_sees[i]);
	}
	out_table(&t);
	printf("\nsome carrier has records of both ends' links: %.4f; both ends are its own: %.4f\n"
	       "legs are up for %.1f minutes for one call\n",
	       p.some_carrier, p.same_carrier, p.leg_minutes);
	return out_end(opts);
}
