// SPDX-License-Identifier: GPL-2.0
/* A reservation comes in: tokens are spent and a lane is taken in one transaction. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/postgres.h"

static bool has_octets(const PGresult *result, int column, const void *data, size_t len)
{
	return (size_t)PQgetlength(result, 0, column) == len &&
	       !memcmp(PQgetvalue(result, 0, column), data, len);
}

static bool is_same(const PGresult *result, const struct store_reservation *r)
{
	const struct slots *slots = &r->bind.slots;

	return has_octets(result, 0, r->bind.relay, SIGN_KEY_LEN) &&
	       has_octets(result, 1, r->bind.ingress, strlen(r->bind.ingress)) &&
	       pg_get_integer(result, 0, 2) == slots->length_s &&
	       pg_get_integer(result, 0, 3) == slots->first &&
	       pg_get_integer(result, 0, 4) == slots->count &&
	       pg_get_integer(result, 0, 5) == r->bind.expires &&
	       has_octets(result, 6, r->box, sizeof(r->box)) &&
	       has_octets(result, 7, r->cancel_hash, sizeof(r->cancel_hash));
}

/* 1: the very same is there; 0: none; -EEXIST: another is. */
static int look_for(struct store *store, const struct store_reservation *r)
{
	struct pg_args args = { 0 };
	PGresult *result;
	int err;

	pg_octets(&args, r->id, sizeof(r->id));
	err = pg_query(store, PG_RESERVATION, &args, &result);
	if (!err && PQntuples(result))
		err = is_same(result, r) ? 1 : -EEXIST;
	PQclear(result);
	return err;
}

int pg_next_sequence(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t *next)
{
	struct pg_args args = { 0 };
	PGresult *result;
	int err;

	pg_octets(&args, relay, SIGN_KEY_LEN);
	err = pg_query(store, PG_NEXT_SEQUENCE, &args, &result);
	if (!err)
		*next = pg_get_integer(result, 0, 0);
	PQclear(result);
	return err;
}

static int count_lanes(struct store *store, const struct hop_bind *bind, uint64_t now,
		       uint64_t *lanes)
{
	struct pg_args args = { 0 };
	PGresult *result;
	int err;

	pg_octets(&args, bind->relay, SIGN_KEY_LEN);
	pg_text(&args, bind->ingress);
	pg_integer(&args, now);
	err = pg_query(store, PG_INGRESS_LANES, &args, &result);
	if (!err && PQntuples(result))
		*lanes = pg_get_integer(result, 0, 0);
	else if (!err)
		err = -ENOENT;
	PQclear(result);
	return err;
}

/*
 * The lowest that is free in all of the slots, if fewer than LANES are taken:
 * there may be some above, of when the ingress was announced with more.
 */
static int choose_lane(struct store *store, const struct hop_bind *bind, uint64_t lanes,
		       uint64_t *lane)
{
	struct pg_args args = { 0 };
	PGresult *result;
	int err, n = 0;

	pg_octets(&args, bind->relay, SIGN_KEY_LEN);
	pg_text(&args, bind->ingress);
	pg_integer(&args, slots_start(&bind->slots));
	pg_integer(&args, slots_end(&bind->slots));
	err = pg_query(store, PG_TAKEN_LANES, &args, &result);
	if (err)
		return err;
	while (n < PQntuples(result) && pg_get_integer(result, n, 0) == (uint64_t)n)
		n++;
	*lane = n;
	if ((uint64_t)PQntuples(result) >= lanes)
		err = -EBUSY;
	PQclear(result);
	return err;
}

static int insert(struct store *store, const struct store_reservation *r, uint64_t lane,
		  uint64_t sequence)
{
	const struct slots *slots = &r->bind.slots;
	struct pg_args args = { 0 };

	pg_octets(&args, r->id, sizeof(r->id));
	pg_octets(&args, r->bind.relay, SIGN_KEY_LEN);
	pg_text(&args, r->bind.ingress);
	pg_integer(&args, lane);
	pg_integer(&args, slots->length_s);
	pg_integer(&args, slots->first);
	pg_integer(&args, slots->count);
	pg_integer(&args, slots_start(slots));
	pg_integer(&args, slots_end(slots));
	pg_integer(&args, r->bind.expires);
	pg_octets(&args, r->box, sizeof(r->box));
	pg_octets(&args, r->cancel_hash, sizeof(r->cancel_hash));
	pg_integer(&args, sequence);
	return pg_run(store, PG_RESERVE, &args, NULL);
}

static int take_lane(struct store *store, const struct store_reservation *r, uint64_t sequence,
		     uint64_t now)
{
	uint64_t lanes, lane;

	return count_lanes(store, &r->bind, now, &lanes)
		       ?: choose_lane(store, &r->bind, lanes, &lane)
				  ?: insert(store, r, lane, sequence);
}

struct spent {
	uint64_t epoch;
	const uint8_t *hash;
};

static int compare(const void *a, const void *b)
{
	const struct spent *x = a, *y = b;

	return memcmp(x->hash, y->hash, TOKEN_HASH_LEN);
}

/* In one order for all, so that no two wait for each other's. */
static int spend(struct store *store, const uint64_t *epochs,
		 const uint8_t (*hashes)[TOKEN_HASH_LEN], size_t n)
{
	struct spent tokens[TOKEN_MAX_BATCH];
	int err = 0;

	for (size_t i = 0; i < n; i++)
		tokens[i] = (struct spent){ epochs[i], hashes[i] };
	if (n)
		qsort(tokens, n, sizeof(*tokens), compare);
	for (size_t i = 0; i < n && !err; i++) {
		struct pg_args args = { 0 };

		pg_integer(&args, tokens[i].epoch);
		pg_octets(&args, tokens[i].hash, TOKEN_HASH_LEN);
		err = pg_run(store, PG_SPEND, &args, NULL);
	}
	return err == -EEXIST ? -EKEYREJECTED : err;
}

int pg_reserve(struct store *store, const struct store_reservation *reservation,
	       const uint64_t *epochs, const uint8_t (*hashes)[TOKEN_HASH_LEN], size_t n_tokens,
	       uint64_t now)
{
	uint64_t sequence;
	int err = pg_begin(store);

	if (err)
		return err;
	/* Takes the relay's row: what is looked at stays so until it is written. */
	err = pg_next_sequence(store, reservation->bind.relay, &sequence);
	if (!err)
		err = look_for(store, reservation);
	if (err) {
		err = pg_end(store, err == 1 ? -ECANCELED : err); /* there was nothing to change */
		return err == -ECANCELED ? 0 : err;
	}
	err = take_lane(store, reservation, sequence, now);
	if (!err)
		err = spend(store, epochs, hashes, n_tokens);
	return pg_end(store, err);
}
