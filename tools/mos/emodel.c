// SPDX-License-Identifier: GPL-2.0
/* Clause 7 of ITU-T G.107 (06/2015). Letters and equation numbers are its own. */
#include <math.h>

#include "tools/mos/emodel.h"

static double from_db(double db)
{
	return pow(10, db / 10);
}

/* No, of all circuit and room noise, dBm0p (7-3 to 7-7). */
static double noise(const struct emodel *m, double lstr)
{
	double olr = m->slr + m->rlr;
	double pre = m->pr + 10 * log10(1 + from_db(10 - lstr));
	double nos = m->ps - m->slr - m->ds - 100 + 0.004 * pow(m->ps - olr - m->ds - 14, 2);
	double nor = m->rlr - 121 + pre + 0.008 * pow(pre - 35, 2);
	double nfo = m->nfor + m->rlr;

	return 10 * log10(from_db(m->nc) + from_db(nos) + from_db(nor) + from_db(nfo));
}

/* Iolr: too low an overall loudness rating (7-9, 7-10). */
static double too_loud(const struct emodel *m, double no)
{
	double x = m->slr + m->rlr + 0.2 * (64 + no - m->rlr);

	return 20 * (pow(1 + pow(x / 8, 8), 1.0 / 8) - x / 8);
}

/* Ist: sidetone that is not at its best (7-11, 7-12). */
static double sidetone(const struct emodel *m)
{
	double stmro = -10 * log10(from_db(-m->stmr) + exp(-m->t / 4) * from_db(-m->telr));

	return 12 * pow(1 + pow((stmro - 13) / 6, 8), 1.0 / 8) -
	       28 * pow(1 + pow((stmro + 1) / 19.4, 35), 1.0 / 35) -
	       13 * pow(1 + pow((stmro - 3) / 33, 13), 1.0 / 13) + 29;
}

/* Iq: quantizing distortion (7-13 to 7-17). */
static double quantizing(const struct emodel *m, double ro)
{
	double q = 37 - 15 * log10(m->qdu);
	double g = 1.07 + 0.258 * q + 0.0602 * q * q;
	double y = (ro - 100) / 15 + 46 / 8.4 - g / 9;
	double z = 46.0 / 30 - g / 40;

	return 15 * log10(1 + pow(10, y) + pow(10, z));
}

/* Idte: talker echo (7-19 to 7-24). */
static double talker_echo(const struct emodel *m, double no, double ist)
{
	double roe = -1.5 * (no - m->rlr);
	double terv = m->telr - 40 * log10((1 + m->t / 10) / (1 + m->t / 150)) +
		      6 * exp(-0.3 * m->t * m->t);
	double re, half, idte;

	/* Sooner than this it is no echo. */
	if (m->t < 1)
		return 0;
	if (m->stmr < 9)
		terv += ist / 2;
	re = 80 + 2.5 * (terv - 14);
	half = (roe - re) / 2;
	idte = (half + sqrt(half * half + 100) - 1) * (1 - exp(-m->t));
	return m->stmr > 20 ? hypot(idte, ist) : idte;
}

/* Idle: listener echo (7-25, 7-26). */
static double listener_echo(const struct emodel *m, double ro)
{
	double rle = 10.5 * (m->wepl + 7) * pow(m->tr + 1, -0.25);
	double half = (ro - rle) / 2;

	return half + sqrt(half * half + 169);
}

/* Idd: delay, even without echo (7-27, 7-28). */
static double delay(const struct emodel *m)
{
	double n = 6 * m->st, x;

	if (m->ta <= m->mt)
		return 0;
	x = log2(m->ta / m->mt);
	return 25 * (pow(1 + pow(x, n), 1 / n) - 3 * pow(1 + pow(x / 3, n), 1 / n) + 2);
}

/* Ie,eff: coding and lost packets (7-29). */
static double equipment(const struct emodel *m)
{
	/* Without loss the quotient is 0, whatever Bpl is. */
	if (m->ppl <= 0)
		return m->ie;
	return m->ie + (95 - m->ie) * m->ppl / (m->ppl / m->burstr + m->bpl);
}

/* Of 100 people, how many (annex B, E() of a normal distribution). */
static double share(double x)
{
	return 50 * erfc(-x / M_SQRT2);
}

double emodel_mos(double r)
{
	if (r <= 0)
		return 1;
	if (r >= 100)
		return 4.5;
	return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

double emodel_r(double mos)
{
	double low = 6.5, high = 100, middle;

	for (int i = 0; i < 60; i++) {
		middle = (low + high) / 2;
		if (emodel_mos(middle) < mos)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

void emodel_rate(struct emodel_rating *rating, const struct emodel *m)
{
	double no = noise(m, m->stmr + m->dr);
	double ist = sidetone(m);

	rating->ro = 15 - 1.5 * (m->slr + no);
	rating->is = too_loud(m, no) + ist + quantizing(m, rating->ro);
	rating->idte = talker_echo(m, no, ist);
	rating->idle = listener_echo(m, rating->ro);
	rating->idd = delay(m);
	rating->id = rating->idte + rating->idle + rating->idd;
	rating->ie_eff = equipment(m);
	rating->r = rating->ro - rating->is - rating->id - rating->ie_eff + m->a;
	rating->mos = emodel_mos(rating->r);
	rating->gob = share((rating->r - 60) / 16);
	rating->pow = share((45 - rating->r) / 16);
}
