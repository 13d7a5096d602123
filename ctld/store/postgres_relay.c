// SPDX-License-Identifier: GPL-2.0
/* Relays, their ingresses, and which lanes are taken. */
#include <errno.h>
#include <string.h>

#include "store/postgres.h"

static int put_row(struct store *store, const struct descriptor *descriptor, const char *jws)
{
	struct pg_args args = { 0 };
	PGresult *result;
	int err;

	pg_octets(&args, descriptor->relay, SIGN_KEY_LEN);
	pg_integer(&args, descriptor->sequence);
	pg_integer(&args, descriptor->expires);
	pg_text(&args, jws);
	err = pg_query(store, PG_RELAY_PUT, &args, &result);
	if (!err && !PQntuples(result))
		err = -ESTALE;
	PQclear(result);
	return err;
}

static int put_ingress(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		       const struct ingress *ingress)
{
	struct pg_args args = { 0 };

	pg_octets(&args, relay, SIGN_KEY_LEN);
	pg_text(&args, ingress->number);
	pg_integer(&args, ingress->lanes ?: 1);
	return pg_run(store, PG_INGRESS_PUT, &args, NULL);
}

static int put_ingresses(struct store *store, const struct descriptor *descriptor)
{
	struct pg_args args = { 0 };
	size_t i, k;
	int err;

	pg_octets(&args, descriptor->relay, SIGN_KEY_LEN);
	err = pg_run(store, PG_INGRESS_DEL, &args, NULL);
	for (i = 0; i < descriptor->n_trunks && !err; i++)
		for (k = 0; k < descriptor->trunks[i].n_ingresses && !err; k++)
			err = put_ingress(store, descriptor->relay,
					  &descriptor->trunks[i].ingresses[k]);
	return err;
}

int pg_relay_put(struct store *store, const struct descriptor *descriptor, const char *jws)
{
	int err = pg_begin(store);

	if (err)
		return err;
	err = put_row(store, descriptor, jws);
	if (!err)
		err = put_ingresses(store, descriptor);
	return pg_end(store, err);
}

int pg_relay_del(struct store *store, const uint8_t relay[SIGN_KEY_LEN])
{
	struct pg_args args = { 0 };
	int err = pg_begin(store);

	pg_octets(&args, relay, SIGN_KEY_LEN);
	return err ?: pg_end(store, pg_run(store, PG_RELAY_DEL, &args, NULL));
}

/* All rows of a statement that is given NOW, in a transaction of its own. */
static int read_all(struct store *store, enum pg_statement which, uint64_t now, PGresult **result)
{
	struct pg_args args = { 0 };
	int err = pg_begin(store);

	*result = NULL;
	pg_integer(&args, now);
	return err ?: pg_end(store, pg_query(store, which, &args, result));
}

int pg_relays(struct store *store, uint64_t now, store_relay_fn fn, void *arg)
{
	uint8_t relay[SIGN_KEY_LEN];
	PGresult *result;
	int err = read_all(store, PG_RELAYS, now, &result);

	for (int i = 0; !err && i < PQntuples(result); i++) {
		err = pg_get_octets(result, i, 0, relay, sizeof(relay));
		/* libpq ends every value with a NUL. */
		if (!err)
			err = fn(relay, PQgetvalue(result, i, 1), arg);
	}
	PQclear(result);
	return err;
}

static int read_taken(const PGresult *result, int row, struct store_taken *taken)
{
	taken->lanes = pg_get_integer(result, row, 2);
	taken->start = pg_get_integer(result, row, 3);
	taken->end = pg_get_integer(result, row, 4);
	return pg_get_octets(result, row, 0, taken->relay, sizeof(taken->relay))
		       ?: pg_get_text(result, row, 1, taken->ingress, sizeof(taken->ingress));
}

int pg_taken(struct store *store, uint64_t now, store_taken_fn fn, void *arg)
{
	struct store_taken taken;
	PGresult *result;
	int err = read_all(store, PG_TAKEN, now, &result);

	for (int i = 0; !err && i < PQntuples(result); i++)
		err = read_taken(result, i, &taken) ?: fn(&taken, arg);
	PQclear(result);
	return err;
}
