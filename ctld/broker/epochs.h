/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys by which tokens are signed: one for each epoch, the same for all
 * brokers of a database. An epoch's number is the Unix time of its beginning;
 * its key is good for that epoch and the one after. The next key is made ahead,
 * in a thread, for that takes longer than a request may wait.
 */
#ifndef PHONION_BROKER_EPOCHS_H
#define PHONION_BROKER_EPOCHS_H

#include <openssl/evp.h>

#include "loop/loop.h"
#include "protocol/directory.h"
#include "store/store.h"

struct epochs;
typedef void (*epochs_fn)(void *arg);

/*
 * Reads the keys of STORE and makes that of NOW if there is none, before it
 * returns. CHANGED is called when there are other keys than before. IDENTITY
 * seals the keys in the store: -EKEYREJECTED when they were sealed by another.
 */
struct epochs_options {
	struct loop *loop;
	struct store *store;
	const uint8_t *identity; /* SIGN_KEY_LEN octets, private; not kept */
	uint32_t length_s;
	epochs_fn changed;
	void *arg;
};
int epochs_new(struct epochs **epochs, const struct epochs_options *options, uint64_t now);
void epochs_free(struct epochs *epochs);

/* The private key of an epoch that is good at NOW, or NULL. */
EVP_PKEY *epochs_key(struct epochs *epochs, uint64_t epoch, uint64_t now);
/* Is there a key of the epoch in which NOW is? Looks for it in the store, at most once a second. */
bool epochs_ready(struct epochs *epochs, uint64_t now);

/* Those good at NOW, the newest first; returns how many. DER is the epochs' own. */
#define EPOCHS_MAX 8
size_t epochs_public(const struct epochs *epochs, uint64_t now, struct token_key keys[EPOCHS_MAX]);

#endif
