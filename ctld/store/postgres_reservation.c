// SPDX-License-Identifier: GPL-2.0
/* What becomes of a reservation: collected, answered, cancelled. */
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "store/postgres.h"

/* The row of PG_STATUS; -ENOENT when there is none. */
static int select_one(struct store *store, const uint8_t id[RESERVATION_ID_LEN], PGresult **result)
{
	struct pg_args args = { 0 };
	int err;

	pg_octets(&args, id, RESERVATION_ID_LEN);
	err = pg_query(store, PG_STATUS, &args, result);
	return !err && !PQntuples(*result) ? -ENOENT : err;
}

static int read_status(const PGresult *result, struct store_status *status)
{
	memset(status, 0, sizeof(*status));
	status->state = pg_get_integer(result, 0, 0);
	status->has_receipt = !PQgetisnull(result, 0, 1);
	return status->has_receipt ? pg_get_octets(result, 0, 1, status->receipt, RECEIPT_BOX_LEN)
				   : 0;
}

int pg_status(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
	      struct store_status *status)
{
	PGresult *result;
	int err = pg_begin(store);

	if (err)
		return err;
	err = select_one(store, id, &result);
	if (!err)
		err = read_status(result, status);
	PQclear(result);
	return pg_end(store, err);
}

/* 1: it is cancelled already; 0: it may be. */
static int may_cancel(const PGresult *result, const uint8_t hash[HOP_CANCEL_LEN])
{
	uint8_t want[HOP_CANCEL_LEN];
	int err = pg_get_octets(result, 0, 3, want, sizeof(want));

	if (err)
		return err;
	if (CRYPTO_memcmp(want, hash, sizeof(want)))
		return -EACCES;
	return pg_get_integer(result, 0, 0) == STORE_CANCELLED;
}

static int set_cancelled(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
			 const uint8_t secret[HOP_CANCEL_LEN], uint64_t sequence)
{
	struct pg_args args = { 0 };

	pg_octets(&args, id, RESERVATION_ID_LEN);
	pg_octets(&args, secret, HOP_CANCEL_LEN);
	pg_integer(&args, sequence);
	return pg_run(store, PG_CANCEL, &args, NULL);
}

/*
 * Whose it is must be known before that relay's row can be taken, and whether it
 * is cancelled looked at after, since another may have been quicker.
 */
static int cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		  const uint8_t secret[HOP_CANCEL_LEN], const uint8_t hash[HOP_CANCEL_LEN])
{
	uint8_t relay[SIGN_KEY_LEN];
	uint64_t sequence;
	PGresult *result;
	int err = select_one(store, id, &result);

	if (!err)
		err = pg_get_octets(result, 0, 2, relay, sizeof(relay)) ?: may_cancel(result, hash);
	PQclear(result);
	if (err)
		return err;
	/* A new sequence, so that the relay hears of it whatever it has collected. */
	err = pg_next_sequence(store, relay, &sequence);
	if (err)
		return err;
	err = select_one(store, id, &result);
	if (!err)
		err = may_cancel(result, hash);
	PQclear(result);
	return err ?: set_cancelled(store, id, secret, sequence);
}

int pg_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
	      const uint8_t secret[HOP_CANCEL_LEN], const uint8_t hash[HOP_CANCEL_LEN])
{
	int err = pg_begin(store);

	if (err)
		return err;
	err = cancel(store, id, secret, hash);
	if (err != 1)
		return pg_end(store, err);
	err = pg_end(store, -ECANCELED);
	return err == -ECANCELED ? 0 : err;
}

static int read_item(const PGresult *result, int row, const uint8_t relay[SIGN_KEY_LEN],
		     struct store_item *item)
{
	memset(item, 0, sizeof(*item));
	item->sequence = pg_get_integer(result, row, 0);
	item->cancelled = pg_get_integer(result, row, 2) == STORE_CANCELLED;
	memcpy(item->bind.relay, relay, SIGN_KEY_LEN);
	item->bind.slots.length_s = pg_get_integer(result, row, 5);
	item->bind.slots.first = pg_get_integer(result, row, 6);
	item->bind.slots.count = pg_get_integer(result, row, 7);
	item->bind.expires = pg_get_integer(result, row, 8);
	return pg_get_octets(result, row, 1, item->id, sizeof(item->id)) ?:
	       pg_get_text(result, row, 4, item->bind.ingress, sizeof(item->bind.ingress)) ?:
	       pg_get_octets(result, row, 9, item->box, sizeof(item->box)) ?:
	       item->cancelled ?
		       pg_get_octets(result, row, 3, item->cancel_secret, HOP_CANCEL_LEN) :
		       0;
}

static int tell_items(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		      size_t max, store_item_fn fn, void *arg, uint64_t *last)
{
	struct pg_args args = { 0 };
	struct store_item item;
	PGresult *result;
	int err;

	pg_octets(&args, relay, SIGN_KEY_LEN);
	pg_integer(&args, after);
	pg_integer(&args, max);
	err = pg_query(store, PG_COLLECT, &args, &result);
	for (int i = 0; !err && i < PQntuples(result); i++) {
		err = read_item(result, i, relay, &item) ?: fn(&item, arg);
		if (!err)
			*last = item.sequence;
	}
	PQclear(result);
	return err;
}

static int mark_collected(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
			  uint64_t last)
{
	struct pg_args args = { 0 };

	pg_octets(&args, relay, SIGN_KEY_LEN);
	pg_integer(&args, after);
	pg_integer(&args, last);
	return pg_run(store, PG_COLLECTED, &args, NULL);
}

int pg_collect(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after, size_t max,
	       store_item_fn fn, void *arg)
{
	uint64_t last = after;
	int err;

	if (after > INT64_MAX)
		return 0;
	err = pg_begin(store);
	if (err)
		return err;
	err = tell_items(store, relay, after, max, fn, arg, &last);
	if (!err && last != after)
		err = mark_collected(store, relay, after, last);
	return pg_end(store, err);
}

int pg_receipt_put(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		   const uint8_t id[RESERVATION_ID_LEN], const uint8_t receipt[RECEIPT_BOX_LEN])
{
	struct pg_args args = { 0 };
	uint64_t n = 0;
	int err = pg_begin(store);

	if (err)
		return err;
	pg_octets(&args, relay, SIGN_KEY_LEN);
	pg_octets(&args, id, RESERVATION_ID_LEN);
	pg_octets(&args, receipt, RECEIPT_BOX_LEN);
	err = pg_run(store, PG_RECEIPT_PUT, &args, &n);
	return pg_end(store, err ?: n ? 0 : -ENOENT);
}
