// SPDX-License-Identifier: GPL-2.0
/* phonion-mos rate, params: the E-model from numbers on the command line. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mos.h"

/* Of G.711, from ITU-T G.113, appendix I: without and with its own concealment. */
static const struct {
	const char *name;
	double ie, bpl;
} codecs[] = { { "g711", 0, 4.3 }, { "g711-plc", 0, 25.1 } };

static int number(const char *s, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(s, &end);
	return errno || end == s || *end || !isfinite(*value) ? -EINVAL : 0;
}

static int refuse(const struct opts *opts, const struct emodel_param *p, const char *given)
{
	return fail(opts, EXIT_USAGE, "'phonion-mos params' lists all parameters.",
		    "%s is %g to %g%s%s (%s), not '%s'", p->name, p->min, p->max,
		    *p->unit ? " " : "", p->unit, p->text, given);
}

static int set_codec(const struct opts *opts, struct emodel *model, const char *name)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (strcmp(name, codecs[i].name))
			continue;
		model->ie = codecs[i].ie;
		model->bpl = codecs[i].bpl;
		return EXIT_DONE;
	}
	return fail(opts, EXIT_USAGE, "Of another codec give ie and bpl, from ITU-T G.113.",
		    "codec is g711 or g711-plc, not '%s'", name);
}

static int set_one(const struct opts *opts, struct emodel *model, const char *name,
		   const char *word)
{
	bool delay = !strcmp(name, "delay");
	const struct emodel_param *p = emodel_find(delay ? "ta" : name);
	double value;

	if (!strcmp(name, "codec"))
		return set_codec(opts, model, word);
	if (!p)
		return fail(opts, EXIT_USAGE, "'phonion-mos params' lists all parameters.",
			    "the E-model has no parameter '%s'", name);
	if (number(word, &value) || value < p->min || value > p->max)
		return refuse(opts, p, word);
	*emodel_value(model, p) = value;
	if (delay) {
		model->t = value;
		model->tr = 2 * value;
	}
	return EXIT_DONE;
}

int model_words(const struct opts *opts, struct emodel *model, int argc, char **argv)
{
	const struct emodel_param *p = emodel_find("lstr");
	double lstr = p->standard;
	char text[32];
	int status;

	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return fail_usage(opts, "%s needs a value", argv[i]);
		status = set_one(opts, model, argv[i], argv[i + 1]);
		if (status)
			return status;
		if (emodel_find(argv[i]) == p)
			lstr = model->lstr;
	}
	if (lstr != p->standard && lstr != model->stmr + model->dr)
		return fail(opts, EXIT_USAGE, "Leave lstr out, and give stmr and dr.",
			    "lstr is %g, but stmr + dr is %g", lstr, model->stmr + model->dr);
	model->lstr = model->stmr + model->dr;
	p = emodel_check(model);
	if (!p)
		return EXIT_DONE;
	snprintf(text, sizeof(text), "%g", *emodel_value(model, p));
	return refuse(opts, p, text);
}

json_t *rating_json(const struct emodel *model)
{
	const struct emodel_param *p = emodel_check(model);
	struct emodel_rating r;

	emodel_rate(&r, model);
	return json_pack("{s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:s*}", "r", r.r, "mos",
			 r.mos, "gob", r.gob, "pow", r.pow, "ro", r.ro, "is", r.is, "idte", r.idte,
			 "idle", r.idle, "idd", r.idd, "ie_eff", r.ie_eff, "a", model->a, "outside",
			 p ? p->name : NULL);
}

void rating_print(const struct emodel *model)
{
	const struct emodel_param *p = emodel_check(model);
	struct emodel_rating r;

	emodel_rate(&r, model);
	printf("R       %8.2f\nMOS     %8.2f\n", r.r, r.mos);
	printf("good    %8.1f %% of listeners judge it good or better\n", r.gob);
	printf("poor    %8.1f %% judge it poor or worse\n", r.pow);
	printf("Ro      %8.2f signal to noise\n", r.ro);
	printf("Is      %8.2f loudness, sidetone, quantizing\n", r.is);
	printf("Idte    %8.2f talker echo\n", r.idte);
	printf("Idle    %8.2f listener echo\n", r.idle);
	printf("Idd     %8.2f delay\n", r.idd);
	printf("Ie,eff  %8.2f coding and loss\n", r.ie_eff);
	printf("A       %8.2f advantage of access\n", model->a);
	if (p)
		printf("%s is outside %g to %g: ITU-T G.107 does not vouch for this rating\n",
		       p->name, p->min, p->max);
}

int cmd_rate(const struct opts *opts, int argc, char **argv)
{
	struct emodel model;
	int status;

	emodel_init(&model);
	status = model_words(opts, &model, argc - 1, argv + 1);
	if (status)
		return status;
	if (opts->json)
		return out_json(opts, rating_json(&model));
	rating_print(&model);
	return out_end(opts);
}

static json_t *params_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < emodel_n_params; i++) {
		const struct emodel_param *p = &emodel_params[i];

		json_array_append_new(list, json_pack("{s:s,s:f,s:f,s:f,s:s,s:s}", "name", p->name,
						      "default", p->standard, "min", p->min, "max",
						      p->max, "unit", p->unit, "text", p->text));
	}
	return list;
}

static void params_print(void)
{
	struct out_table t = { .heads = { "NAME", "DEFAULT", "FROM", "TO", "UNIT", "WHAT" } };

	for (size_t i = 0; i < emodel_n_params; i++) {
		const struct emodel_param *p = &emodel_params[i];

		out_row(&t);
		out_cell(&t, 0, "%s", p->name);
		out_cell(&t, 1, "%g", p->standard);
		out_cell(&t, 2, "%g", p->min);
		out_cell(&t, 3, "%g", p->max);
		out_cell(&t, 4, "%s", *p->unit ? p->unit : "-");
		out_cell(&t, 5, "%s", p->text);
	}
	out_table(&t);
}

int cmd_params(const struct opts *opts, int argc, char **argv)
{
	if (argc > 1)
		return fail_usage(opts, "params: '%s' is too much", argv[1]);
	if (opts->json)
		return out_json(opts, params_json());
	params_print();
	return out_end(opts);
}
