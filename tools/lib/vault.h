/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One JSON value in a file, sealed by a passphrase: ChaCha20-Poly1305 under a
 * key that scrypt (RFC 7914) makes of it. The file is replaced as a whole and
 * padded, so that its size tells little, and locked against a second client.
 */
#ifndef PHONION_VAULT_H
#define PHONION_VAULT_H

#include <jansson.h>
#include <stdbool.h>

struct vault;

/* Takes the lock, and makes the directory. -EWOULDBLOCK: another client has it. */
int vault_new(struct vault **vault, const char *dir);
void vault_free(struct vault *vault); /* NULL is allowed */
bool vault_exists(const struct vault *vault);

/* The key that it will be sealed by, at a cost of 2^COST. */
int vault_set_passphrase(struct vault *vault, const char *passphrase, unsigned int cost);
/*
 * -ENOENT: there is none; -EKEYREJECTED: another passphrase; -EBADMSG: altered
 * or cut off, whoever did it.
 */
int vault_load(struct vault *vault, const char *passphrase, json_t **content);
/* On the disk, or unchanged, when it returns. */
int vault_save(struct vault *vault, const json_t *content);

#endif
