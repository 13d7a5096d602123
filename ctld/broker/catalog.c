// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/catalog.h"
#include "log/log.h"

#define REREAD_MS 5000 /* for what others of the same database have changed */
#define PAUSE_MS  1000 /* between two readings that strangers can cause, and two signatures */
#define RETRY_MS  2000 /* with the store away: each try may take a while, and all wait for it */
#define HASH_LEN  32

/* A descriptor as it was read once; the same statement is not parsed again. */
struct known {
	unsigned int users;
	char *jws;
	struct descriptor *descriptor;
};

struct catalog {
	struct store *store;
	struct epochs *epochs;
	const struct broker_conf *conf;
	uint8_t identity[SIGN_KEY_LEN];
	struct directory
		directory;    /* by key; its statements are of KNOWN, its tokens of the epochs */
	struct known **known; /* of each relay in the directory */
	struct catalog_text *text;   /* NULL: none yet */
	uint8_t hash[HASH_LEN];	     /* of all that TEXT says but its times */
	bool read;		     /* is there anything in it? */
	bool dirty;		     /* reservations are others than those in it */
	bool relays_dirty;	     /* relays are */
	bool reread;		     /* it has been read since TEXT was compared with it */
	uint64_t read_ms, signed_ms; /* the last times */
	uint64_t retry_ms;	     /* the store is not asked before */
	uint64_t n_signed;
};

/* What is read from the store, to take the place of what is there. */
struct reading {
	struct catalog *catalog;
	uint64_t now;
	struct directory_relay *relays;
	struct known **known;
	size_t n, room;
};

static int compare(const void *key, const void *relay)
{
	return memcmp(key, ((const struct directory_relay *)relay)->descriptor->relay,
		      SIGN_KEY_LEN);
}

static struct directory_relay *find(struct directory_relay *relays, size_t n,
				    const uint8_t key[SIGN_KEY_LEN])
{
	return n ? bsearch(key, relays, n, sizeof(*relays), compare) : NULL;
}

/* Statements */

static void known_put(struct known *known)
{
	if (--known->users)
		return;
	free(known->jws);
	descriptor_free(known->descriptor);
	free(known);
}

static int known_new(struct known **known, const uint8_t key[SIGN_KEY_LEN], const char *jws)
{
	struct known *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	if (!new)
		return err;
	new->users = 1;
	new->jws = strdup(jws);
	if (new->jws)
		err = descriptor_read(&new->descriptor, jws, 0, NULL);
	if (!err && memcmp(new->descriptor->relay, key, SIGN_KEY_LEN))
		err = -EBADMSG;
	if (err)
		known_put(new);
	else
		*known = new;
	return err;
}

static int known_get(struct catalog *catalog, struct known **known, const uint8_t key[SIGN_KEY_LEN],
		     const char *jws)
{
	const struct directory *directory = &catalog->directory;
	struct directory_relay *relay = find(directory->relays, directory->n_relays, key);

	if (!relay || strcmp(relay->jws, jws))
		return known_new(known, key, jws);
	*known = catalog->known[relay - directory->relays];
	(*known)->users++;
	return 0;
}

static void relays_free(struct directory_relay *relays, struct known **known, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(relays[i].busy);
		known_put(known[i]);
	}
	free(relays);
	free(known);
}

/* Reading */

static int reading_grow(struct reading *reading)
{
	size_t room = reading->room ? reading->room * 2 : 64;
	struct directory_relay *relays;
	struct known **known;

	if (reading->n < reading->room)
		return 0;
	relays = reallocarray(reading->relays, room, sizeof(*relays));
	if (!relays)
		return -ENOMEM;
	reading->relays = relays;
	known = reallocarray(reading->known, room, sizeof(struct known *));
	if (!known)
		return -ENOMEM;
	reading->known = known;
	reading->room = room;
	return 0;
}

/* The operator's list may be another than when the relay was stored. */
static bool is_listed(const struct reading *reading, const struct descriptor *descriptor)
{
	return broker_conf_admits(reading->catalog->conf, descriptor->relay) &&
	       descriptor->expires <= reading->now + DESCRIPTOR_MAX_LIFETIME_S;
}

static int on_relay(const uint8_t key[SIGN_KEY_LEN], const char *jws, void *arg)
{
	struct reading *reading = arg;
	struct known *known;
	int err = reading_grow(reading);

	if (!err)
		err = known_get(reading->catalog, &known, key, jws);
	if (err)
		return err == -ENOMEM ? err : 0; /* one that cannot be read is not listed */
	if (!is_listed(reading, known->descriptor)) {
		known_put(known);
		return 0;
	}
	reading->known[reading->n] = known;
	reading->relays[reading->n++] = (struct directory_relay){
		.jws = known->jws,
		.descriptor = known->descriptor,
	};
	return 0;
}

static int on_busy(const uint8_t key[SIGN_KEY_LEN], const char *ingress, uint64_t start,
		   uint64_t end, void *arg)
{
	struct reading *reading = arg;
	uint32_t slot = reading->catalog->conf->slot_s;
	struct directory_relay *relay = find(reading->relays, reading->n, key);
	struct busy *busy;

	if (!relay || end <= start)
		return 0;
	busy = reallocarray(relay->busy, relay->n_busy + 1, sizeof(*busy));
	if (!busy)
		return -ENOMEM;
	relay->busy = busy;
	busy += relay->n_busy++;
	memset(busy, 0, sizeof(*busy));
	snprintf(busy->ingress, sizeof(busy->ingress), "%s", ingress);
	busy->first = start / slot;
	busy->count = (end + slot - 1) / slot - busy->first;
	return 0;
}

/* Of each number, runs that are no more than GAP slots apart become one. */
static size_t join(struct busy *busy, size_t n, uint64_t gap)
{
	struct busy *last = busy;

	for (size_t i = 1; i < n; i++) {
		uint64_t end = last->first + last->count;

		if (strcmp(busy[i].ingress, last->ingress) || busy[i].first > end + gap)
			*++last = busy[i];
		else if (busy[i].first + busy[i].count > end)
			last->count = busy[i].first + busy[i].count - last->first;
	}
	return last + 1 - busy;
}

/*
 * More than callees read of one relay: what lies between two runs is called busy too, the
 * shortest first. Each number has one run in the end, and they are not too many.
 */
static void limit_busy(struct directory_relay *relay)
{
	for (uint64_t gap = 1; relay->n_busy > DIRECTORY_MAX_BUSY; gap *= 2)
		relay->n_busy = join(relay->busy, relay->n_busy, gap);
}

static int read_store(struct catalog *catalog, uint64_t now)
{
	struct reading reading = { .catalog = catalog, .now = now };
	struct directory *directory = &catalog->directory;
	int err = store_relays(catalog->store, now, on_relay, &reading);

	if (!err)
		err = store_busy(catalog->store, now, on_busy, &reading);
	if (err) {
		relays_free(reading.relays, reading.known, reading.n);
		return err;
	}
	for (size_t i = 0; i < reading.n; i++)
		limit_busy(&reading.relays[i]);
	relays_free(directory->relays, catalog->known, directory->n_relays);
	directory->relays = reading.relays;
	directory->n_relays = reading.n;
	catalog->known = reading.known;
	catalog->reread = true;
	return 0;
}

static int refresh(struct catalog *catalog, uint64_t now, uint64_t now_ms)
{
	int err;

	if (now_ms < catalog->retry_ms)
		return -EAGAIN;
	catalog->read_ms = now_ms;
	err = read_store(catalog, now);
	catalog->read = !err;
	if (err)
		catalog->retry_ms = now_ms + RETRY_MS;
	else
		catalog->dirty = catalog->relays_dirty = false;
	return err;
}

static bool is_old(const struct catalog *catalog, uint64_t now_ms, uint64_t age_ms)
{
	return !catalog->read || now_ms - catalog->read_ms >= age_ms;
}

/* Signing */

static void hash_relay(EVP_MD_CTX *context, const struct directory_relay *relay)
{
	EVP_DigestUpdate(context, relay->jws, strlen(relay->jws) + 1);
	EVP_DigestUpdate(context, &relay->n_busy, sizeof(relay->n_busy));
	for (size_t i = 0; i < relay->n_busy; i++) {
		const struct busy *busy = &relay->busy[i];

		EVP_DigestUpdate(context, busy->ingress, sizeof(busy->ingress));
		EVP_DigestUpdate(context, &busy->first, sizeof(busy->first));
		EVP_DigestUpdate(context, &busy->count, sizeof(busy->count));
	}
}

static int hash_content(const struct directory *directory, uint8_t hash[HASH_LEN])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
		EVP_MD_CTX_free(context);
		return -ENOMEM;
	}
	EVP_DigestUpdate(context, &directory->horizon_s, sizeof(directory->horizon_s));
	for (size_t i = 0; i < directory->n_tokens; i++)
		EVP_DigestUpdate(context, &directory->tokens[i].epoch, sizeof(uint64_t));
	for (size_t i = 0; i < directory->n_relays; i++)
		hash_relay(context, &directory->relays[i]);
	EVP_DigestFinal_ex(context, hash, NULL);
	EVP_MD_CTX_free(context);
	return 0;
}

void catalog_text_put(void *arg)
{
	struct catalog_text *text = arg;

	if (!text || --text->users)
		return;
	free(text->jws);
	free(text);
}

static void set_etag(struct catalog_text *text, const uint8_t hash[HASH_LEN])
{
	int len = snprintf(text->etag, sizeof(text->etag), "\"%llx-",
			   (unsigned long long)text->issued);

	for (size_t i = 0; i < 8; i++)
		len += snprintf(text->etag + len, sizeof(text->etag) - len, "%02x", hash[i]);
	snprintf(text->etag + len, sizeof(text->etag) - len, "\"");
}

static int sign(struct catalog *catalog, const uint8_t hash[HASH_LEN])
{
	struct catalog_text *text = calloc(1, sizeof(*text));
	int err;

	if (!text)
		return -ENOMEM;
	err = directory_sign(&text->jws, &catalog->directory, catalog->identity);
	if (err) {
		free(text);
		return err;
	}
	text->users = 1;
	text->len = strlen(text->jws);
	text->issued = catalog->directory.issued;
	text->expires = catalog->directory.expires;
	set_etag(text, hash);
	memcpy(catalog->hash, hash, HASH_LEN);
	catalog_text_put(catalog->text);
	catalog->text = text;
	catalog->n_signed++;
	return 0;
}

static bool is_half_over(const struct catalog_text *text, uint64_t now)
{
	return now < text->issued || now - text->issued >= (text->expires - text->issued) / 2;
}

static int sign_if_other(struct catalog *catalog, uint64_t now)
{
	struct token_key keys[EPOCHS_MAX];
	struct directory *directory = &catalog->directory;
	uint8_t hash[HASH_LEN];
	int err;

	directory->issued = now;
	directory->expires = now + catalog->conf->directory_s;
	directory->horizon_s = catalog->conf->horizon_s;
	directory->tokens = keys;
	directory->n_tokens = epochs_public(catalog->epochs, now, keys);
	err = hash_content(directory, hash);
	if (!err && (!catalog->text || is_half_over(catalog->text, now) ||
		     memcmp(hash, catalog->hash, HASH_LEN)))
		err = sign(catalog, hash);
	directory->tokens = NULL;
	directory->n_tokens = 0;
	return err;
}

/* At most once a second, whatever happens. */
static int update_text(struct catalog *catalog, uint64_t now, uint64_t now_ms)
{
	int err = 0;

	if (is_old(catalog, now_ms, catalog->dirty || catalog->relays_dirty ? PAUSE_MS : REREAD_MS))
		err = refresh(catalog, now, now_ms);
	if (err || (catalog->text && now_ms - catalog->signed_ms < PAUSE_MS))
		return err;
	if (catalog->text && !catalog->reread && !is_half_over(catalog->text, now))
		return 0;
	catalog->reread = false;
	catalog->signed_ms = now_ms;
	return sign_if_other(catalog, now);
}

int catalog_get(struct catalog *catalog, uint64_t now, uint64_t now_ms, struct catalog_text **text)
{
	int err = update_text(catalog, now, now_ms);

	/* With the store away, what was signed is still good. */
	if (!catalog->text || catalog->text->expires <= now)
		return err ? err : -EAGAIN;
	catalog->text->users++;
	*text = catalog->text;
	return 0;
}

static const struct descriptor *lookup(struct catalog *catalog, const uint8_t relay[SIGN_KEY_LEN],
				       uint64_t now)
{
	const struct directory_relay *found =
		find(catalog->directory.relays, catalog->directory.n_relays, relay);

	return found && found->descriptor->expires > now ? found->descriptor : NULL;
}

int catalog_relay(struct catalog *catalog, const uint8_t relay[SIGN_KEY_LEN], uint64_t now,
		  uint64_t now_ms, const struct descriptor **descriptor)
{
	int err = 0;

	if (catalog->relays_dirty || is_old(catalog, now_ms, REREAD_MS))
		err = refresh(catalog, now, now_ms);
	*descriptor = lookup(catalog, relay, now);
	if (!*descriptor && !err && is_old(catalog, now_ms, PAUSE_MS)) {
		err = refresh(catalog, now, now_ms); /* another broker may have it */
		*descriptor = lookup(catalog, relay, now);
	}
	return *descriptor ? 0 : err;
}

void catalog_changed(struct catalog *catalog)
{
	catalog->dirty = true;
}

void catalog_relays_changed(struct catalog *catalog)
{
	catalog->relays_dirty = true;
}

size_t catalog_relays(const struct catalog *catalog)
{
	return catalog->directory.n_relays;
}

uint64_t catalog_signed(const struct catalog *catalog)
{
	return catalog->n_signed;
}

int catalog_new(struct catalog **catalog, struct store *store, struct epochs *epochs,
		const struct broker_conf *conf, const uint8_t identity[SIGN_KEY_LEN])
{
	struct catalog *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->store = store;
	new->epochs = epochs;
	new->conf = conf;
	new->directory.slot_s = conf->slot_s;
	memcpy(new->identity, identity, SIGN_KEY_LEN);
	err = sign_public(identity, new->directory.broker);
	if (err) {
		catalog_free(new);
		return err;
	}
	*catalog = new;
	return 0;
}

void catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return;
	relays_free(catalog->directory.relays, catalog->known, catalog->directory.n_relays);
	catalog_text_put(catalog->text);
	OPENSSL_cleanse(catalog->identity, sizeof(catalog->identity));
	free(catalog);
}

void catalog_reconfigure(struct catalog *catalog, const struct broker_conf *conf)
{
	catalog->conf = conf;
	catalog->dirty = catalog->relays_dirty = true;
}
