// SPDX-License-Identifier: GPL-2.0
/* phonion-mos legs: the E-model from a relay's counters, `phonionctl -j leg`. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mos.h"

/* A jitter buffer holds so many times the jitter that RTCP has (RFC 3550), which is a mean. */
#define HELD	     2
#define UNITS_PER_MS 8

/* What one leg's counters say of what has arrived at it. */
struct arrived {
	json_int_t packets, lost;
	double percent, jitter_ms;
};

static int read_legs(const struct opts *opts, const char *path, json_t **legs)
{
	bool input = !strcmp(path, "-");
	json_error_t error;
	json_t *one;

	*legs = input ? json_loadf(stdin, 0, &error) : json_load_file(path, 0, &error);
	if (json_is_object(*legs) && json_is_object(json_object_get(*legs, "stats"))) {
		one = *legs;
		*legs = json_pack("[o]", one);
	}
	if (json_is_array(*legs))
		return EXIT_DONE;
	json_decref(*legs);
	return fail(opts, EXIT_REFUSED, "It is to be what 'phonionctl -j leg' prints.",
		    "%s has no legs in it", input ? "the input" : path);
}

/* A counter, which a leg that has received nothing may be without. */
static int counter(json_int_t *value, const json_t *stats, const char *name, bool needed)
{
	const json_t *json = json_object_get(stats, name);

	*value = json_integer_value(json);
	return json_is_integer(json) || (!json && !needed) ? 0 : -EINVAL;
}

static int read_leg(struct arrived *arrived, const json_t *leg)
{
	const json_t *stats = json_object_get(leg, "stats");
	json_int_t jitter;

	if (!json_is_integer(json_object_get(leg, "id")) ||
	    counter(&arrived->packets, stats, "rx_packets", true) ||
	    counter(&arrived->lost, stats, "rx_lost", arrived->packets) ||
	    counter(&jitter, stats, "rx_jitter", arrived->packets))
		return -EINVAL;
	/* Packets that came twice make it negative. */
	arrived->lost = arrived->lost < 0 ? 0 : arrived->lost;
	arrived->jitter_ms = (double)jitter / UNITS_PER_MS;
	if (arrived->packets < 0 || jitter < 0)
		return -EINVAL;
	arrived->percent =
		arrived->lost ? 100.0 * arrived->lost / ((double)arrived->packets + arrived->lost)
			      : 0;
	return 0;
}

/* Rated as if a telephone listened where the leg is. */
static void rate_leg(struct emodel *model, const struct arrived *arrived)
{
	model->ppl = arrived->percent;
	model->ta += HELD * arrived->jitter_ms;
	if (model->t > 0)
		model->t += HELD * arrived->jitter_ms;
}

static json_t *leg_report(const struct emodel *given, const json_t *leg, const struct arrived *a)
{
	struct emodel model = *given;
	json_t *rating = NULL;

	rate_leg(&model, a);
	if (a->packets)
		rating = rating_json(&model);
	return json_pack("{s:O,s:I,s:I,s:f,s:f,s:f,s:o*}", "id", json_object_get(leg, "id"),
			 "packets", a->packets, "lost_packets", a->lost, "lost", a->percent,
			 "jitter_ms", a->jitter_ms, "delay_ms", model.ta, "emodel", rating);
}

static void print(const json_t *reports)
{
	struct out_table t = { .heads = { "LEG", "PACKETS", "LOST %", "JITTER MS", "DELAY MS", "R",
					  "MOS", "NOTE" } };
	const json_t *report, *rating;
	size_t i;

	json_array_foreach(reports, i, report) {
		rating = json_object_get(report, "emodel");
		out_row(&t);
		out_cell(&t, 0, "%lld", json_integer_value(json_object_get(report, "id")));
		out_cell(&t, 1, "%lld", json_integer_value(json_object_get(report, "packets")));
		out_cell(&t, 2, "%.2f", json_number_value(json_object_get(report, "lost")));
		out_cell(&t, 3, "%.1f", json_number_value(json_object_get(report, "jitter_ms")));
		out_cell(&t, 4, "%.1f", json_number_value(json_object_get(report, "delay_ms")));
		if (!rating) {
			out_cell(&t, 7, "nothing has arrived");
			continue;
		}
		out_cell(&t, 5, "%.1f", json_number_value(json_object_get(rating, "r")));
		out_cell(&t, 6, "%.2f", json_number_value(json_object_get(rating, "mos")));
		if (json_object_get(rating, "outside"))
			out_cell(&t, 7, "%s is outside of the E-model's range",
				 out_str(rating, "outside"));
	}
	out_table(&t);
}

int cmd_legs(const struct opts *opts, int argc, char **argv)
{
	/* An even number of words: the first is a file. */
	bool named = argc % 2 == 0;
	json_t *legs, *leg, *reports;
	struct arrived arrived;
	struct emodel model;
	size_t i;
	int status;

	emodel_init(&model);
	status = model_words(opts, &model, argc - 1 - named, argv + 1 + named);
	if (!status)
		status = read_legs(opts, named ? argv[1] : "-", &legs);
	if (status)
		return status;
	reports = json_array();
	json_array_foreach(legs, i, leg) {
		if (read_leg(&arrived, leg)) {
			status = fail(opts, EXIT_REFUSED,
				      "It is to be what 'phonionctl -j leg' prints.",
				      "leg %zu of the input has not the counters that it needs",
				      i + 1);
			break;
		}
		json_array_append_new(reports, leg_report(&model, leg, &arrived));
	}
	if (!status && opts->json)
		status = out_json(opts, json_incref(reports));
	else if (!status)
		print(reports);
	json_decref(reports);
	json_decref(legs);
	return status ? status : out_end(opts);
}
