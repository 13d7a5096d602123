// SPDX-License-Identifier: GPL-2.0
/* The book's file: its schema, and that what is deleted is gone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <string.h>

#include "book/rows_internal.h"

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
	" broker TEXT NOT NULL,"
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
	" ends INTEGER NOT NULL,"
	" PRIMARY KEY (broker, id)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE broker (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE version (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;";

#define COLUMNS \
	"id, ingress, slot_s, first, count, expires, relay, box, box_hash, cancelled, broker"

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
		" relay, box, box_hash, broker)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[CANCEL] = "UPDATE reservation SET cancelled = 1 WHERE id = ?1",
	[COLLECTED] = "INSERT INTO broker (name, sequence) VALUES (?1, ?2)"
		      " ON CONFLICT (name) DO UPDATE SET sequence = max(sequence, ?2)",
	[SEQUENCE] = "SELECT sequence FROM broker WHERE name = ?1",
	[RECEIPT_PUT] = "INSERT INTO receipt (broker, id, receipt, ends) VALUES (?1, ?2, ?3, ?4)"
			" ON CONFLICT (broker, id) DO UPDATE SET receipt = ?3",
	[RECEIPT_NEXT] = "SELECT id, receipt FROM receipt WHERE broker = ?1 LIMIT 1",
	[RECEIPT_DROP] = "DELETE FROM receipt WHERE broker = ?1 AND id = ?2",
	[EXPIRE] = "DELETE FROM reservation WHERE ends <= ?1",
	[RECEIPT_EXPIRE] = "DELETE FROM receipt WHERE ends <= ?1",
	[COUNT] = "SELECT (SELECT count(*) FROM reservation WHERE NOT cancelled),"
		  " (SELECT count(*) FROM receipt)",
	[RECEIPT_COUNT] = "SELECT count(*) FROM receipt WHERE broker = ?1",
	[ALL] = "SELECT " COLUMNS " FROM reservation ORDER BY starts",
	[NEXT_VERSION] = "INSERT INTO version (one, last) VALUES (1, ?1)"
			 " ON CONFLICT (one) DO UPDATE SET last = max(last + 1, ?1) RETURNING last",
};

int rows_errno(int code)
{
	code &= 0xff;
	return code == SQLITE_OK || code == SQLITE_DONE ? 0 : code == SQLITE_NOMEM ? -ENOMEM : -EIO;
}

static int exec(sqlite3 *db, const char *text)
{
	return rows_errno(sqlite3_exec(db, text, NULL, NULL, NULL));
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
		err = rows_errno(sqlite3_prepare_v3(rows->db, texts[i], -1,
						    SQLITE_PREPARE_PERSISTENT, &rows->statements[i],
						    NULL));
	return err;
}

int rows_open(struct rows **rows, const char *file, char **error)
{
	struct rows *new = calloc(1, sizeof(*new));
	mode_t mask = umask(0077);
	int err = new ? rows_errno(sqlite3_open(file, &new->db)) : -ENOMEM;

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
