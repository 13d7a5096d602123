// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cas/cas.h"
#include "conf/cas.h"
#include "conf/pri.h"
#include "conf/trunk.h"

#define FIRST_DIGIT_MS 15000
#define INTERDIGIT_MS  4000
#define DIAL_DELAY_MS  1000
#define MAX_DNIS       15 /* ITU-T E.164 */

const char *const conf_cas_signallings[] = {
	[CAS_FXO_LS] = "fxols", [CAS_FXO_GS] = "fxogs", [CAS_FXO_KS] = "fxoks",
	[CAS_FXS_LS] = "fxsls", [CAS_FXS_GS] = "fxsgs", [CAS_FXS_KS] = "fxsks",
	[CAS_EM] = "e&m",	[CAS_R2] = "r2",	[CAS_R2 + 1] = NULL,
};
/* As libopenr2 has them. */
const char *const conf_cas_r2_variants[] = {
	[CAS_R2_ITU] = "itu",	     [CAS_R2_ARGENTINA] = "ar", [CAS_R2_BRAZIL] = "br",
	[CAS_R2_CHINA] = "cn",	     [CAS_R2_CZECHIA] = "cz",	[CAS_R2_COLOMBIA] = "co",
	[CAS_R2_ECUADOR] = "ec",     [CAS_R2_INDONESIA] = "id", [CAS_R2_MEXICO] = "mx",
	[CAS_R2_PHILIPPINES] = "ph", [CAS_R2_VENEZUELA] = "ve", [CAS_R2_VENEZUELA + 1] = NULL,
};
const char *const conf_cas_supervisions[] = {
	[CAS_DIALLED] = "none", [CAS_POLARITY] = "polarity", NULL
};
const char *const conf_cas_dials[] = { "dtmf", "pulse", NULL };

static const char *const cas_only[] = { "channels",
					"signalling",
					"dial",
					"supervision",
					"first_digit_timeout",
					"interdigit_timeout",
					"dial_delay",
					"plus",
					"r2_variant",
					"max_dnis",
					"max_ani",
					NULL };
static const char *const not_cas[] = { "transport", "local",  "peer", "media",
				       "codecs",    "source", NULL };
/* Of a telephone of ours, which dials, and is not dialled to. */
static const char *const not_exchange[] = { "dial", "dial_delay", "plus", "number", NULL };
/* R2 has the whole number, or none. */
static const char *const not_r2[] = {
	"dial", "supervision", "first_digit_timeout", "interdigit_timeout", "dial_delay", NULL
};
static const char *const r2_only[] = { "r2_variant", "max_dnis", "max_ani", NULL };

static int add_channel(struct conf_reader *reader, const config_setting_t *setting,
		       struct conf_cas *cas, long long channel)
{
	unsigned int *more;

	if (channel < 1 || channel > CONF_MAX_CHANNEL)
		return conf_refuse(reader, setting, "\"channels\" must be from 1 to %d",
				   CONF_MAX_CHANNEL);
	for (size_t i = 0; i < cas->n_channels; i++)
		if (cas->channels[i] == channel)
			return conf_refuse(reader, setting, "\"channels\" has %lld twice", channel);
	more = reallocarray(cas->channels, cas->n_channels + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	cas->channels = more;
	cas->channels[cas->n_channels++] = channel;
	return 0;
}

static int read_range(struct conf_reader *reader, const config_setting_t *setting,
		      struct conf_cas *cas)
{
	const char *text = config_setting_get_string(setting);
	unsigned int first, last;
	int end = 0, err = 0;

	if (sscanf(text, "%4u-%4u%n", &first, &last, &end) != 2 || text[end] || first > last)
		return conf_refuse(reader, setting, "\"channels\" must be a range, as \"1-24\"");
	for (; first <= last && !err; first++)
		err = add_channel(reader, setting, cas, first);
	return err;
}

CONF_VALUE(conf_cas_channels)
{
	int n = config_setting_length(setting), err = 0;

	(void)key;
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		return read_range(reader, setting, to);
	if ((!config_setting_is_array(setting) && !config_setting_is_list(setting)) || !n)
		return conf_refuse(reader, setting,
				   "\"channels\" must be a range or a list: \"1-24\", [ 1, 2, 7 ]");
	for (int i = 0; i < n && !err; i++) {
		const config_setting_t *item = config_setting_get_elem(setting, i);

		err = add_channel(reader, item, to, config_setting_get_int64(item));
	}
	return err;
}

CONF_VALUE(conf_cas_plus)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (strlen(text) >= CAS_PLUS_SIZE || strspn(text, "0123456789*#") != strlen(text))
		return conf_refuse(reader, setting, "\"%s\" must be 1 to %d of 0-9 * #", key->name,
				   CAS_PLUS_SIZE - 1);
	return conf_string(reader, setting, key, to);
}

void conf_cas_prepare(struct conf_cas *cas)
{
	cas->first_digit_ms = FIRST_DIGIT_MS;
	cas->interdigit_ms = INTERDIGIT_MS;
	cas->dial_delay_ms = DIAL_DELAY_MS;
	cas->max_dnis = MAX_DNIS;
}

void conf_cas_clear(struct conf_cas *cas)
{
	free(cas->channels);
	free(cas->plus);
}

static int check_missing(struct conf_reader *reader, const config_setting_t *setting,
			 const struct conf_trunk *trunk)
{
	bool telephone = trunk->cas.signalling >= CAS_FXS_LS && trunk->cas.signalling <= CAS_FXS_KS;

	if (!trunk->cas.n_channels || !config_setting_get_member(setting, "signalling"))
		return conf_refuse(reader, setting, "\"%s\" is missing here",
				   trunk->cas.n_channels ? "signalling" : "channels");
	if (telephone && !trunk->number)
		return conf_refuse(reader, setting,
				   "trunk \"%s\": \"number\" is missing: what is dialled to reach "
				   "this line",
				   trunk->name);
	return 0;
}

/* Who asks for our number gets digits. */
static int check_r2(struct conf_reader *reader, const config_setting_t *setting,
		    const struct conf_trunk *trunk)
{
#ifndef HAVE_R2
	return conf_refuse(reader, setting, "trunk \"%s\": this is built without libopenr2",
			   trunk->name);
#endif
	if (trunk->number && trunk->number[strspn(trunk->number, "0123456789")])
		return conf_refuse(reader, setting,
				   "trunk \"%s\": \"number\" must be digits with \"r2\"",
				   trunk->name);
	return conf_trunk_refuse(reader, setting, trunk, not_r2);
}

static int check_signalling(struct conf_reader *reader, const config_setting_t *setting,
			    const struct conf_trunk *trunk)
{
	const struct conf_cas *cas = &trunk->cas;
	int err;

	if (cas->signalling == CAS_R2)
		return check_r2(reader, setting, trunk);
	err = conf_trunk_refuse(reader, setting, trunk, r2_only);
	if (err)
		return err;
	if (cas->signalling == CAS_EM && (cas->pulse || cas->supervision))
		return conf_refuse(reader, setting,
				   "trunk \"%s\": E&M has neither dial pulses nor polarity",
				   trunk->name);
	if (cas->signalling <= CAS_FXO_KS)
		return conf_trunk_refuse(reader, setting, trunk, not_exchange);
	return 0;
}

int conf_cas_check_keys(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *trunk)
{
	bool cas = trunk->kind == TRUNK_CAS;
	int err = conf_trunk_refuse(reader, setting, trunk, cas ? not_cas : cas_only);

	if (!err && cas)
		err = check_missing(reader, setting, trunk);
	if (!err && cas)
		err = check_signalling(reader, setting, trunk);
	return err;
}

static bool has_channel(const struct conf_trunk *trunk, unsigned int channel)
{
	unsigned int first;

	if (trunk->kind == TRUNK_PRI) {
		first = conf_pri_first(&trunk->pri);
		return channel >= first && channel < first + conf_pri_channels(&trunk->pri);
	}
	for (size_t i = 0; i < trunk->cas.n_channels; i++)
		if (trunk->cas.channels[i] == channel)
			return true;
	return false;
}

int conf_cas_check_pair(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *a, const struct conf_trunk *b)
{
	const struct conf_trunk *cas = a->kind == TRUNK_CAS ? a : b, *other = cas == a ? b : a;

	for (size_t i = 0; i < cas->cas.n_channels; i++)
		if (has_channel(other, cas->cas.channels[i]))
			return conf_refuse(reader, setting,
					   "trunks \"%s\" and \"%s\" both have channel %u", a->name,
					   b->name, cas->cas.channels[i]);
	return 0;
}
