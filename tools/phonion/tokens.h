/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tokens, got ahead in batches of one size, so that neither when nor how many
 * says for what, and spent from as many batches as there are.
 */
#ifndef PHONION_CLIENT_TOKENS_H
#define PHONION_CLIENT_TOKENS_H

#include "directories.h"

#define TOKEN_BATCH 32

/* How many of a broker are good for another minute. */
size_t tokens_at_hand(const struct client *client, const uint8_t broker[SIGN_KEY_LEN]);
/* How many of each batch, a list of numbers; to be released. */
json_t *tokens_batches(const struct client *client, const uint8_t broker[SIGN_KEY_LEN]);
/* Gets batches until N are at hand, and saves them. An exit status. */
int tokens_provide(struct client *client, const struct directories *directories,
		   unsigned int broker, size_t n);
/*
 * Takes N of a broker out of the state; a list for the body of a reservation,
 * to be released, or NULL when there are not so many. What a broker may have seen
 * is never put back, for it would know a token again, whatever it said to it.
 */
json_t *tokens_take(struct client *client, const uint8_t broker[SIGN_KEY_LEN], size_t n);
/* The same list as a broker wants it: without what is for us alone. */
json_t *tokens_body(const json_t *list);

#endif
