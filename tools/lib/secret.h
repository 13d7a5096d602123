/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for what must not be read: kept out of swap and core dumps, and wiped
 * when it is freed. All JSON is in it, but for what is public and large.
 */
#ifndef PHONION_SECRET_H
#define PHONION_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Early in main(); false: the memory could not be locked, and may reach the swap. */
bool secret_init(void);
void secret_end(void);

/* Zeroed; NULL: no memory. */
void *secret_alloc(size_t len);
void secret_free(void *p); /* NULL is allowed */

/* JSON of directories is public, and larger than memory that can be locked. */
void secret_public_json(bool is_public);

#endif
