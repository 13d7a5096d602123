// SPDX-License-Identifier: GPL-2.0
/* phonion-mos compare: what two recordings tell of a call. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mos.h"
#include "other.h"
#include "tools/mos/compare.h"
#include "tools/mos/loudness.h"

struct request {
	const char *reference, *degraded, *other;
	struct emodel model;
};

struct report {
	struct compared c;
	struct emodel model; /* with the loss that was found */
	bool has_other;
	double other;
};

static double ms(long samples)
{
	return 1000.0 * samples / SOUND_RATE;
}

static int read_one(const struct opts *opts, struct sound *sound, const char *path)
{
	const char *why, *hint;

	if (!sound_read(sound, path, &why, &hint))
		return EXIT_DONE;
	return fail(opts, EXIT_REFUSED,
		    hint ? hint : "Give what was said first, then what was heard.", "%s %s", path,
		    why);
}

static int explain(const struct opts *opts, const struct request *q, int err)
{
	if (err == -ENODATA)
		return fail(opts, EXIT_REFUSED, "Give a recording with speech first.",
			    "%s is silent", q->reference);
	if (err == -ENOMSG)
		return fail(opts, EXIT_REFUSED,
			    "Are they of one call? The reference comes first, then what was heard.",
			    "nothing of %s is found in %s", q->reference, q->degraded);
	return fail(opts, EXIT_REFUSED, NULL, "cannot compare: %s", strerror(-err));
}

static int ask_other(const struct opts *opts, const struct request *q, struct report *report)
{
	int err;

	if (!q->other)
		return EXIT_DONE;
	err = other_score(&report->other, q->other, q->reference, q->degraded);
	report->has_other = !err;
	if (!err)
		return EXIT_DONE;
	return fail(opts, EXIT_REFUSED, "Run it by hand; %r and %d in it stand for the recordings.",
		    err == -ENODATA ? "'%s' printed no number" : "'%s' cannot be run, or failed",
		    q->other);
}

static int measure(const struct opts *opts, const struct request *q, struct report *report)
{
	struct sound said, heard;
	int status, err;

	status = read_one(opts, &said, q->reference);
	if (status)
		return status;
	status = read_one(opts, &heard, q->degraded);
	if (status)
		goto err_said;
	err = compare(&report->c, &said, &heard);
	if (err)
		status = explain(opts, q, err);
	sound_free(&heard);
err_said:
	sound_free(&said);
	return status;
}

static json_t *report_json(const struct report *r)
{
	const struct differ *d = &r->c.differ;
	const struct align *a = &r->c.align;
	double own = loudness_r(r->c.difference);
	json_t *json = json_pack(
		"{s:f,s:f,s:f,s:i,s:f,s:b,s:f,s:b,s:I,s:I,s:f,s:f,s:f,s:f,s:f,s:{s:f,s:f},s:o}",
		"delay_ms", ms(a->lag), "delay_min_ms", ms(a->lag_min), "delay_max_ms",
		ms(a->lag_max), "delay_changes", a->steps, "level_db", -20 * log10(fabs(a->gain)),
		"inverted", a->inverted, "correlation", a->correlation, "identical", !d->altered,
		"samples", (json_int_t)a->n, "altered", (json_int_t)d->altered, "lost", d->lost,
		"burstr", d->burstr, "clipped", d->clipped, "seg_snr_db", d->seg_snr, "difference",
		r->c.difference, "perceptual", "r", own, "mos", emodel_mos(own), "emodel",
		rating_json(&r->model));

	if (r->has_other)
		json_object_set_new(json, "other", json_real(r->other));
	return json;
}

static void report_print(const struct report *r)
{
	const struct differ *d = &r->c.differ;
	const struct align *a = &r->c.align;
	double own = loudness_r(r->c.difference);
	struct emodel_rating rating;

	emodel_rate(&rating, &r->model);
	printf("samples         %10zu, of which %zu are altered or missing\n", a->n, d->altered);
	printf("delay, ms       %10.1f", ms(a->lag));
	if (a->steps)
		printf(", %.1f to %.1f, %u changes", ms(a->lag_min), ms(a->lag_max), a->steps);
	printf("\nlevel, dB       %10.1f%s\n", -20 * log10(fabs(a->gain)),
	       a->inverted ? ", inverted" : "");
	printf("lost, %%         %10.2f of speech, burst ratio %.2f\n", d->lost, d->burstr);
	printf("clipped, %%      %10.2f\n", d->clipped);
	printf("segmental SNR   %10.1f dB, %d to %d\n", d->seg_snr, DIFFER_SNR_MIN, DIFFER_SNR_MAX);
	printf("sounds like R   %10.1f, MOS %.2f: a score of this tool's own\n", own,
	       emodel_mos(own));
	printf("E-model, R      %10.1f, MOS %.2f: from this loss, and what was given\n", rating.r,
	       rating.mos);
	if (r->has_other)
		printf("other program   %10.2f\n", r->other);
}

/* Options and words; the first two are the recordings. */
static int words(const struct opts *opts, struct request *q, int argc, char **argv)
{
	int c;

	optind = 0;
	while ((c = getopt(argc, argv, "+:x:")) != -1) {
		if (c == 'x')
			q->other = optarg;
		else if (c == ':')
			return fail_usage(opts, "-x needs a command");
		else
			return fail_usage(opts, "unknown option '-%c'", optopt);
	}
	if (argc - optind < 2)
		return fail_usage(opts, "compare needs two recordings, of what was said and heard");
	q->reference = argv[optind];
	q->degraded = argv[optind + 1];
	emodel_init(&q->model);
	return model_words(opts, &q->model, argc - optind - 2, argv + optind + 2);
}

int cmd_compare(const struct opts *opts, int argc, char **argv)
{
	struct report report = { 0 };
	struct request q = { 0 };
	int status = words(opts, &q, argc, argv);

	if (!status)
		status = measure(opts, &q, &report);
	if (!status)
		status = ask_other(opts, &q, &report);
	if (status)
		return status;
	report.model = q.model;
	report.model.ppl = report.c.differ.lost;
	report.model.burstr = fmin(8, report.c.differ.burstr);
	if (opts->json)
		return out_json(opts, report_json(&report));
	report_print(&report);
	return out_end(opts);
}
