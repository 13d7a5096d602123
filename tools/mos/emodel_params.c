// SPDX-License-Identifier: GPL-2.0
/* Parameters of the E-model, with defaults and permitted ranges (ITU-T G.107, table 2). */
#include <math.h>
#include <strings.h>

#include "tools/mos/emodel.h"

#define P(field, unit, standard, min, max, text)                                       \
	{                                                                              \
#field, unit, text, standard, min, max, offsetof(struct emodel, field) \
	}

const struct emodel_param emodel_params[] = {
	P(slr, "dB", 8, 0, 18, "send loudness rating"),
	P(rlr, "dB", 2, -5, 14, "receive loudness rating"),
	P(stmr, "dB", 15, 10, 20, "sidetone masking rating"),
	P(lstr, "dB", 18, 13, 23, "listener sidetone rating; is STMR + Dr"),
	P(ds, "", 3, -3, 3, "D-value of the telephone that sends"),
	P(dr, "", 3, -3, 3, "D-value of the telephone that receives"),
	P(telr, "dB", 65, 5, 65, "talker echo loudness rating"),
	P(wepl, "dB", 110, 5, 110, "weighted echo path loss"),
	P(t, "ms", 0, 0, 500, "mean one-way delay of the echo path"),
	P(tr, "ms", 0, 0, 1000, "round-trip delay in a 4-wire loop"),
	P(ta, "ms", 0, 0, 500, "absolute delay in echo-free connections"),
	P(qdu, "", 1, 1, 14, "quantizing distortion units"),
	P(ie, "", 0, 0, 40, "equipment impairment factor"),
	P(bpl, "", 4.3, 4.3, 40, "packet-loss robustness factor"),
	P(ppl, "%", 0, 0, 20, "packets lost"),
	P(burstr, "", 1, 1, 8, "burst ratio; 1 is random loss"),
	P(nc, "dBm0p", -70, -80, -40, "circuit noise referred to 0 dBr"),
	P(nfor, "dBmp", -64, -64, -64, "noise floor at the receiver"),
	P(ps, "dB(A)", 35, 35, 85, "room noise at the sender"),
	P(pr, "dB(A)", 35, 35, 85, "room noise at the receiver"),
	P(a, "", 0, 0, 20, "advantage factor"),
	P(st, "", 1, 0.4, 1, "delay sensitivity; 0.55 low, 0.4 very low"),
	P(mt, "ms", 100, 20, 150, "least delay that is perceived; 120 low, 150 very low"),
};

const size_t emodel_n_params = sizeof(emodel_params) / sizeof(emodel_params[0]);

double *emodel_value(struct emodel *model, const struct emodel_param *param)
{
	return (double *)((char *)model + param->offset);
}

void emodel_init(struct emodel *model)
{
	for (size_t i = 0; i < emodel_n_params; i++)
		*emodel_value(model, &emodel_params[i]) = emodel_params[i].standard;
}

const struct emodel_param *emodel_find(const char *name)
{
	for (size_t i = 0; i < emodel_n_params; i++)
		if (!strcasecmp(emodel_params[i].name, name))
			return &emodel_params[i];
	return NULL;
}

const struct emodel_param *emodel_check(const struct emodel *model)
{
	for (size_t i = 0; i < emodel_n_params; i++) {
		const struct emodel_param *p = &emodel_params[i];
		double value = *emodel_value((struct emodel *)model, p);

		/* This way around it is true for what is no number, too. */
		if (!(value >= p->min && value <= p->max))
			return p;
	}
	return NULL;
}
