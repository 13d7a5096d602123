// SPDX-License-Identifier: GPL-2.0
/* What becomes of a reservation: collected, answered, cancelled. */
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "store/sqlite.h"

/* One row of SQL_STATUS: 1, or 0 when there is none. */
static int select_one(struct store *store, const uint8_t id[RESERVATION_ID_LEN], sqlite3_stmt **out)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_STATUS);

	sqlite_bind_octets(s, 1, id, RESERVATION_ID_LEN);
	*out = s;
	return sqlite_step(s);
}

int sqlite_status(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		  struct store_status *status)
{
	sqlite3_stmt *s;
	int err = select_one(store, id, &s);

	if (err == 1) {
		memset(status, 0, sizeof(*status));
		status->state = sqlite3_column_int(s, 0);
		status->has_receipt = sqlite3_column_type(s, 1) != SQLITE_NULL;
		err = status->has_receipt
			      ? sqlite_column_octets(s, 1, status->receipt, RECEIPT_BOX_LEN)
			      : 0;
	} else if (!err) {
		err = -ENOENT;
	}
	sqlite3_reset(s);
	return err;
}

/* 1: it is cancelled already; 0: it may be, and RELAY is whose it is. */
static int may_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		      const uint8_t hash[HOP_CANCEL_LEN], uint8_t relay[SIGN_KEY_LEN])
{
	uint8_t want[HOP_CANCEL_LEN];
	sqlite3_stmt *s;
	int err = select_one(store, id, &s);

	if (!err)
		err = -ENOENT;
	if (err == 1)
		err = sqlite_column_octets(s, 2, relay, SIGN_KEY_LEN)
			      ?: sqlite_column_octets(s, 3, want, sizeof(want));
	if (!err && CRYPTO_memcmp(want, hash, sizeof(want)))
		err = -EACCES;
	if (!err)
		err = sqlite3_column_int(s, 0) == STORE_CANCELLED;
	sqlite3_reset(s);
	return err;
}

static int set_cancelled(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
			 const uint8_t secret[HOP_CANCEL_LEN], uint64_t sequence)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_CANCEL);

	sqlite_bind_octets(s, 1, id, RESERVATION_ID_LEN);
	sqlite_bind_octets(s, 2, secret, HOP_CANCEL_LEN);
	sqlite3_bind_int64(s, 3, sequence);
	return sqlite_run(s);
}

int sqlite_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		  const uint8_t secret[HOP_CANCEL_LEN], const uint8_t hash[HOP_CANCEL_LEN])
{
	uint8_t relay[SIGN_KEY_LEN];
	uint64_t sequence;
	int err = sqlite_begin(store);

	if (err)
		return err;
	err = may_cancel(store, id, hash, relay);
	if (err) {
		sqlite_end(store, -ECANCELED);
		return err == 1 ? 0 : err;
	}
	/* A new sequence, so that the relay hears of it whatever it has collected. */
	err = sqlite_next_sequence(store, relay, &sequence);
	if (!err)
		err = set_cancelled(store, id, secret, sequence);
	return sqlite_end(store, err);
}

static int read_item(sqlite3_stmt *s, const uint8_t relay[SIGN_KEY_LEN], struct store_item *item)
{
	memset(item, 0, sizeof(*item));
	item->sequence = sqlite3_column_int64(s, 0);
	item->cancelled = sqlite3_column_int(s, 2) == STORE_CANCELLED;
	memcpy(item->bind.relay, relay, SIGN_KEY_LEN);
	item->bind.slots.length_s = sqlite3_column_int64(s, 5);
	item->bind.slots.first = sqlite3_column_int64(s, 6);
	item->bind.slots.count = sqlite3_column_int64(s, 7);
	item->bind.expires = sqlite3_column_int64(s, 8);
	return sqlite_column_octets(s, 1, item->id, sizeof(item->id)) ?:
	       sqlite_column_string(s, 4, item->bind.ingress, sizeof(item->bind.ingress)) ?:
	       sqlite_column_octets(s, 9, item->box, sizeof(item->box)) ?:
	       item->cancelled ?
		       sqlite_column_octets(s, 3, item->cancel_secret, HOP_CANCEL_LEN) :
		       0;
}

static int tell_items(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		      size_t max, store_item_fn fn, void *arg, uint64_t *last)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_COLLECT);
	struct store_item item;
	int err;

	sqlite_bind_octets(s, 1, relay, SIGN_KEY_LEN);
	sqlite3_bind_int64(s, 2, after);
	sqlite3_bind_int64(s, 3, max);
	while ((err = sqlite_step(s)) == 1) {
		err = read_item(s, relay, &item) ?: fn(&item, arg);
		if (err)
			break;
		*last = item.sequence;
	}
	sqlite3_reset(s);
	return err;
}

int sqlite_collect(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		   size_t max, store_item_fn fn, void *arg)
{
	uint64_t last = after;
	sqlite3_stmt *s;
	int err;

	if (after > INT64_MAX)
		return 0;
	err = tell_items(store, relay, after, max, fn, arg, &last);
	if (err || last == after)
		return err;
	s = sqlite_get(store, SQL_COLLECTED);
	sqlite_bind_octets(s, 1, relay, SIGN_KEY_LEN);
	sqlite3_bind_int64(s, 2, after);
	sqlite3_bind_int64(s, 3, last);
	return sqlite_run(s);
}

int sqlite_receipt_put(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		       const uint8_t id[RESERVATION_ID_LEN], const uint8_t receipt[RECEIPT_BOX_LEN])
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RECEIPT_PUT);
	int err;

	sqlite_bind_octets(s, 1, relay, SIGN_KEY_LEN);
	sqlite_bind_octets(s, 2, id, RESERVATION_ID_LEN);
	sqlite_bind_octets(s, 3, receipt, RECEIPT_BOX_LEN);
	err = sqlite_run(s);
	if (!err && !sqlite3_changes(((struct sqlite *)store)->db))
		err = -ENOENT;
	return err;
}
