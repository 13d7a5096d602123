// SPDX-License-Identifier: GPL-2.0
/* The numbers that a relay offers for reservations. */
#include <stdlib.h>
#include <string.h>

#include "conf/ingress.h"
#include "conf/value.h"
#include "protocol/descriptor.h"
#include "protocol/number.h"

static CONF_VALUE(read_number)
{
	int err;
	const char *text = conf_text(reader, setting, &err);

	if (!text)
		return err;
	if (!number_valid(text))
		return conf_refuse(reader, setting,
				   "\"%s\" must be the whole number in E.164: + and 7 to 15 "
				   "digits, not beginning with 0",
				   key->name);
	return conf_string(reader, setting, key, to);
}

#define AT(field) .offset = offsetof(struct conf_ingress, field)

static const struct conf_key keys[] = {
	{ "number", read_number, AT(number), .required = true },
	{ "lanes", conf_uint, AT(lanes), .min = 0, .max = DESCRIPTOR_MAX_LANES },
	{ NULL },
};

int conf_ingresses(struct conf_reader *reader, const config_setting_t *setting,
		   const struct conf_key *key, void *to)
{
	static const struct conf_list list = { keys, sizeof(struct conf_ingress), NULL, NULL };
	struct conf_trunk *trunk = to;
	void *array = NULL;
	int err = conf_groups(reader, setting, &list, &array, &trunk->n_ingresses);

	trunk->ingresses = array;
	if (!err && trunk->n_ingresses > DESCRIPTOR_MAX_INGRESSES)
		err = conf_refuse(reader, setting, "\"%s\" may have %d entries", key->name,
				  DESCRIPTOR_MAX_INGRESSES);
	return err;
}

void conf_ingresses_clear(struct conf_trunk *trunk)
{
	for (size_t i = 0; i < trunk->n_ingresses; i++)
		free(trunk->ingresses[i].number);
	free(trunk->ingresses);
}

/* How often NUMBER is an ingress. */
static unsigned int count(const struct conf *conf, const char *number)
{
	unsigned int n = 0;

	for (size_t i = 0; i < conf->n_trunks; i++)
		for (size_t k = 0; k < conf->trunks[i].n_ingresses; k++)
			n += !strcmp(conf->trunks[i].ingresses[k].number, number);
	return n;
}

int conf_ingresses_check(struct conf_reader *reader, const config_setting_t *root)
{
	config_setting_t *list = config_setting_get_member(root, "trunks");
	const struct conf *conf = reader->conf;

	for (size_t i = 0; i < conf->n_trunks; i++)
		for (size_t k = 0; k < conf->trunks[i].n_ingresses; k++)
			if (count(conf, conf->trunks[i].ingresses[k].number) > 1)
				return conf_refuse(reader, config_setting_get_elem(list, i),
						   "trunk \"%s\": one of its ingresses stands "
						   "twice in this file",
						   conf->trunks[i].name);
	return 0;
}
