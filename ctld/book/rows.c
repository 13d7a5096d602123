// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "book/rows_internal.h"

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

	return code == SQLITE_ROW ? 1 : rows_errno(code);
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
	snprintf(row->broker, sizeof(row->broker), "%s",
		 (const char *)sqlite3_column_text(s, 10) ?: "");
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

static int each(sqlite3_stmt *s, row_fn fn, void *arg)
{
	struct row row;
	int err;

	while ((err = step(s)) == 1) {
		err = read_row(s, &row) ?: fn(&row, arg);
		if (err)
			break;
	}
	sqlite3_reset(s);
	return err;
}

int rows_overlapping(struct rows *rows, const char *ingress, uint64_t start, uint64_t end,
		     row_fn fn, void *arg)
{
	sqlite3_stmt *s = get(rows, OVERLAPPING);

	sqlite3_bind_int64(s, 1, start);
	sqlite3_bind_int64(s, 2, end);
	if (ingress)
		bind_text(s, 3, ingress);
	return each(s, fn, arg);
}

int rows_each(struct rows *rows, row_fn fn, void *arg)
{
	return each(get(rows, ALL), fn, arg);
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
	bind_text(s, 12, row->broker);
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
	sqlite3_bind_int64(s, 4, change->ends);
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

static int expire(struct rows *rows, enum statement which, uint64_t then)
{
	sqlite3_stmt *s = get(rows, which);

	sqlite3_bind_int64(s, 1, then);
	return run(s);
}

int rows_expire(struct rows *rows, uint64_t then)
{
	int before = sqlite3_total_changes(rows->db);
	int err = expire(rows, EXPIRE, then) ?: expire(rows, RECEIPT_EXPIRE, then);

	if (err || sqlite3_total_changes(rows->db) == before)
		return err;
	/* What was deleted still stands in the log. */
	return rows_errno(
		sqlite3_wal_checkpoint_v2(rows->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

int rows_count_receipts(struct rows *rows, const char *broker, unsigned int *receipts)
{
	sqlite3_stmt *s = get(rows, RECEIPT_COUNT);
	int err;

	bind_text(s, 1, broker);
	err = step(s);
	*receipts = err == 1 ? sqlite3_column_int(s, 0) : 0;
	sqlite3_reset(s);
	return err < 0 ? err : 0;
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
