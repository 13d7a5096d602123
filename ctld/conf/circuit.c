// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "conf/circuit.h"
#include "conf/value.h"

static CONF_VALUE(read_trunk)
{
	int err;
	const char *name = conf_text(reader, setting, &err);
	const struct conf_trunk *trunk;

	if (!name)
		return err;
	trunk = conf_trunk_find(reader->conf, name);
	if (!trunk)
		return conf_refuse(reader, setting,
				   "\"%s\" names a trunk \"%.32s\" that \"trunks\" "
				   "does not have",
				   key->name, name);
	*(const struct conf_trunk **)to = trunk;
	return 0;
}

#define AT(field) .offset = offsetof(struct conf_circuit, field)

static const struct conf_key keys[] = {
	{ "name", conf_name, AT(name), .required = true },
	{ "in", read_trunk, AT(in), .required = true },
	{ "ingress", conf_number, AT(ingress), .required = true },
	{ "out", read_trunk, AT(out), .required = true },
	{ "next", conf_number, AT(next), .required = true },
	{ "not_before", conf_time, AT(not_before_ns) },
	{ "not_after", conf_time, AT(not_after_ns) },
	{ "max_calls", conf_uint, AT(max_calls), .min = 1, .max = 100000 },
	{ NULL },
};

static int prepare(void *item)
{
	struct conf_circuit *circuit = item;

	circuit->max_calls = 1;
	return 0;
}

static int check_numbers(struct conf_reader *reader, const config_setting_t *setting,
			 const struct conf_circuit *circuit)
{
	if (conf_number_emergency(circuit->ingress))
		return conf_refuse(reader, setting,
				   "circuit \"%s\": \"ingress\" is an emergency number",
				   circuit->name);
	if (conf_number_emergency(circuit->next))
		return conf_refuse(reader, setting,
				   "circuit \"%s\": \"next\" is an emergency number, and these "
				   "are never relayed",
				   circuit->name);
	if (!conf_number_allowed(circuit->out, circuit->next))
		return conf_refuse(reader, setting,
				   "circuit \"%s\": trunk \"%s\" does not allow \"next\": see its "
				   "\"allow\" and \"deny\", and the premium prefixes in "
				   "phonion-ctld.conf(5)",
				   circuit->name, circuit->out->name);
	if (circuit->in == circuit->out && !strcmp(circuit->ingress, circuit->next))
		return conf_refuse(reader, setting, "circuit \"%s\" would call itself",
				   circuit->name);
	return 0;
}

static int check_pair(struct conf_reader *reader, const config_setting_t *setting,
		      const struct conf_circuit *a, const struct conf_circuit *b)
{
	if (!strcmp(a->name, b->name))
		return conf_refuse(reader, setting, "there are two circuits \"%s\"", a->name);
	if (a->in == b->in && !strcmp(a->ingress, b->ingress))
		return conf_refuse(reader, setting,
				   "circuits \"%s\" and \"%s\" have the same \"ingress\" on "
				   "trunk \"%s\"",
				   a->name, b->name, a->in->name);
	return 0;
}

/* Those before it in the file are those before it in the array. */
static int check(struct conf_reader *reader, const config_setting_t *setting, void *item)
{
	const struct conf_circuit *circuit = item;
	const struct conf_circuit *first = circuit - config_setting_index(setting);
	int err;

	if (circuit->not_after_ns && circuit->not_after_ns <= circuit->not_before_ns)
		return conf_refuse(reader, setting,
				   "circuit \"%s\": \"not_after\" must be later than "
				   "\"not_before\"",
				   circuit->name);
	err = check_numbers(reader, setting, circuit);
	for (; first < circuit && !err; first++)
		err = check_pair(reader, setting, first, circuit);
	return err;
}

int conf_circuits(struct conf_reader *reader, const config_setting_t *setting,
		  const struct conf_key *key, void *to)
{
	static const struct conf_list list = { keys, sizeof(struct conf_circuit), prepare, check };
	struct conf *conf = to;
	void *array = NULL;
	int err;

	(void)key;
	err = conf_groups(reader, setting, &list, &array, &conf->n_circuits);
	conf->circuits = array;
	return err;
}

void conf_circuit_clear(struct conf_circuit *circuit)
{
	free(circuit->name);
	free(circuit->ingress);
	free(circuit->next);
}

const struct conf_circuit *conf_circuit_find(const struct conf *conf,
					     const struct conf_trunk *trunk, const char *number)
{
	for (size_t i = 0; i < conf->n_circuits; i++) {
		const struct conf_circuit *circuit = &conf->circuits[i];

		if (circuit->in == trunk && !strcmp(circuit->ingress, number))
			return circuit;
	}
	return NULL;
}
