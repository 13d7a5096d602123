/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a broker keeps: relays, reservations with their sealed boxes, receipts,
 * spent tokens and epoch keys. A thin layer of named operations with two
 * backends, SQLite and PostgreSQL; several brokers may use one PostgreSQL
 * database. That no lane of an ingress is booked twice, and no token spent
 * twice, is in the schema, not in the code that asks.
 *
 * Calls are synchronous; a change that returned 0 is on the disk. They return 0
 * or a negative errno. -EAGAIN: the store cannot be reached now (PostgreSQL is
 * down, SQLite is busy): nothing was changed as far as can be known, the same
 * request may be made again. -EIO: the store is damaged or full.
 */
#ifndef PHONION_STORE_H
#define PHONION_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/descriptor.h"
#include "protocol/hop.h"
#include "protocol/receipt.h"
#include "protocol/token.h"

struct store;

/*
 * URL: "sqlite:PATH" or "postgresql://..." (libpq's URI). Makes the tables
 * when there are none; -EPROTO when they are of a newer version. *ERROR becomes
 * a sentence to be freed, without password.
 */
int store_open(struct store **store, const char *url, char **error);
void store_close(struct store *store);
/* 0 when the store answers. */
int store_ping(struct store *store);

/*
 * Relays. A put with a sequence not above the stored one is -ESTALE. Reservations
 * of an ingress that is no longer announced stay until they end.
 */
int store_relay_put(struct store *store, const struct descriptor *descriptor, const char *jws);
int store_relay_del(struct store *store, const uint8_t relay[SIGN_KEY_LEN]);
typedef int (*store_relay_fn)(const uint8_t relay[SIGN_KEY_LEN], const char *jws, void *arg);
/* Those that have not expired at NOW, by key. A non-zero return of FN ends it and is returned. */
int store_relays(struct store *store, uint64_t now, store_relay_fn fn, void *arg);
/* Runs of time from NOW on in which no lane is free, by relay and ingress; [start, end) in s. */
typedef int (*store_busy_fn)(const uint8_t relay[SIGN_KEY_LEN], const char *ingress, uint64_t start,
			     uint64_t end, void *arg);
int store_busy(struct store *store, uint64_t now, store_busy_fn fn, void *arg);

struct store_reservation {
	uint8_t id[RESERVATION_ID_LEN];
	struct hop_bind bind;
	uint8_t box[HOP_BOX_LEN];
	uint8_t cancel_hash[HOP_CANCEL_LEN];
};

/*
 * In one transaction: spends the tokens, takes the lowest free lane, stores the
 * box. The same reservation again is 0 and changes nothing (the answer may have
 * been lost). -EEXIST: the id is another reservation's; -ENOENT: no such relay or
 * ingress (expired at NOW); -EBUSY: no lane is free in some of the slots;
 * -EKEYREJECTED: a token is spent already. On any error no token is spent.
 */
int store_reserve(struct store *store, const struct store_reservation *reservation,
		  const struct token *tokens, size_t n_tokens, uint64_t now);

enum store_state {
	STORE_WAITING, /* the relay has not collected it */
	STORE_COLLECTED,
	STORE_CANCELLED, /* its lane is free again */
};

struct store_status {
	enum store_state state;
	bool has_receipt;
	uint8_t receipt[RECEIPT_BOX_LEN];
};

/* -ENOENT: none, or ended long ago. */
int store_status(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		 struct store_status *status);
/* -ENOENT: none; -EACCES: not the secret. Again is 0. The relay is told at its next collection. */
int store_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		 const uint8_t secret[HOP_CANCEL_LEN]);

struct store_item {
	uint64_t sequence; /* of this relay's items; grows */
	uint8_t id[RESERVATION_ID_LEN];
	bool cancelled;
	uint8_t cancel_secret[HOP_CANCEL_LEN]; /* when cancelled */
	struct hop_bind bind;		       /* when not */
	uint8_t box[HOP_BOX_LEN];
};

typedef int (*store_item_fn)(const struct store_item *item, void *arg);
/*
 * At most MAX items of RELAY above AFTER, by sequence. No item that is committed
 * later may have a sequence below one that was told (PostgreSQL's sequences do
 * not promise that by themselves). Marks them as collected.
 */
int store_collect(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		  size_t max, store_item_fn fn, void *arg);
/* -ENOENT: no such reservation of RELAY. A later receipt replaces the first. */
int store_receipt_put(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		      const uint8_t id[RESERVATION_ID_LEN], const uint8_t receipt[RECEIPT_BOX_LEN]);

/*
 * Epoch keys, the same for all brokers of a database: PRIVATE is sealed by the
 * caller. A put of an epoch that is there is 0 and changes nothing: read it back.
 */
#define STORE_MAX_KEY 4096
struct store_epoch {
	uint64_t epoch, not_before, not_after;
	const uint8_t *private_key;
	size_t private_len;
	const uint8_t *public_key; /* DER */
	size_t public_len;
};
int store_epoch_put(struct store *store, const struct store_epoch *epoch);
typedef int (*store_epoch_fn)(const struct store_epoch *epoch, void *arg);
int store_epochs(struct store *store, store_epoch_fn fn, void *arg);

/*
 * Forgets what has ended: reservations and receipts an hour after their window,
 * expired relays, epochs that are over with their spent tokens. *N, when not
 * NULL, is how many rows went.
 */
int store_expire(struct store *store, uint64_t now, uint64_t *n);

#endif
