/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the client keeps, as JSON in its vault: brokers, tokens, circuits, and
 * cancellations that are still to be sent.
 */
#ifndef PHONION_STATE_H
#define PHONION_STATE_H

#include "phonion.h"

#define MAX_BROKERS 8

/*
 * Opens the vault, asking for the passphrase; MAKE makes one when there is
 * none. Forgets what is over, and turns what an interrupted reservation left
 * into cancellations. An exit status.
 */
int state_open(struct client *client, bool make);
/* An exit status. */
int state_save(struct client *client);
void state_close(struct client *client);

/* "brokers", "tokens", "circuits" or "cancellations"; never NULL, lives as long as the state. */
json_t *state_list(const struct client *client, const char *name);
/* A number for the next batch of tokens. */
uint64_t state_next_batch(struct client *client);

/* Members of the state's own objects: they were written by this program. */
const char *state_text(const json_t *object, const char *name); /* "" when it has none */
uint64_t state_uint(const json_t *object, const char *name);
int state_octets(const json_t *object, const char *name, void *out, size_t len);
void state_set_octets(json_t *object, const char *name, const void *data, size_t len);

#endif
