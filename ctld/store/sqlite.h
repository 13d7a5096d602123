/* SPDX-License-Identifier: GPL-2.0 */
/* The SQLite backend's connection and its prepared statements. */
#ifndef PHONION_STORE_SQLITE_H
#define PHONION_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/ops.h"

enum sqlite_statement {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_PING,
	SQL_RELAY_PUT,
	SQL_RELAY_SEQUENCE,
	SQL_RELAY_DEL,
	SQL_RELAYS,
	SQL_INGRESS_DEL,
	SQL_INGRESS_PUT,
	SQL_INGRESS_LANES,
	SQL_TAKEN,
	SQL_TAKEN_LANES,
	SQL_NEXT_SEQUENCE,
	SQL_SPEND,
	SQL_RESERVE,
	SQL_RESERVATION,
	SQL_STATUS,
	SQL_CANCEL,
	SQL_COLLECT,
	SQL_COLLECTED,
	SQL_RECEIPT_PUT,
	SQL_EPOCH_PUT,
	SQL_EPOCHS,
	SQL_EXPIRE_RESERVATIONS,
	SQL_EXPIRE_RELAYS,
	SQL_EXPIRE_SPENT,
	SQL_EXPIRE_EPOCHS,
	SQL_COUNT,
};

struct sqlite {
	struct store store;
	sqlite3 *db;
	sqlite3_stmt *statements[SQL_COUNT];
};

extern const char sqlite_schema[];
extern const char *const sqlite_texts[SQL_COUNT];

/* The statement, with nothing bound to it. */
sqlite3_stmt *sqlite_get(struct store *store, enum sqlite_statement which);
void sqlite_bind_octets(sqlite3_stmt *s, int i, const void *data, size_t len);
void sqlite_bind_text(sqlite3_stmt *s, int i, const char *text);
/* 0 or -EIO when column I is not LEN octets. */
int sqlite_column_octets(sqlite3_stmt *s, int i, void *out, size_t len);
/* 0 or -EIO when column I is no text, or does not fit in SIZE with its NUL. */
int sqlite_column_string(sqlite3_stmt *s, int i, char *out, size_t size);
/* 1: a row; 0: done; otherwise a negative errno, -EEXIST for a key, -EBUSY for a trigger. */
int sqlite_step(sqlite3_stmt *s);
/* For what gives no rows: steps and resets. */
int sqlite_run(sqlite3_stmt *s);

int sqlite_begin(struct store *store);
/* Commits when ERR is 0, otherwise rolls back; returns ERR, or why it could not commit. */
int sqlite_end(struct store *store, int err);

/* sqlite_relay.c */
int sqlite_relay_put(struct store *store, const struct descriptor *descriptor, const char *jws);
int sqlite_relay_del(struct store *store, const uint8_t relay[SIGN_KEY_LEN]);
int sqlite_relays(struct store *store, uint64_t now, store_relay_fn fn, void *arg);
int sqlite_taken(struct store *store, uint64_t now, store_taken_fn fn, void *arg);

/* sqlite_reserve.c */
int sqlite_reserve(struct store *store, const struct store_reservation *reservation,
		   const uint64_t *epochs, const uint8_t (*hashes)[TOKEN_HASH_LEN], size_t n_tokens,
		   uint64_t now);
int sqlite_next_sequence(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t *next);

/* sqlite_reservation.c */
int sqlite_status(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		  struct store_status *status);
int sqlite_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		  const uint8_t secret[HOP_CANCEL_LEN], const uint8_t hash[HOP_CANCEL_LEN]);
int sqlite_collect(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		   size_t max, store_item_fn fn, void *arg);
int sqlite_receipt_put(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		       const uint8_t id[RESERVATION_ID_LEN],
		       const uint8_t receipt[RECEIPT_BOX_LEN]);

/* sqlite_epoch.c */
int sqlite_epoch_put(struct store *store, const struct store_epoch *epoch);
int sqlite_epochs(struct store *store, store_epoch_fn fn, void *arg);
int sqlite_expire(struct store *store, uint64_t now, uint64_t *n);

#endif
