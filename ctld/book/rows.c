// SPDX-License-Identifier: GPL-2.0
#include "book/rows.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define VERSION 1

static const char schema[] =
	"CREATE TABLE reservation ("
	" id BLOB PRIMARY KEY CHECK (length(id) = 16),"
	" ingress TEXT NOT NULL,"
	" slot_s INTEGER NOT NULL,"
	" first INTEGER NOT NULL,"
	" count INTEGER NOT NULL,"
	" starts INTEGER NOT NULL CHECK (starts = first * slot_s),"
	" ends INTEGER NOT NULL CHECK (ends = (first + count) * slot_s),"
	" expires INTEGER NOT NULL,"
	" relay BLOB NOT NULL CHECK (length(relay) = 32),"
	" box BLOB NOT NULL CHECK (length(box) = 304),"
	" box_hash BLOB NOT NULL UNIQUE CHECK (length(box_hash) = 32),"
	" cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1))"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX reservation_time ON reservation (ends, starts);"
	"CREATE TABLE receipt ("
	" broker TEXT NOT NULL,"
	" id BLOB NOT NULL CHECK (length(id) = 16),"
	" receipt BLOB NOT NULL CHECK (length(receipt) = 176),"
	" PRIMARY KEY (broker, id)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE broker (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE version (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;";

#define COLUMNS "id, ingress, slot_s, first, count, expires, relay, box, box_hash, cancelled"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	FIND,
	FIND_BOX,
	OVERLAPPING,
	NEXT_EDGE,
	INSERT,
	CANCEL,
	COLLECTED,
	SEQUENCE,
	RECEIPT_PUT,
	RECEIPT_NEXT,
	RECEIPT_DROP,
	EXPIRE,
	COUNT,
	NEXT_VERSION,
	STATEMENTS,
};

static const char *const texts[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[FIND] = "SELECT " COLUMNS " FROM reservation WHERE id = ?1",
	[FIND_BOX] = "SELECT " COLUMNS " FROM reservation WHERE box_hash = ?1",
	[OVERLAPPING] = "SELECT " COLUMNS " FROM reservation WHERE ends > ?1 AND starts < ?2"
			" AND NOT cancelled AND (?3 IS NULL OR ingress = ?3)",
	[NEXT_EDGE] = "SELECT min(at) FROM (SELECT starts - ?2 AS at FROM reservation"
		      " WHERE starts - ?2 > ?1 UNION SELECT ends FROM reservation WHERE ends > ?1)",
	[INSERT] =
		"INSERT INTO reservation (id, ingress, slot_s, first, count, starts, ends, expires,"
		" relay, box, box_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[CANCEL] = "UPDATE reservation SET cancelled = 1 WHERE id = ?1",
	[COLLECTED] = "INSERT INTO broker (name, sequence) VALUES (?1, ?2)"
		      " ON CONFLICT (name) DO UPDATE SET sequence = max(sequence, ?2)",
	[SEQUENCE] = "SELECT sequence FROM broker WHERE name = ?1",
	[RECEIPT_PUT] = "INSERT INTO receipt (broker, id, receipt) VALUES (?1, ?2, ?3)"
			" ON CONFLICT (broker, id) DO UPDATE SET receipt = ?3",
	[RECEIPT_NEXT] = "SELECT id, receipt FROM receipt WHERE broker = ?1 LIMIT 1",
	[RECEIPT_DROP] = "DELETE FROM receipt WHERE broker = ?1 AND id = ?2",
	[EXPIRE] = "DELETE FROM reservation WHERE ends <= ?1",
	[COUNT] = "SELECT (SELECT count(*) FROM reservation WHERE NOT cancelled),"
		  " (SELECT count(*) FROM receipt)",
	[NEXT_VERSION] = "INSERT INTO version (one, last) VALUES (1, ?1)"
			 " ON CONFLICT (one) DO UPDATE SET last = max(last + 1, ?1) RETURNING last",
};

struct rows {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
};

static int errno_of(int code)
{
	code &= 0xff;
	return code == SQLITE_OK || code == SQLITE_DONE ? 0 : code == SQLITE_NOMEM ? -ENOMEM : -EIO;
}

static sqlite3_stmt *get(struct rows *rows, enum statement which)
{
	sqlite3_reset(rows->statements[which]);
	sqlite3_clear_bindings(rows->statements[which]);
	return rows->statements[which];
}

static void bind(sqlite3_stmt *s, int i, const void *data, size_t len)
{
	sqlite3_bind_blob(s, i, data, len, SQLITE_TRANSIENT);
}

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
}

static int step(sqlite3_stmt *s)
{
	int code = sqlite3_step(s);

	return code == SQLITE_ROW ? 1 : errno_of(code);
}

static int run(sqlite3_stmt *s)
{
	int err = step(s);

	sqlite3_reset(s);
	return err > 0 ? 0 : err;
}

static int column(sqlite3_stmt *s, int i, void *out, size_t len)
{
	if ((size_t)sqlite3_column_bytes(s, i) != len || !sqlite3_column_blob(s, i))
		return -EIO;
	memcpy(out, sqlite3_column_blob(s, i), len);
	return 0;
}

static int read_row(sqlite3_stmt *s, struct row *row)
{
	const char *ingress = (const char *)sqlite3_column_text(s, 1);

	memset(row, 0, sizeof(*row));
	if (!ingress || strlen(ingress) >= sizeof(row->bind.ingress))
		return -EIO;
	strcpy(row->bind.ingress, ingress);
	row->bind.slots.length_s = sqlite3_column_int64(s, 2);
	row->bind.slots.first = sqlite3_column_int64(s, 3);
	row->bind.slots.count = sqlite3_column_int64(s, 4);
	row->bind.expires = sqlite3_column_int64(s, 5);
	row->cancelled = sqlite3_column_int(s, 9);
	return column(s, 0, row->id, sizeof(row->id)) ?:
	       column(s, 6, row->bind.relay, SIGN_KEY_LEN) ?:
	       column(s, 7, row->box, sizeof(row->box)) ?:
	       column(s, 8, row->box_hash, sizeof(row->box_hash));
}

static int find(struct rows *rows, enum statement which, const void *key, size_t len,
		struct row *row)
{
	sqlite3_stmt *s = get(rows, which);
	int err;

	bind(s, 1, key, len);
	err = step(s);
	if (err == 1)
		err = read_row(s, row) ?: 1;
	sqlite3_reset(s);
	return err;
}

int rows_find(struct rows *rows, const uint8_t id[RESERVATION_ID_LEN], struct row *row)
{
	return find(rows, FIND, id, RESERVATION_ID_LEN, row);
}

int rows_find_box(struct rows *rows, const uint8_t box_hash[32], struct row *row)
{
	return find(rows, FIND_BOX, box_hash, 32, row);
}

int rows_overlapping(struct rows *rows, const char *ingress, uint64_t start, uint64_t end,
		     row_fn fn, void *arg)
{
	sqlite3_stmt *s = get(rows, OVERLAPPING);
	struct row row;
	int err;

	sqlite3_bind_int64(s, 1, start);
	sqlite3_bind_int64(s, 2, end);
	if (ingress)
		bind_text(s, 3, ingress);
	while ((err = step(s)) == 1) {
		err = read_row(s, &row) ?: fn(&row, arg);
		if (err)
			break;
	}
	sqlite3_reset(s);
	return err;
}

int rows_next_edge(struct rows *rows, uint64_t now, unsigned int ahead_s, uint64_t *edge)
{
	sqlite3_stmt *s = get(rows, NEXT_EDGE);
	int err;

	sqlite3_bind_int64(s, 1, now);
	sqlite3_bind_int64(s, 2, ahead_s);
	err = step(s);
	if (err == 1 && sqlite3_column_type(s, 0) != SQLITE_NULL &&
	    (uint64_t)sqlite3_column_int64(s, 0) < *edge)
		*edge = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return err < 0 ? err : 0;
}

static int insert(struct rows *rows, const struct row *row)
{
	const struct slots *slots = &row->bind.slots;
	sqlite3_stmt *s = get(rows, INSERT);

	bind(s, 1, row->id, sizeof(row->id));
	bind_text(s, 2, row->bind.ingress);
	sqlite3_bind_int64(s, 3, slots->length_s);
	sqlite3_bind_int64(s, 4, slots->first);
	sqlite3_bind_int64(s, 5, slots->count);
	sqlite3_bind_int64(s, 6, slots_start(slots));
	sqlite3_bind_int64(s, 7, slots_end(slots));
	sqlite3_bind_int64(s, 8, row->bind.expires);
	bind(s, 9, row->bind.relay, SIGN_KEY_LEN);
	bind(s, 10, row->box, sizeof(row->box));
	bind(s, 11, row->box_hash, sizeof(row->box_hash));
	return run(s);
}

static int cancel(struct rows *rows, const uint8_t id[RESERVATION_ID_LEN])
{
	sqlite3_stmt *s = get(rows, CANCEL);

	bind(s, 1, id, RESERVATION_ID_LEN);
	return run(s);
}

static int put_receipt(struct rows *rows, const struct rows_change *change)
{
	sqlite3_stmt *s = get(rows, RECEIPT_PUT);

	bind_text(s, 1, change->broker);
	bind(s, 2, change->id, RESERVATION_ID_LEN);
	bind(s, 3, change->receipt, RECEIPT_BOX_LEN);
	return run(s);
}

static int put_sequence(struct rows *rows, const struct rows_change *change)
{
	sqlite3_stmt *s = get(rows, COLLECTED);

	bind_text(s, 1, change->broker);
	sqlite3_bind_int64(s, 2, change->sequence);
	return run(s);
}

int rows_apply(struct rows *rows, const struct rows_change *change)
{
	int err = run(get(rows, BEGIN));

	if (err)
		return err;
	if (change->row)
		err = insert(rows, change->row);
	if (!err && change->cancel)
		err = cancel(rows, change->cancel);
	if (!err && change->receipt)
		err = put_receipt(rows, change);
	if (!err)
		err = put_sequence(rows, change);
	if (!err)
		err = run(get(rows, COMMIT));
	if (err && !sqlite3_get_autocommit(rows->db))
		run(get(rows, ROLLBACK));
	return err;
}

int rows_sequence(struct rows *rows, const char *broker, uint64_t *sequence)
{
	sqlite3_stmt *s = get(rows, SEQUENCE);
	int err;

	bind_text(s, 1, broker);
	err = step(s);
	*sequence = err == 1 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return err < 0 ? err : 0;
}

int rows_next_receipt(struct rows *rows, const char *broker, uint8_t id[RESERVATION_ID_LEN],
		      uint8_t receipt[RECEIPT_BOX_LEN])
{
	sqlite3_stmt *s = get(rows, RECEIPT_NEXT);
	int err;

	bind_text(s, 1, broker);
	err = step(s);
	if (err == 1)
		err = column(s, 0, id, RESERVATION_ID_LEN) ?:
			      column(s, 1, receipt, RECEIPT_BOX_LEN) ?: 1;
	sqlite3_reset(s);
	return err;
}

int rows_drop_receipt(struct rows *rows, const char *broker, const uint8_t id[RESERVATION_ID_LEN])
{
	sqlite3_stmt *s = get(rows, RECEIPT_DROP);

	bind_text(s, 1, broker);
	bind(s, 2, id, RESERVATION_ID_LEN);
	return run(s);
}

int rows_expire(struct rows *rows, uint64_t then)
{
	sqlite3_stmt *s = get(rows, EXPIRE);

	sqlite3_bind_int64(s, 1, then);
	return run(s);
}

int rows_count(struct rows *rows, unsigned int *reservations, unsigned int *receipts)
{
	sqlite3_stmt *s = get(rows, COUNT);
	int err = step(s);

	*reservations = err == 1 ? sqlite3_column_int(s, 0) : 0;
	*receipts = err == 1 ? sqlite3_column_int(s, 1) : 0;
	sqlite3_reset(s);
	return err < 0 ? err : 0;
}

int rows_next_version(struct rows *rows, uint64_t now, uint64_t *version)
{
	sqlite3_stmt *s = get(rows, NEXT_VERSION);
	int err;

	sqlite3_bind_int64(s, 1, now);
	err = step(s);
	*version = err == 1 ? sqlite3_column_int64(s, 0) : 0;
	if (err == 1)
		err = step(s); /* to its end, or it is not written */
	sqlite3_reset(s);
	return err;
}

static int exec(sqlite3 *db, const char *text)
{
	return errno_of(sqlite3_exec(db, text, NULL, NULL, NULL));
}

static int user_version(sqlite3 *db)
{
	sqlite3_stmt *s;
	int version = -1;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL))
		return -1;
	if (sqlite3_step(s) == SQLITE_ROW)
		version = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return version;
}

/* Deleted rows are overwritten; a commit is on the disk when it returns. */
static int set_up(sqlite3 *db)
{
	char mark[40];
	int version, err;

	err = exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		       "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
		       "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE");
	if (err)
		return err;
	version = user_version(db);
	if (version > VERSION)
		return -EPROTO;
	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", VERSION);
	if (!version)
		err = exec(db, schema) ?: exec(db, mark);
	return err ?: exec(db, "COMMIT");
}

static int prepare(struct rows *rows)
{
	int err = 0;

	for (enum statement i = 0; i < STATEMENTS && !err; i++)
		err = errno_of(sqlite3_prepare_v3(rows->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
						  &rows->statements[i], NULL));
	return err;
}

int rows_open(struct rows **rows, const char *file, char **error)
{
	struct rows *new = calloc(1, sizeof(*new));
	mode_t mask = umask(0077);
	int err = new ? errno_of(sqlite3_open(file, &new->db)) : -ENOMEM;

	if (!err)
		err = set_up(new->db) ?: prepare(new);
	umask(mask);
	if (!err) {
		*rows = new;
		return 0;
	}
	if (asprintf(error, "%s: %s", file,
		     err == -EPROTO ? "it was written by a newer version"
		     : new	    ? sqlite3_errmsg(new->db)
				    : strerror(-err)) < 0)
		*error = NULL;
	rows_close(new);
	return err;
}

void rows_close(struct rows *rows)
{
	if (!rows)
		return;
	for (enum statement i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(rows->statements[i]);
	sqlite3_close(rows->db);
	free(rows);
}
