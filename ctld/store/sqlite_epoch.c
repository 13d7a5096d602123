// SPDX-License-Identifier: GPL-2.0
/* Epoch keys, and the end of what is over. */
#include <errno.h>

#include "store/sqlite.h"

int sqlite_epoch_put(struct store *store, const struct store_epoch *epoch)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_EPOCH_PUT);

	if (epoch->private_len > STORE_MAX_KEY || epoch->public_len > STORE_MAX_KEY)
		return -EINVAL;
	sqlite3_bind_int64(s, 1, epoch->epoch);
	sqlite3_bind_int64(s, 2, epoch->not_before);
	sqlite3_bind_int64(s, 3, epoch->not_after);
	sqlite_bind_octets(s, 4, epoch->private_key, epoch->private_len);
	sqlite_bind_octets(s, 5, epoch->public_key, epoch->public_len);
	return sqlite_run(s);
}

int sqlite_epochs(struct store *store, store_epoch_fn fn, void *arg)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_EPOCHS);
	struct store_epoch epoch;
	int err;

	while ((err = sqlite_step(s)) == 1) {
		epoch = (struct store_epoch){
			.epoch = sqlite3_column_int64(s, 0),
			.not_before = sqlite3_column_int64(s, 1),
			.not_after = sqlite3_column_int64(s, 2),
			.private_key = sqlite3_column_blob(s, 3),
			.private_len = sqlite3_column_bytes(s, 3),
			.public_key = sqlite3_column_blob(s, 4),
			.public_len = sqlite3_column_bytes(s, 4),
		};
		err = fn(&epoch, arg);
		if (err)
			break;
	}
	sqlite3_reset(s);
	return err;
}

int sqlite_expire(struct store *store, uint64_t now, uint64_t *n)
{
	static const struct {
		enum sqlite_statement statement;
		unsigned int grace_s;
	} steps[] = {
		{ SQL_EXPIRE_RESERVATIONS, STORE_GRACE_S },
		{ SQL_EXPIRE_RELAYS, 0 },
		{ SQL_EXPIRE_SPENT, STORE_GRACE_S },
		{ SQL_EXPIRE_EPOCHS, STORE_GRACE_S },
	};
	sqlite3_stmt *s;
	size_t i;
	int err = sqlite_begin(store);

	if (err)
		return err;
	for (i = 0; i < sizeof(steps) / sizeof(*steps) && !err; i++) {
		s = sqlite_get(store, steps[i].statement);
		sqlite3_bind_int64(s, 1, now > steps[i].grace_s ? now - steps[i].grace_s : 0);
		err = sqlite_run(s);
		*n += sqlite3_changes(((struct sqlite *)store)->db);
	}
	err = sqlite_end(store, err);
	/* Old pages stand in the log, in the order of their commits, until it is written anew. */
	if (!err)
		sqlite3_wal_checkpoint_v2(((struct sqlite *)store)->db, NULL,
					  SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return err;
}
