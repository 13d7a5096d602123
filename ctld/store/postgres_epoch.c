// SPDX-License-Identifier: GPL-2.0
/* Epoch keys, and the end of what is over. */
#include <errno.h>

#include "store/postgres.h"

int pg_epoch_put(struct store *store, const struct store_epoch *epoch)
{
	struct pg_args args = { 0 };
	int err;

	if (epoch->private_len > STORE_MAX_KEY || epoch->public_len > STORE_MAX_KEY)
		return -EINVAL;
	err = pg_begin(store);
	if (err)
		return err;
	pg_integer(&args, epoch->epoch);
	pg_integer(&args, epoch->not_before);
	pg_integer(&args, epoch->not_after);
	pg_octets(&args, epoch->private_key, epoch->private_len);
	pg_octets(&args, epoch->public_key, epoch->public_len);
	return pg_end(store, pg_run(store, PG_EPOCH_PUT, &args, NULL));
}

int pg_epochs(struct store *store, store_epoch_fn fn, void *arg)
{
	struct store_epoch epoch;
	PGresult *result = NULL;
	int err = pg_begin(store);

	if (!err)
		err = pg_end(store, pg_query(store, PG_EPOCHS, NULL, &result));
	for (int i = 0; !err && i < PQntuples(result); i++) {
		epoch = (struct store_epoch){
			.epoch = pg_get_integer(result, i, 0),
			.not_before = pg_get_integer(result, i, 1),
			.not_after = pg_get_integer(result, i, 2),
			.private_key = (const uint8_t *)PQgetvalue(result, i, 3),
			.private_len = PQgetlength(result, i, 3),
			.public_key = (const uint8_t *)PQgetvalue(result, i, 4),
			.public_len = PQgetlength(result, i, 4),
		};
		err = fn(&epoch, arg);
	}
	PQclear(result);
	return err;
}

int pg_expire(struct store *store, uint64_t now, uint64_t *n)
{
	static const struct {
		enum pg_statement statement;
		unsigned int grace_s;
	} steps[] = {
		{ PG_EXPIRE_RESERVATIONS, STORE_GRACE_S },
		{ PG_EXPIRE_RELAYS, 0 },
		{ PG_EXPIRE_SPENT, STORE_GRACE_S },
		{ PG_EXPIRE_EPOCHS, STORE_GRACE_S },
	};
	int err = pg_begin(store);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !err; i++) {
		struct pg_args args = { 0 };
		uint64_t rows = 0;

		pg_integer(&args, now > steps[i].grace_s ? now - steps[i].grace_s : 0);
		err = pg_run(store, steps[i].statement, &args, &rows);
		*n += rows;
	}
	return pg_end(store, err);
}
