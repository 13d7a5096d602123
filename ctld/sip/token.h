/* SPDX-License-Identifier: GPL-2.0 */
/* Random tokens (tags, branches, Call-IDs) and a hash keyed for this process. */
#ifndef PHONION_TOKEN_H
#define PHONION_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#define TOKEN_BYTES 16
#define TOKEN_SIZE  (2 * TOKEN_BYTES + 1)

/* 128 random bits as lower-case hex: the size of every token that we make. */
void token_make(char token[TOKEN_SIZE]);
void token_bytes(void *buf, size_t len);
uint32_t token_u32(void);
/* Not for secrecy: for hash tables and for tags that must repeat. */
uint64_t token_hash64(uint64_t seed, const void *data, size_t len);

#endif
