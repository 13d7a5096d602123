// SPDX-License-Identifier: GPL-2.0
/* A reservation comes in: tokens are spent and a lane is taken in one transaction. */
#include <errno.h>
#include <string.h>

#include "store/sqlite.h"

static bool has_octets(sqlite3_stmt *s, int i, const void *data, size_t len)
{
	return (size_t)sqlite3_column_bytes(s, i) == len &&
	       !memcmp(sqlite3_column_blob(s, i), data, len);
}

static bool is_same(sqlite3_stmt *s, const struct store_reservation *r)
{
	char ingress[HOP_NUMBER_SIZE];

	return !sqlite_column_string(s, 1, ingress, sizeof(ingress)) &&
	       !strcmp(ingress, r->bind.ingress) && has_octets(s, 0, r->bind.relay, SIGN_KEY_LEN) &&
	       sqlite3_column_int64(s, 2) == r->bind.slots.length_s &&
	       (uint64_t)sqlite3_column_int64(s, 3) == r->bind.slots.first &&
	       sqlite3_column_int64(s, 4) == r->bind.slots.count &&
	       (uint64_t)sqlite3_column_int64(s, 5) == r->bind.expires &&
	       has_octets(s, 6, r->box, sizeof(r->box)) &&
	       has_octets(s, 7, r->cancel_hash, sizeof(r->cancel_hash));
}

/* 1: the very same is there; 0: none; -EEXIST: another is. */
static int look_for(struct store *store, const struct store_reservation *r)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RESERVATION);
	int err;

	sqlite_bind_octets(s, 1, r->id, sizeof(r->id));
	err = sqlite_step(s);
	if (err == 1)
		err = is_same(s, r) ? 1 : -EEXIST;
	sqlite3_reset(s);
	return err;
}

static int count_lanes(struct store *store, const struct hop_bind *bind, uint64_t now)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_INGRESS_LANES);
	int err;

	sqlite_bind_octets(s, 1, bind->relay, SIGN_KEY_LEN);
	sqlite_bind_text(s, 2, bind->ingress);
	sqlite3_bind_int64(s, 3, now);
	err = sqlite_step(s);
	if (err >= 0)
		err = err ? sqlite3_column_int(s, 0) : -ENOENT;
	sqlite3_reset(s);
	return err;
}

/*
 * The lowest that is free in all of the slots, if fewer than LANES are taken:
 * there may be some above, of when the ingress was announced with more.
 */
static int choose_lane(struct store *store, const struct hop_bind *bind, int lanes)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_TAKEN_LANES);
	int lane = 0, taken = 0, err;

	sqlite_bind_octets(s, 1, bind->relay, SIGN_KEY_LEN);
	sqlite_bind_text(s, 2, bind->ingress);
	sqlite3_bind_int64(s, 3, slots_start(&bind->slots));
	sqlite3_bind_int64(s, 4, slots_end(&bind->slots));
	while ((err = sqlite_step(s)) == 1) {
		lane += sqlite3_column_int(s, 0) == lane;
		taken++;
	}
	sqlite3_reset(s);
	if (err < 0)
		return err;
	return taken < lanes ? lane : -EBUSY;
}

int sqlite_next_sequence(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t *next)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_NEXT_SEQUENCE);
	int err;

	sqlite_bind_octets(s, 1, relay, SIGN_KEY_LEN);
	err = sqlite_step(s);
	if (err == 1) {
		*next = sqlite3_column_int64(s, 0);
		err = 0;
	} else if (!err) {
		err = -EIO;
	}
	sqlite3_reset(s);
	return err;
}

static int spend(struct store *store, uint64_t epoch, const uint8_t hash[TOKEN_HASH_LEN])
{
	sqlite3_stmt *s = sqlite_get(store, SQL_SPEND);
	int err;

	sqlite3_bind_int64(s, 1, epoch);
	sqlite_bind_octets(s, 2, hash, TOKEN_HASH_LEN);
	err = sqlite_run(s);
	return err == -EEXIST ? -EKEYREJECTED : err;
}

static int insert(struct store *store, const struct store_reservation *r, int lane,
		  uint64_t sequence)
{
	sqlite3_stmt *s = sqlite_get(store, SQL_RESERVE);
	const struct slots *slots = &r->bind.slots;

	sqlite_bind_octets(s, 1, r->id, sizeof(r->id));
	sqlite_bind_octets(s, 2, r->bind.relay, SIGN_KEY_LEN);
	sqlite_bind_text(s, 3, r->bind.ingress);
	sqlite3_bind_int64(s, 4, lane);
	sqlite3_bind_int64(s, 5, slots->length_s);
	sqlite3_bind_int64(s, 6, slots->first);
	sqlite3_bind_int64(s, 7, slots->count);
	sqlite3_bind_int64(s, 8, slots_start(slots));
	sqlite3_bind_int64(s, 9, slots_end(slots));
	sqlite3_bind_int64(s, 10, r->bind.expires);
	sqlite_bind_octets(s, 11, r->box, sizeof(r->box));
	sqlite_bind_octets(s, 12, r->cancel_hash, sizeof(r->cancel_hash));
	sqlite3_bind_int64(s, 13, sequence);
	return sqlite_run(s);
}

static int take_lane(struct store *store, const struct store_reservation *r, uint64_t now)
{
	int lanes = count_lanes(store, &r->bind, now), lane;
	uint64_t sequence;
	int err;

	if (lanes < 0)
		return lanes;
	lane = choose_lane(store, &r->bind, lanes);
	if (lane < 0)
		return lane;
	err = sqlite_next_sequence(store, r->bind.relay, &sequence);
	return err ?: insert(store, r, lane, sequence);
}

int sqlite_reserve(struct store *store, const struct store_reservation *reservation,
		   const uint64_t *epochs, const uint8_t (*hashes)[TOKEN_HASH_LEN], size_t n_tokens,
		   uint64_t now)
{
	int err = sqlite_begin(store);
	size_t i;

	if (err)
		return err;
	err = look_for(store, reservation);
	if (err) {
		sqlite_end(store, -ECANCELED); /* there was nothing to change */
		return err == 1 ? 0 : err;
	}
	err = take_lane(store, reservation, now);
	for (i = 0; i < n_tokens && !err; i++)
		err = spend(store, epochs[i], hashes[i]);
	return sqlite_end(store, err);
}
