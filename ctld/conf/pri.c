// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "conf/pri.h"
#include "conf/trunk.h"
#include "isdn/isdn.h"

const char *const conf_pri_lines[] = { "t1", "e1", NULL };
const char *const conf_pri_sides[] = { "cpe", "net", NULL };
const char *const conf_pri_switches[] = {
	[ISDN_NI2] = "ni2",    [ISDN_EUROISDN] = "euroisdn", [ISDN_DMS100] = "dms100",
	[ISDN_5ESS] = "5ess",  [ISDN_4ESS] = "4ess",	     [ISDN_QSIG] = "qsig",
	[ISDN_QSIG + 1] = NULL
};

static const char *const pri_only[] = { "dchannel", "line",    "switch",      "side",
					"overlap",  "restart", "show_number", NULL };
static const char *const not_pri[] = { "transport", "local",  "peer", "media",
				       "codecs",    "source", NULL };

unsigned int conf_pri_channels(const struct conf_pri *pri)
{
	return pri->line ? 31 : 24;
}

unsigned int conf_pri_slot(const struct conf_pri *pri)
{
	return pri->line ? 16 : 24;
}

unsigned int conf_pri_first(const struct conf_pri *pri)
{
	return pri->dchannel - conf_pri_slot(pri) + 1;
}

unsigned int conf_pri_channel(const struct conf_pri *pri, unsigned int slot)
{
	return conf_pri_first(pri) + slot - 1;
}

static int check_dchannel(struct conf_reader *reader, const config_setting_t *setting,
			  const struct conf_trunk *trunk)
{
#ifndef HAVE_PRI
	return conf_refuse(reader, setting,
			   "trunk \"%s\": this phonion-ctld was built without libpri", trunk->name);
#endif
	if (!trunk->pri.dchannel)
		return conf_refuse(reader, setting, "\"dchannel\" is missing here");
	if (trunk->pri.dchannel < conf_pri_slot(&trunk->pri))
		return conf_refuse(reader, setting,
				   "trunk \"%s\": the D channel is the %uth of its line, so "
				   "\"dchannel\" cannot be less",
				   trunk->name, conf_pri_slot(&trunk->pri));
	return 0;
}

int conf_pri_check_keys(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *trunk)
{
	bool pri = trunk->kind == TRUNK_PRI;
	int err = conf_trunk_refuse(reader, setting, trunk, pri ? not_pri : pri_only);

	return !err && pri ? check_dchannel(reader, setting, trunk) : err;
}

int conf_pri_check_pair(struct conf_reader *reader, const config_setting_t *setting,
			const struct conf_trunk *a, const struct conf_trunk *b)
{
	unsigned int a_first = conf_pri_first(&a->pri), b_first = conf_pri_first(&b->pri);

	if (a_first >= b_first + conf_pri_channels(&b->pri) ||
	    b_first >= a_first + conf_pri_channels(&a->pri))
		return 0;
	return conf_refuse(reader, setting,
			   "trunks \"%s\" and \"%s\" have channels in common: see \"dchannel\" "
			   "and \"line\"",
			   a->name, b->name);
}
