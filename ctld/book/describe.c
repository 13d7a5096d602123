// SPDX-License-Identifier: GPL-2.0
/* The configuration as brokers are told of it, and looked up as they are told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "book/internal.h"
#include "protocol/descriptor.h"

#define LIFETIME_S (2 * 86400)

const struct conf_trunk *describe_route(const struct conf *conf, const char *number)
{
	const struct conf_trunk *found = NULL, *trunk;
	size_t best = 0, len, i, k;

	for (i = 0; i < conf->n_trunks; i++) {
		trunk = &conf->trunks[i];
		for (k = 0; trunk->carrier && k < trunk->prefixes.n; k++) {
			len = strlen(trunk->prefixes.list[k]);
			if (len <= best || strncmp(trunk->prefixes.list[k], number, len))
				continue;
			best = len;
			found = trunk;
		}
	}
	return found;
}

const struct conf_trunk *describe_ingress(const struct conf *conf, const char *number,
					  const struct conf_ingress **ingress)
{
	const struct conf_trunk *trunk;
	size_t i, k;

	for (i = 0; i < conf->n_trunks; i++) {
		trunk = &conf->trunks[i];
		for (k = 0; k < trunk->n_ingresses; k++) {
			if (strcmp(trunk->ingresses[k].number, number))
				continue;
			*ingress = &trunk->ingresses[k];
			return trunk;
		}
	}
	return NULL;
}

static const enum technology technologies[] = {
	[TRUNK_SIP] = TECH_SIP,
	[TRUNK_PRI] = TECH_PRI,
	[TRUNK_CAS] = TECH_CAS,
};

static int fill_trunk(struct descriptor_trunk *to, const struct conf_trunk *from)
{
	size_t i;

	strncpy(to->carrier, from->carrier, sizeof(to->carrier) - 1);
	strncpy(to->region, from->region, sizeof(to->region) - 1);
	to->technology = technologies[from->kind];
	to->ingresses = calloc(from->n_ingresses + 1, sizeof(*to->ingresses));
	to->prefixes = calloc(from->prefixes.n + 1, sizeof(*to->prefixes));
	if (!to->ingresses || !to->prefixes)
		return -ENOMEM;
	for (i = 0; i < from->n_ingresses; i++) {
		strncpy(to->ingresses[i].number, from->ingresses[i].number, HOP_NUMBER_SIZE - 1);
		to->ingresses[i].lanes = from->ingresses[i].lanes;
	}
	for (i = 0; i < from->prefixes.n; i++)
		strncpy(to->prefixes[i], from->prefixes.list[i], HOP_NUMBER_SIZE - 1);
	to->n_ingresses = from->n_ingresses;
	to->n_prefixes = from->prefixes.n;
	return 0;
}

static int fill(struct descriptor *d, const struct book *book)
{
	const struct conf *conf = book->conf;
	size_t i;
	int err = 0;

	memcpy(d->relay, book->identity.public_key, SIGN_KEY_LEN);
	memcpy(d->seal_key, book->identity.seal_public, HPKE_KEY_LEN);
	strncpy(d->operator, conf->relay->operator_name, sizeof(d->operator) - 1);
	d->issued = book_now_s();
	d->expires = d->issued + LIFETIME_S;
	d->price = conf->relay->price;
	d->trunks = calloc(conf->n_trunks + 1, sizeof(*d->trunks));
	if (!d->trunks)
		return -ENOMEM;
	for (i = 0; i < conf->n_trunks && !err; i++)
		if (conf->trunks[i].carrier)
			err = fill_trunk(&d->trunks[d->n_trunks++], &conf->trunks[i]);
	return err ?: rows_next_version(book->rows, d->issued, &d->sequence);
}

int describe(const struct book *book, char **jws)
{
	struct descriptor *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	err = fill(d, book);
	if (!err)
		err = descriptor_sign(jws, d, book->identity.private_key);
	descriptor_free(d);
	return err;
}
