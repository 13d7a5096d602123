// SPDX-License-Identifier: GPL-2.0
#include "store/store.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "store/ops.h"

#define SQLITE_SCHEME "sqlite:"

int store_open(struct store **store, const char *url, char **error)
{
	if (!strncmp(url, SQLITE_SCHEME, strlen(SQLITE_SCHEME)))
		return store_sqlite.open(store, url + strlen(SQLITE_SCHEME), error);
	if (!strncmp(url, "postgresql://", 13) || !strncmp(url, "postgres://", 11))
		return store_postgres.open(store, url, error);
	*error = strdup("a store is sqlite:PATH or postgresql://...");
	return -EINVAL;
}

void store_close(struct store *store)
{
	if (store)
		store->ops->close(store);
}

int store_ping(struct store *store)
{
	return store->ops->ping(store);
}

int store_relay_put(struct store *store, const struct descriptor *descriptor, const char *jws)
{
	return store->ops->relay_put(store, descriptor, jws);
}

int store_relay_del(struct store *store, const uint8_t relay[SIGN_KEY_LEN])
{
	return store->ops->relay_del(store, relay);
}

int store_relays(struct store *store, uint64_t now, store_relay_fn fn, void *arg)
{
	return store->ops->relays(store, now, fn, arg);
}

int store_reserve(struct store *store, const struct store_reservation *reservation,
		  const struct token *tokens, size_t n_tokens, uint64_t now)
{
	uint8_t hashes[TOKEN_MAX_BATCH][TOKEN_HASH_LEN];
	uint64_t epochs[TOKEN_MAX_BATCH];
	size_t i;
	int err;

	if (n_tokens > TOKEN_MAX_BATCH || !slots_valid(&reservation->bind.slots))
		return -EINVAL;
	for (i = 0; i < n_tokens; i++) {
		epochs[i] = tokens[i].epoch;
		err = token_hash(&tokens[i], hashes[i]);
		if (err)
			return err;
	}
	return store->ops->reserve(store, reservation, epochs, hashes, n_tokens, now);
}

int store_status(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		 struct store_status *status)
{
	return store->ops->status(store, id, status);
}

int store_cancel(struct store *store, const uint8_t id[RESERVATION_ID_LEN],
		 const uint8_t secret[HOP_CANCEL_LEN])
{
	uint8_t hash[HOP_CANCEL_LEN];

	if (!EVP_Q_digest(NULL, "SHA256", NULL, secret, HOP_CANCEL_LEN, hash, NULL))
		return -ENOMEM;
	return store->ops->cancel(store, id, secret, hash);
}

int store_collect(struct store *store, const uint8_t relay[SIGN_KEY_LEN], uint64_t after,
		  size_t max, store_item_fn fn, void *arg)
{
	return store->ops->collect(store, relay, after, max, fn, arg);
}

int store_receipt_put(struct store *store, const uint8_t relay[SIGN_KEY_LEN],
		      const uint8_t id[RESERVATION_ID_LEN], const uint8_t receipt[RECEIPT_BOX_LEN])
{
	return store->ops->receipt_put(store, relay, id, receipt);
}

int store_epoch_put(struct store *store, const struct store_epoch *epoch)
{
	return store->ops->epoch_put(store, epoch);
}

int store_epochs(struct store *store, store_epoch_fn fn, void *arg)
{
	return store->ops->epochs(store, fn, arg);
}

int store_expire(struct store *store, uint64_t now, uint64_t *n)
{
	uint64_t rows = 0;
	int err = store->ops->expire(store, now, &rows);

	if (n)
		*n = rows;
	return err;
}
