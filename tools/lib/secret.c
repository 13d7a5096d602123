// SPDX-License-Identifier: GPL-2.0
#include <jansson.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "log/harden.h"
#include "tools/lib/secret.h"

/* Half of what Debian lets an ordinary user lock. */
#define ARENA_LEN (4 << 20)

static bool public_json;

/* What does not fit is still wiped when it is freed. */
static void *take(size_t len)
{
	void *p = OPENSSL_secure_malloc(len ? len : 1);

	return p ? p : malloc(len);
}

static void give_back(void *p)
{
	if (!p)
		return;
	if (CRYPTO_secure_allocated(p)) {
		OPENSSL_secure_clear_free(p, OPENSSL_secure_actual_size(p));
		return;
	}
	if (!public_json)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *json_take(size_t len)
{
	return public_json ? malloc(len) : take(len);
}

bool secret_init(void)
{
	process_no_core_dump();
	json_set_alloc_funcs(json_take, give_back);
	return CRYPTO_secure_malloc_init(ARENA_LEN, 32) == 1;
}

void secret_end(void)
{
	CRYPTO_secure_malloc_done();
}

void *secret_alloc(size_t len)
{
	void *p = take(len);

	if (p)
		memset(p, 0, len);
	return p;
}

void secret_free(void *p)
{
	give_back(p);
}

void secret_public_json(bool is_public)
{
	public_json = is_public;
}
