/* SPDX-License-Identifier: GPL-2.0 */
/* base64url (RFC 4648 section 5) without padding. */
#ifndef PHONION_BASE64URL_H
#define PHONION_BASE64URL_H

#include <stddef.h>
#include <stdint.h>

/* Characters that LEN octets make, without the NUL. */
#define BASE64URL_CHARS(len) (((len)*8 + 5) / 6)

/* OUT has room for BASE64URL_CHARS(LEN) + 1. */
void base64url_encode(char *out, const void *data, size_t len);

/*
 * Decodes LEN characters into at most SIZE octets. Returns how many, -EINVAL
 * for anything that base64url_encode() does not write (other characters,
 * padding, bits left over), -EOVERFLOW when there are more than SIZE.
 */
int base64url_decode(void *out, size_t size, const char *text, size_t len);

/* TEXT is exactly SIZE octets, or -EINVAL. */
int base64url_exact(void *out, size_t size, const char *text);

#endif
