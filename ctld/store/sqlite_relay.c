// SPDX-License-Identifier: GPL-2.0
/* Relays and their ingresses. */
#include <errno.h>
#include <string.h>

#include "store/sqlite.h"

static int check_sequence(struct store *store, const struct descriptor *descriptor)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RELAY_SEQUENCE);
	int err;

	sqlite_bind_octets(s, 1, descriptor->relay, SIGN_KEY_LEN);
	err = sqlite_step(s);
	if (err == 1)
		err = descriptor->sequence > (uint64_t)sqlite3_column_int64(s, 0) ? 0 : -ESTALE;
	sqlite3_reset(s);
	return err;
}

static int put_row(struct store *store, const struct descriptor *descriptor, const char *jws)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RELAY_PUT);

	sqlite_bind_octets(s, 1, descriptor->relay, SIGN_KEY_LEN);
	sqlite3_bind_int64(s, 2, descriptor->sequence);
	sqlite3_bind_int64(s, 3, descriptor->expires);
	sqlite_bind_text(s, 4, jws);
	return sqlite_run(s);
}

static int put_ingress(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		       const struct ingress *ingress)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_INGRESS_PUT);

	sqlite_bind_octets(s, 1, relay, SIGN_KEY_LEN);
	sqlite_bind_text(s, 2, ingress->number);
	sqlite3_bind_int64(s, 3, ingress->lanes ?: 1);
	return sqlite_run(s);
}

static int put_ingresses(struct store *store, const struct descriptor *descriptor)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_INGRESS_DEL);
	size_t i, k;
	int err;

	sqlite_bind_octets(s, 1, descriptor->relay, SIGN_KEY_LEN);
	err = sqlite_run(s);
	for (i = 0; i < descriptor->n_trunks && !err; i++)
		for (k = 0; k < descriptor->trunks[i].n_ingresses && !err; k++)
			err = put_ingress(store, descriptor->relay,
					  &descriptor->trunks[i].ingresses[k]);
	return err;
}

int sqlite_relay_put(struct store *store, const struct descriptor *descriptor, const char *jws)
{
	int err = sqlite_begin(store);

	if (err)
		return err;
	err = check_sequence(store, descriptor);
	if (!err)
		err = put_row(store, descriptor, jws);
	if (!err)
		err = put_ingresses(store, descriptor);
	return sqlite_end(store, err);
}

int sqlite_relay_del(struct store *store, const uint8_t relay[SIGN_KEY_LEN])
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RELAY_DEL);

	sqlite_bind_octets(s, 1, relay, SIGN_KEY_LEN);
	return sqlite_run(s);
}

int sqlite_relays(struct store *store, uint64_t now, store_relay_fn fn, void *arg)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RELAYS);
	uint8_t relay[SIGN_KEY_LEN];
	int err;

	sqlite3_bind_int64(s, 1, now);
	while ((err = sqlite_step(s)) == 1) {
		const char *jws = (const char *)sqlite3_column_text(s, 1);

		err = jws ? sqlite_column_octets(s, 0, relay, sizeof(relay)) : -EIO;
		if (!err)
			err = fn(relay, jws, arg);
		if (err)
			break;
	}
	sqlite3_reset(s);
	return err;
}

static int read_taken(sqlite3_stmt *s, struct store_taken *taken)
{
	memset(taken, 0, sizeof(*taken));
	taken->lanes = sqlite3_column_int64(s, 2);
	taken->start = sqlite3_column_int64(s, 3);
	taken->end = sqlite3_column_int64(s, 4);
	return sqlite_column_octets(s, 0, taken->relay, sizeof(taken->relay))
		       ?: sqlite_column_string(s, 1, taken->ingress, sizeof(taken->ingress));
}

int sqlite_taken(struct store *store, uint64_t now, store_taken_fn fn, void *arg)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_TAKEN);
	struct store_taken taken;
	int err;

	sqlite3_bind_int64(s, 1, now);
	while ((err = sqlite_step(s)) == 1) {
		err = read_taken(s, &taken) ?: fn(&taken, arg);
		if (err)
			break;
	}
	sqlite3_reset(s);
	return err;
}
