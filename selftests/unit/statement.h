/* SPDX-License-Identifier: GPL-2.0 */
/* Statements whose JSON is right but for one place. */
#ifndef PHONION_TEST_STATEMENT_H
#define PHONION_TEST_STATEMENT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/sign.h"

/* TEXT with the first OLD, which must be there, replaced by NEW; to be freed. */
static inline char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	char *out;

	assert_non_null(at);
	assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)) > 0);
	return out;
}

static inline char *signed_by(const uint8_t key[SIGN_KEY_LEN], const char *type, const char *text)
{
	char *jws;

	assert_int_equal(jws_sign(&jws, key, type, text, strlen(text)), 0);
	return jws;
}

#endif
