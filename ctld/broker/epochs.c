// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "broker/epochs.h"
#include "broker/keyseal.h"
#include "log/log.h"

#define KEY_BITS 2048
#define LOOK_MS	 5000 /* for keys that are over, and for one to be made */

struct epoch_key {
	uint64_t epoch, not_before, not_after;
	EVP_PKEY *key;
	uint8_t *der; /* public */
	size_t der_len;
};

struct epochs {
	struct loop *loop;
	struct store *store;
	uint8_t seal[KEYSEAL_LEN];
	uint32_t length_s;
	epochs_fn changed;
	void *arg;
	struct epoch_key keys[EPOCHS_MAX];
	size_t n;
	uint64_t looked; /* when the store was asked last */
	struct loop_timer timer;
	/* The thread that makes a key; what it made is looked at after it has ended. */
	bool making;
	pthread_t thread;
	uint64_t made_epoch;
	EVP_PKEY *made;
	int event_fd;
	struct loop_io *io;
};

static uint64_t epoch_of(const struct epochs *epochs, uint64_t when)
{
	return when - when % epochs->length_s;
}

static struct epoch_key *find(struct epochs *epochs, uint64_t epoch)
{
	for (size_t i = 0; i < epochs->n; i++)
		if (epochs->keys[i].epoch == epoch)
			return &epochs->keys[i];
	return NULL;
}

static void key_clear(struct epoch_key *key)
{
	EVP_PKEY_free(key->key);
	free(key->der);
	memset(key, 0, sizeof(*key));
}

/* From the store */

static bool is_newer(const struct epoch_key *a, const struct epoch_key *b)
{
	return a->not_before > b->not_before;
}

static void insert(struct epochs *epochs, const struct epoch_key *key)
{
	size_t i = epochs->n++;

	for (; i > 0 && is_newer(key, &epochs->keys[i - 1]); i--)
		epochs->keys[i] = epochs->keys[i - 1];
	epochs->keys[i] = *key;
}

static int on_stored(const struct store_epoch *stored, void *arg)
{
	struct epochs *epochs = arg;
	struct epoch_key key = {
		.epoch = stored->epoch,
		.not_before = stored->not_before,
		.not_after = stored->not_after,
	};
	int err;

	if (find(epochs, stored->epoch) || epochs->n == EPOCHS_MAX)
		return 0;
	err = keyseal_open(epochs->seal, stored->epoch, stored->private_key, stored->private_len,
			   &key.key);
	if (err)
		return err;
	key.der = malloc(stored->public_len);
	if (!key.der) {
		EVP_PKEY_free(key.key);
		return -ENOMEM;
	}
	memcpy(key.der, stored->public_key, stored->public_len);
	key.der_len = stored->public_len;
	insert(epochs, &key);
	return 0;
}

static void drop_over(struct epochs *epochs, uint64_t now)
{
	while (epochs->n && epochs->keys[epochs->n - 1].not_after <= now)
		key_clear(&epochs->keys[--epochs->n]);
}

static int load(struct epochs *epochs, uint64_t now)
{
	size_t before = epochs->n;
	int err;

	epochs->looked = now;
	drop_over(epochs, now);
	err = store_epochs(epochs->store, on_stored, epochs);
	drop_over(epochs, now);
	if (epochs->n != before && epochs->changed)
		epochs->changed(epochs->arg);
	return err;
}

/* Whose key was first is the key; it is read back. */
static int keep(struct epochs *epochs, uint64_t epoch, EVP_PKEY *key)
{
	uint8_t sealed[STORE_MAX_KEY], *der = NULL;
	struct store_epoch stored = {
		.epoch = epoch,
		.not_before = epoch,
		.not_after = epoch + 2 * (uint64_t)epochs->length_s,
		.private_key = sealed,
	};
	int err = blind_key_public(key, &der, &stored.public_len);

	if (!err)
		err = keyseal_seal(epochs->seal, epoch, key, sealed, sizeof(sealed),
				   &stored.private_len);
	stored.public_key = der;
	if (!err)
		err = store_epoch_put(epochs->store, &stored);
	free(der);
	return err;
}

static int make_now(struct epochs *epochs, uint64_t now)
{
	uint64_t epoch = epoch_of(epochs, now);
	EVP_PKEY *key;
	int err;

	if (find(epochs, epoch))
		return 0;
	err = blind_key_new(&key, KEY_BITS);
	if (err)
		return err;
	err = keep(epochs, epoch, key);
	EVP_PKEY_free(key);
	return err ? err : load(epochs, now);
}

/* In a thread */

static void *make(void *arg)
{
	struct epochs *epochs = arg;
	const uint64_t one = 1;

	if (blind_key_new(&epochs->made, KEY_BITS))
		epochs->made = NULL;
	if (write(epochs->event_fd, &one, sizeof(one)) < 0)
		return NULL; /* it cannot be full */
	return NULL;
}

static void make_ahead(struct epochs *epochs, uint64_t epoch)
{
	epochs->made_epoch = epoch;
	if (pthread_create(&epochs->thread, NULL, make, epochs))
		log_warn("no thread to make the next token key in; trying again");
	else
		epochs->making = true;
}

/* What cannot be kept now is good for the next try. */
static void keep_made(struct epochs *epochs)
{
	int err = keep(epochs, epochs->made_epoch, epochs->made);

	if (err) {
		log_warn("the next token key could not be kept, trying again: %s", strerror(-err));
		return;
	}
	EVP_PKEY_free(epochs->made);
	epochs->made = NULL;
	load(epochs, time(NULL));
}

static void on_made(int fd, short revents, void *arg)
{
	struct epochs *epochs = arg;
	uint64_t count;

	(void)revents;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	pthread_join(epochs->thread, NULL);
	epochs->making = false;
	if (epochs->made)
		keep_made(epochs);
}

/* A key that was made for an epoch that is over by now is as good for this one. */
static void want(struct epochs *epochs, uint64_t epoch)
{
	if (find(epochs, epoch) || epochs->making)
		return;
	if (!epochs->made) {
		make_ahead(epochs, epoch);
		return;
	}
	epochs->made_epoch = epoch;
	keep_made(epochs);
}

static void look(void *arg)
{
	struct epochs *epochs = arg;
	uint64_t now = time(NULL), epoch = epoch_of(epochs, now);

	loop_timer_set(epochs->loop, &epochs->timer, LOOK_MS, look, epochs);
	if (load(epochs, now))
		return;
	want(epochs, epoch);
	if (find(epochs, epoch))
		want(epochs, epoch + epochs->length_s);
}

/* Questions */

static bool is_good(const struct epoch_key *key, uint64_t now)
{
	return key->not_before <= now && now < key->not_after;
}

EVP_PKEY *epochs_key(struct epochs *epochs, uint64_t epoch, uint64_t now)
{
	const struct epoch_key *key = find(epochs, epoch);

	return key && is_good(key, now) ? key->key : NULL;
}

bool epochs_ready(struct epochs *epochs, uint64_t now)
{
	if (!find(epochs, epoch_of(epochs, now)) && epochs->looked != now)
		load(epochs, now);
	return find(epochs, epoch_of(epochs, now)) != NULL;
}

size_t epochs_public(const struct epochs *epochs, uint64_t now, struct token_key keys[EPOCHS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < epochs->n; i++) {
		const struct epoch_key *key = &epochs->keys[i];

		if (is_good(key, now))
			keys[n++] = (struct token_key){ key->epoch, key->not_before, key->not_after,
							key->der, key->der_len };
	}
	return n;
}

static int open_event(struct epochs *epochs)
{
	epochs->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (epochs->event_fd < 0)
		return -errno;
	return loop_io_add(epochs->loop, &epochs->io, epochs->event_fd, POLLIN, on_made, epochs);
}

int epochs_new(struct epochs **epochs, const struct epochs_options *options, uint64_t now)
{
	struct epochs *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->loop = options->loop;
	new->store = options->store;
	new->length_s = options->length_s;
	new->event_fd = -1;
	err = keyseal_derive(options->identity, new->seal);
	if (!err)
		err = load(new, now);
	if (!err)
		err = make_now(new, now);
	if (!err)
		err = open_event(new);
	if (!err)
		err = loop_timer_set(new->loop, &new->timer, 0, look, new);
	if (err) {
		epochs_free(new);
		return err;
	}
	new->changed = options->changed;
	new->arg = options->arg;
	*epochs = new;
	return 0;
}

void epochs_free(struct epochs *epochs)
{
	if (!epochs)
		return;
	if (epochs->making)
		pthread_join(epochs->thread, NULL);
	EVP_PKEY_free(epochs->made);
	loop_timer_del(&epochs->timer);
	loop_io_del(epochs->io);
	if (epochs->event_fd >= 0)
		close(epochs->event_fd);
	for (size_t i = 0; i < epochs->n; i++)
		key_clear(&epochs->keys[i]);
	OPENSSL_cleanse(epochs->seal, sizeof(epochs->seal));
	free(epochs);
}
