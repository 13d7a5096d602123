/* SPDX-License-Identifier: GPL-2.0 */
/* What a backend of the store does; store.h says what each operation promises. */
#ifndef PHONION_STORE_OPS_H
#define PHONION_STORE_OPS_H

#include "store/store.h"

#define STORE_VERSION 1	   /* of the tables */
#define STORE_GRACE_S 3600 /* how long what has ended can still be asked for */

/* A booked lane, as busy.c takes it: by relay, ingress and start. */
struct store_taken {
	uint8_t relay[SIGN_KEY_LEN];
	char ingress[HOP_NUMBER_SIZE];
	uint32_t lanes; /* of the ingress, at least 1 */
	uint64_t start, end;
};

typedef int (*store_taken_fn)(const struct store_taken *taken, void *arg);

struct store {
	const struct store_ops *ops;
};

struct store_ops {
	/* PATH is the URL without its scheme for SQLite, all of it for PostgreSQL. */
	int (*open)(struct store **store, const char *path, char **error);
	void (*close)(struct store *store);
	int (*ping)(struct store *store);
	int (*relay_put)(struct store *store, const struct descriptor *descriptor, const char *jws);
	int (*relay_del)(struct store *store, const uint8_t relay[SIGN_KEY_LEN]);
	int (*relays)(struct store *store, uint64_t now, store_relay_fn fn, void *arg);
	int (*taken)(struct store *store, uint64_t now, store_taken_fn fn, void *arg);
	/* The tokens are by their hashes here. */
	int (*reserve)(struct store *store, const struct store_reservation *reservation,
		       const uint64_t *epochs, const uint8_t (*hashes)[TOKEN_HASH_LEN],
		       size_t n_tokens, uint64_t now);
	int (*status)(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		      struct store_status *status);
	/* HASH is SECRET's. */
	int (*cancel)(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		      const uint8_t secret[HOP_CANCEL_LEN], const uint8_t hash[HOP_CANCEL_LEN]);
	int (*collect)(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		       size_t max, store_item_fn fn, void *arg);
	int (*receipt_put)(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
			   const uint8_t id[RESERVATION_ID_LEN],
			   const uint8_t receipt[RECEIPT_BOX_LEN]);
	int (*epoch_put)(struct store *store, const struct store_epoch *epoch);
	int (*epochs)(struct store *store, store_epoch_fn fn, void *arg);
	int (*expire)(struct store *store, uint64_t now, uint64_t *n);
};

extern const struct store_ops store_sqlite;
extern const struct store_ops store_postgres;

#endif
