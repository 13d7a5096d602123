/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory that this broker signs, and the relays in it as they are read.
 * It is signed anew when something has changed or half of its life is over, at
 * most once a second, when somebody asks; so what is served may be a second
 * old, and what another broker of the database changed some seconds.
 */
#ifndef PHONION_BROKER_CATALOG_H
#define PHONION_BROKER_CATALOG_H

#include "broker/conf.h"
#include "broker/epochs.h"
#include "protocol/directory.h"
#include "store/store.h"

struct catalog;

/* Shared with the answers that are being sent. */
struct catalog_text {
	unsigned int users;
	char etag[48]; /* quoted, as in HTTP */
	uint64_t issued, expires;
	size_t len;
	char *jws;
};

int catalog_new(struct catalog **catalog, struct store *store, struct epochs *epochs,
		const struct broker_conf *conf, const uint8_t identity[SIGN_KEY_LEN]);
void catalog_free(struct catalog *catalog);
void catalog_reconfigure(struct catalog *catalog, const struct broker_conf *conf);

/* Reservations or keys are others than before; relays are, which is looked at sooner. */
void catalog_changed(struct catalog *catalog);
void catalog_relays_changed(struct catalog *catalog);

/* *TEXT is to be put back; an expired directory is never given. */
int catalog_get(struct catalog *catalog, uint64_t now, uint64_t now_ms, struct catalog_text **text);
void catalog_text_put(void *text);

/*
 * *RELAY is NULL when there is none such, or it has expired. Looks into the
 * store again, at most once a second, before it says so.
 */
int catalog_relay(struct catalog *catalog, const uint8_t relay[SIGN_KEY_LEN], uint64_t now,
		  uint64_t now_ms, const struct descriptor **descriptor);
size_t catalog_relays(const struct catalog *catalog);
/* How often a directory was signed. */
uint64_t catalog_signed(const struct catalog *catalog);

#endif
