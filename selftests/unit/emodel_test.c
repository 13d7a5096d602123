// SPDX-License-Identifier: GPL-2.0
/* The E-model against published values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/mos/emodel.h"

static void close_to(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("got %.6f, want %.6f", got, want);
}

static double rate(double ta, double ppl, double bpl, double burstr)
{
	struct emodel_rating rating;
	struct emodel m;

	emodel_init(&m);
	m.ta = ta;
	m.ppl = ppl;
	m.bpl = bpl;
	m.burstr = burstr;
	emodel_rate(&rating, &m);
	return rating.r;
}

/* G.107, clause 7.7: all defaults are R = 93.2; MOS 4.41 in annex B's table. */
static void defaults_rate_what_the_recommendation_says(void **state)
{
	struct emodel_rating rating;
	struct emodel m;

	(void)state;
	emodel_init(&m);
	assert_null(emodel_check(&m));
	emodel_rate(&rating, &m);
	close_to(rating.r, 93.206, 0.0005);
	close_to(rating.mos, 4.409, 0.0005);
	close_to(rating.ro - rating.is - rating.id - rating.ie_eff, rating.r, 1e-9);
}

/* The project's design, section 8; computed there from G.107 and G.113's Bpl. */
static void delay_costs_what_the_design_says(void **state)
{
	(void)state;
	close_to(rate(100, 0, 4.3, 1), 93.206, 0.0005);
	close_to(rate(150, 0, 4.3, 1), 93.04, 0.005);
	close_to(rate(200, 0, 4.3, 1), 90.16, 0.005);
	close_to(rate(300, 0, 4.3, 1), 78.45, 0.005);
	close_to(rate(400, 0, 4.3, 1), 69.14, 0.005);
}

static void loss_costs_what_the_design_says(void **state)
{
	static const double loss[] = { 1, 2, 5, 10 };
	static const double with_plc[] = { 89.57, 86.20, 77.43, 66.14 };
	static const double without[] = { 75.28, 63.05, 42.13, 26.77 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		close_to(rate(0, loss[i], 25.1, 1), with_plc[i], 0.006);
		close_to(rate(0, loss[i], 4.3, 1), without[i], 0.006);
	}
}

/*
 * G.107, annex B, table B.1: R and MOS. It prints 4.03 where its own formula
 * (B-4) gives 4.024.
 */
static void annex_b_is_its_table(void **state)
{
	static const double table[][2] = {
		{ 90, 4.34 }, { 80, 4.03 }, { 70, 3.60 }, { 60, 3.10 }, { 50, 2.58 },
	};

	(void)state;
	for (int i = 0; i < 5; i++) {
		close_to(emodel_mos(table[i][0]), table[i][1], 0.0065);
		close_to(emodel_r(emodel_mos(table[i][0])), table[i][0], 1e-6);
	}
	close_to(emodel_mos(0), 1, 0);
	close_to(emodel_mos(-5), 1, 0);
	close_to(emodel_mos(100), 4.5, 0);
	close_to(emodel_mos(120), 4.5, 0);
}

/* By the definitions in annex B: E(0) is a half. */
static void shares_are_halves_where_they_must_be(void **state)
{
	struct emodel_rating rating;
	struct emodel m;

	(void)state;
	emodel_init(&m);
	emodel_rate(&rating, &m);
	m.ie = rating.r - 60;
	emodel_rate(&rating, &m);
	close_to(rating.r, 60, 1e-9);
	close_to(rating.gob, 50, 1e-9);
	close_to(rating.pow, 17.4, 0.05); /* table B.1, R = 60 */
}

/* Equation 7-29: as bursts grow at one loss, so does the impairment. */
static void every_impairment_grows_with_its_cause(void **state)
{
	/* Echo is looked for apart, because noise masks it. */
	static const struct {
		const char *name;
		double from, to;
		double telr, wepl;
	} worse[] = {
		{ "t", 1, 500, 40, 110 },    { "tr", 0, 1000, 65, 40 },
		{ "telr", 65, 5, 65, 110 },  { "wepl", 110, 5, 65, 110 },
		{ "ta", 100, 500, 65, 110 }, { "qdu", 1, 14, 65, 110 },
		{ "ie", 0, 40, 65, 110 },    { "ppl", 0, 20, 65, 110 },
		{ "nc", -70, -40, 65, 110 }, { "ps", 35, 85, 65, 110 },
		{ "pr", 35, 85, 65, 110 },   { "slr", 8, 18, 65, 110 },
		{ "rlr", 2, 14, 65, 110 },   { "burstr", 1, 8, 65, 110 },
		{ "bpl", 40, 4.3, 65, 110 }, { "a", 20, 0, 65, 110 },
		{ "mt", 150, 20, 65, 110 },
	};
	struct emodel_rating rating;
	struct emodel m;
	double last;

	(void)state;
	for (size_t i = 0; i < sizeof(worse) / sizeof(worse[0]); i++) {
		const struct emodel_param *p = emodel_find(worse[i].name);

		emodel_init(&m);
		m.ppl = 5;
		m.t = m.ta = 170;
		m.tr = 100;
		m.telr = worse[i].telr;
		m.wepl = worse[i].wepl;
		last = INFINITY;
		for (int step = 0; step <= 20; step++) {
			*emodel_value(&m, p) =
				worse[i].from + (worse[i].to - worse[i].from) * step / 20;
			emodel_rate(&rating, &m);
			if (!(rating.r <= last + 1e-9))
				fail_msg("%s: R grows to %f", p->name, rating.r);
			if (step == 20 && !(rating.r < last - 1e-6))
				fail_msg("%s has no influence", p->name);
			last = rating.r;
		}
	}
}

static void every_range_is_kept(void **state)
{
	struct emodel m;

	(void)state;
	for (size_t i = 0; i < emodel_n_params; i++) {
		const struct emodel_param *p = &emodel_params[i];

		const double good[] = { p->min, p->max },
			     bad[] = { p->min - 0.001, p->max + 0.001, NAN };

		emodel_init(&m);
		for (int k = 0; k < 2; k++) {
			*emodel_value(&m, p) = good[k];
			assert_null(emodel_check(&m));
		}
		for (int k = 0; k < 3; k++) {
			*emodel_value(&m, p) = bad[k];
			assert_ptr_equal(emodel_check(&m), p);
		}
	}
	assert_null(emodel_find("loudness"));
	assert_null(emodel_find(""));
	assert_non_null(emodel_find("Bpl"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_rate_what_the_recommendation_says),
		cmocka_unit_test(delay_costs_what_the_design_says),
		cmocka_unit_test(loss_costs_what_the_design_says),
		cmocka_unit_test(annex_b_is_its_table),
		cmocka_unit_test(shares_are_halves_where_they_must_be),
		cmocka_unit_test(every_impairment_grows_with_its_cause),
		cmocka_unit_test(every_range_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
