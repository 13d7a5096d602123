/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The E-model, ITU-T G.107 (06/2015): how a telephone connection is rated from
 * what is known of it. Narrowband, both directions alike.
 */
#ifndef PHONION_MOS_EMODEL_H
#define PHONION_MOS_EMODEL_H

#include <stdbool.h>
#include <stddef.h>

/* Table 2's parameters. emodel_params has names, units, defaults and ranges. */
struct emodel {
	double slr, rlr;   /* loudness ratings of sender and receiver, dB */
	double stmr, lstr; /* sidetone masking, and listener sidetone rating, dB */
	double ds, dr;	   /* D-values of the telephones */
	double telr, wepl; /* talker echo loudness, weighted echo path loss, dB */
	double t, tr, ta;  /* mean one-way, round-trip, absolute delay, ms */
	double qdu;	   /* quantizing distortion units */
	double ie, bpl;	   /* equipment impairment, robustness to loss */
	double ppl;	   /* packets lost, % */
	double burstr;	   /* burst ratio; 1 is random loss */
	double nc, nfor;   /* circuit noise at 0 dBr, noise floor, dBm0p and dBmp */
	double ps, pr;	   /* room noise at the sender and the receiver, dB(A) */
	double a;	   /* advantage factor */
	double st, mt;	   /* sensitivity to delay, and least delay perceived, ms */
};

/* What clause 7 arrives at; R is not limited to 0 to 100. */
struct emodel_rating {
	double ro, is, id, idte, idle, idd, ie_eff;
	double r, mos;
	double gob, pow; /* judge it good or better, poor or worse; % (annex B) */
};

struct emodel_param {
	const char *name, *unit, *text;
	double standard, min, max;
	size_t offset; /* in struct emodel */
};

extern const struct emodel_param emodel_params[];
extern const size_t emodel_n_params;

/* Table 2's defaults, which rate R = 93.2. */
void emodel_init(struct emodel *model);
/*
 * NULL: there is none of that NAME. LSTR has a fixed relation to STMR and Dr
 * (table 2, note 1): emodel_rate() takes it from these and not from a caller.
 */
const struct emodel_param *emodel_find(const char *name);
double *emodel_value(struct emodel *model, const struct emodel_param *param);
/* The first parameter that is outside its permitted range, or is no number; else NULL. */
const struct emodel_param *emodel_check(const struct emodel *model);

/*
 * Clause 7. Outside the permitted ranges the formulas still give a value, which
 * the recommendation does not stand for: ask emodel_check().
 */
void emodel_rate(struct emodel_rating *rating, const struct emodel *model);

/* Annex B: MOS, 1 to 4.5, of a rating. */
double emodel_mos(double r);
/* Its inverse, as far as it has one: 6.5 to 100 (appendix I), by bisection. */
double emodel_r(double mos);

#endif
