// SPDX-License-Identifier: GPL-2.0
/* Opening, closing, statements and transactions. */
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS \
	500 /* another process of the same file may be writing; all requests wait meanwhile */

static int errno_of(int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_UNIQUE:
		return -EEXIST;
	case SQLITE_CONSTRAINT_TRIGGER:
		return -EBUSY;
	}
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EAGAIN;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

sqlite3_stmt *sqlite_get(struct store *store, enum sqlite_statement which)
{
	sqlite3_stmt *s = ((struct sqlite *)store)->statements[which];

	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return s;
}

void sqlite_bind_octets(sqlite3_stmt *s, int i, const void *data, size_t len)
{
	sqlite3_bind_blob(s, i, data, len, SQLITE_TRANSIENT);
}

void sqlite_bind_text(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
}

int sqlite_column_octets(sqlite3_stmt *s, int i, void *out, size_t len)
{
	const void *data = sqlite3_column_blob(s, i);

	if (!data || (size_t)sqlite3_column_bytes(s, i) != len)
		return -EIO;
	memcpy(out, data, len);
	return 0;
}

int sqlite_column_string(sqlite3_stmt *s, int i, char *out, size_t size)
{
	const unsigned char *text = sqlite3_column_text(s, i);
	size_t len = text ? strlen((const char *)text) : size;

	if (len >= size)
		return -EIO;
	memset(out, 0, size);
	memcpy(out, text, len);
	return 0;
}

int sqlite_step(sqlite3_stmt *s)
{
	int code = sqlite3_step(s);

	return code == SQLITE_ROW ? 1 : errno_of(code);
}

int sqlite_run(sqlite3_stmt *s)
{
	int err = sqlite_step(s);

	sqlite3_reset(s);
	return err == 1 ? -EIO : err;
}

int sqlite_begin(struct store *store)
{
	return sqlite_run(sqlite_get(store, SQL_BEGIN));
}

int sqlite_end(struct store *store, int err)
{
	struct sqlite *sqlite = (struct sqlite *)store;

	if (!err)
		err = sqlite_run(sqlite_get(store, SQL_COMMIT));
	/* Some errors have rolled back already. */
	if (err && !sqlite3_get_autocommit(sqlite->db))
		sqlite_run(sqlite_get(store, SQL_ROLLBACK));
	return err;
}

static int ping(struct store *store)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_PING);
	int err = sqlite_step(s);

	sqlite3_reset(s);
	return err == 1 ? 0 : err;
}

static void close_store(struct store *store)
{
	struct sqlite *sqlite = (struct sqlite *)store;
	enum sqlite_statement i;

	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	free(sqlite);
}

static int run_text(sqlite3 *db, const char *text)
{
	return errno_of(sqlite3_exec(db, text, NULL, NULL, NULL));
}

/* It answers with what it is now: on some file systems there is no WAL. */
static int set_wal(sqlite3 *db)
{
	sqlite3_stmt *s;
	char mode[16];
	int err = errno_of(sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &s, NULL));

	if (err)
		return err;
	err = sqlite_step(s);
	if (err == 1)
		err = sqlite_column_string(s, 0, mode, sizeof(mode))
			      ?: strcmp(mode, "wal") ? -EOPNOTSUPP
						     : 0;
	sqlite3_finalize(s);
	return err;
}

/* WAL needs but one fsync for a commit; FULL has it made before we say so. */
static int set_up(sqlite3 *db)
{
	int err;

	sqlite3_busy_timeout(db, BUSY_MS);
	sqlite3_extended_result_codes(db, 1);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	err = set_wal(db);
	return err
		       ?: run_text(
				  db,
				  "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
				  "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF");
}

static int version(sqlite3 *db, int *out)
{
	sqlite3_stmt *s;
	int err = errno_of(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL));

	if (err)
		return err;
	err = sqlite_step(s);
	*out = err == 1 ? sqlite3_column_int(s, 0) : 0;
	sqlite3_finalize(s);
	return err == 1 ? 0 : err;
}

/* Two processes may come to an empty file at once: one of them makes the tables. */
static int make_tables(sqlite3 *db)
{
	char mark[48];
	int there, err = run_text(db, "BEGIN IMMEDIATE");

	if (err)
		return err;
	err = version(db, &there);
	if (!err && there > STORE_VERSION)
		err = -EPROTO;
	if (!err && !there) {
		snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", STORE_VERSION);
		err = run_text(db, sqlite_schema) ?: run_text(db, mark);
	}
	/* What failed is rolled back when we close: till then it can be told what it was. */
	return err ?: run_text(db, "COMMIT");
}

static int prepare(struct sqlite *sqlite)
{
	enum sqlite_statement i;
	int err = 0;

	for (i = 0; i < SQL_COUNT && !err; i++)
		err = errno_of(sqlite3_prepare_v3(sqlite->db, sqlite_texts[i], -1,
						  SQLITE_PREPARE_PERSISTENT, &sqlite->statements[i],
						  NULL));
	return err;
}

static char *sentence(const struct sqlite *sqlite, const char *path, int err)
{
	const char *why = err == -EPROTO ? "its tables are of a newer version of phonion-brokerd"
			  : err == -EOPNOTSUPP ? "its file system is not fit for SQLite's WAL"
					       : sqlite3_errmsg(sqlite->db);
	char *text;

	return asprintf(&text, "%s: %s", path, why) < 0 ? NULL : text;
}

static int open_store(struct store **store, const char *path, char **error)
{
	struct sqlite *sqlite = calloc(1, sizeof(*sqlite));
	mode_t mask;
	int err;

	if (!sqlite)
		return -ENOMEM;
	sqlite->store.ops = &store_sqlite;
	mask = umask(0077);
	err = errno_of(sqlite3_open_v2(
		path, &sqlite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		NULL));
	if (!err)
		err = set_up(sqlite->db) ?: make_tables(sqlite->db);
	if (!err)
		err = prepare(sqlite);
	umask(mask);
	if (!err) {
		*store = &sqlite->store;
		return 0;
	}
	*error = sentence(sqlite, path, err);
	close_store(&sqlite->store);
	return err;
}

const struct store_ops store_sqlite = {
	.open = open_store,
	.close = close_store,
	.ping = ping,
	.relay_put = sqlite_relay_put,
	.relay_del = sqlite_relay_del,
	.relays = sqlite_relays,
	.taken = sqlite_taken,
	.reserve = sqlite_reserve,
	.status = sqlite_status,
	.cancel = sqlite_cancel,
	.collect = sqlite_collect,
	.receipt_put = sqlite_receipt_put,
	.epoch_put = sqlite_epoch_put,
	.epochs = sqlite_epochs,
	.expire = sqlite_expire,
};
