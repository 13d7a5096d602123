/* SPDX-License-Identifier: GPL-2.0 */
/* The PostgreSQL backend's connection and its prepared statements. */
#ifndef PHONION_STORE_POSTGRES_H
#define PHONION_STORE_POSTGRES_H

#include <libpq-fe.h>

#include "store/ops.h"

enum pg_statement {
	PG_PING,
	PG_RELAY_PUT,
	PG_RELAY_DEL,
	PG_RELAYS,
	PG_INGRESS_DEL,
	PG_INGRESS_PUT,
	PG_INGRESS_LANES,
	PG_TAKEN,
	PG_TAKEN_LANES,
	PG_NEXT_SEQUENCE,
	PG_SPEND,
	PG_RESERVE,
	PG_RESERVATION,
	PG_STATUS,
	PG_CANCEL,
	PG_COLLECT,
	PG_COLLECTED,
	PG_RECEIPT_PUT,
	PG_EPOCH_PUT,
	PG_EPOCHS,
	PG_EXPIRE_RESERVATIONS,
	PG_EXPIRE_RELAYS,
	PG_EXPIRE_SPENT,
	PG_EXPIRE_EPOCHS,
	PG_COUNT,
};

struct postgres {
	struct store store;
	PGconn *conn;
	bool prepared;	   /* the connection has the statements */
	uint64_t tried_ms; /* when a connection was last tried, of CLOCK_MONOTONIC */
};

extern const char pg_schema[];
extern const char *const pg_texts[PG_COUNT];

#define PG_MAX_ARGS 13

/* What a statement is given, in its order. What pg_octets() and pg_text() take must stay. */
struct pg_args {
	const char *values[PG_MAX_ARGS];
	int lengths[PG_MAX_ARGS], formats[PG_MAX_ARGS], n;
	uint64_t integers[PG_MAX_ARGS];
};

void pg_octets(struct pg_args *args, const void *data, size_t len);
void pg_integer(struct pg_args *args, uint64_t value);
void pg_text(struct pg_args *args, const char *text);

/*
 * *RESULT is to be cleared, and NULL on an error. -EAGAIN: the server is away,
 * or busy with whom we would wait for too long; -EEXIST: a key is there already;
 * -EBUSY: the lane is booked; -EIO: anything else.
 */
int pg_query(struct store *store, enum pg_statement which, const struct pg_args *args,
	     PGresult **result);
/* For what gives no rows. *N, when not NULL, is how many it changed. */
int pg_run(struct store *store, enum pg_statement which, const struct pg_args *args, uint64_t *n);
uint64_t pg_get_integer(const PGresult *result, int row, int column);
/* -EIO when the value is not LEN octets. */
int pg_get_octets(const PGresult *result, int row, int column, void *out, size_t len);
/* -EIO when it does not fit in SIZE with its NUL. */
int pg_get_text(const PGresult *result, int row, int column, char *out, size_t size);

int pg_begin(struct store *store);
/* Commits when ERR is 0, otherwise rolls back; returns ERR, or why it could not commit. */
int pg_end(struct store *store, int err);

/* postgres_relay.c */
int pg_relay_put(struct store *store, const struct descriptor *descriptor, const char *jws);
int pg_relay_del(struct store *store, const uint8_t relay[SIGN_KEY_LEN]);
int pg_relays(struct store *store, uint64_t now, store_relay_fn fn, void *arg);
int pg_taken(struct store *store, uint64_t now, store_taken_fn fn, void *arg);

/* postgres_reserve.c */
int pg_reserve(struct store *store, const struct store_reservation *reservation,
	       const uint64_t *epochs, const uint8_t (*hashes)[TOKEN_HASH_LEN], size_t n_tokens,
	       uint64_t now);
int pg_next_sequence(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t *next);

/* postgres_reservation.c */
int pg_status(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
	      struct store_status *status);
int pg_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
	      const uint8_t secret[HOP_CANCEL_LEN], const uint8_t hash[HOP_CANCEL_LEN]);
int pg_collect(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after, size_t max,
	       store_item_fn fn, void *arg);
int pg_receipt_put(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		   const uint8_t id[RESERVATION_ID_LEN], const uint8_t receipt[RECEIPT_BOX_LEN]);

/* postgres_epoch.c */
int pg_epoch_put(struct store *store, const struct store_epoch *epoch);
int pg_epochs(struct store *store, store_epoch_fn fn, void *arg);
int pg_expire(struct store *store, uint64_t now, uint64_t *n);

#endif
