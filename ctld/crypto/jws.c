// SPDX-License-Identifier: GPL-2.0
/* Compact JSON Web Signatures: header.payload.signature, each in base64url. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64url.h"
#include "crypto/sign.h"

#define TYPE_MAX	48
#define HEADER_MAX	(TYPE_MAX + 32)
#define SIGNATURE_CHARS BASE64URL_CHARS(SIGN_SIGNATURE_LEN)

/*
 * There is one way to write a header, so that it need not be parsed: whatever
 * else it may say, with more members or in another order, is not ours.
 */
static size_t header(char out[BASE64URL_CHARS(HEADER_MAX) + 1], const char *type)
{
	char text[HEADER_MAX];
	int len = snprintf(text, sizeof(text), "{\"alg\":\"EdDSA\",\"typ\":\"%s\"}", type);

	if (len < 0 || (size_t)len >= sizeof(text))
		return 0;
	base64url_encode(out, text, len);
	return BASE64URL_CHARS((size_t)len);
}

int jws_sign(char **jws, const uint8_t private_key[SIGN_KEY_LEN], const char *type,
	     const char *payload, size_t len)
{
	char head[BASE64URL_CHARS(HEADER_MAX) + 1];
	uint8_t signature[SIGN_SIGNATURE_LEN];
	size_t head_len = header(head, type), n;
	char *out;
	int err;

	if (!head_len)
		return -EINVAL;
	out = malloc(head_len + 1 + BASE64URL_CHARS(len) + 1 + SIGNATURE_CHARS + 1);
	if (!out)
		return -ENOMEM;
	memcpy(out, head, head_len);
	out[head_len] = '.';
	base64url_encode(out + head_len + 1, payload, len);
	n = head_len + 1 + BASE64URL_CHARS(len);
	err = sign_data(private_key, out, n, signature);
	if (err) {
		free(out);
		return err;
	}
	out[n] = '.';
	base64url_encode(out + n + 1, signature, sizeof(signature));
	*jws = out;
	return 0;
}

/* Where the payload begins and ends: *END is the dot before the signature. */
static int split(const char *jws, const char *type, const char **begin, const char **end)
{
	char head[BASE64URL_CHARS(HEADER_MAX) + 1];
	size_t head_len = header(head, type);

	if (!head_len || strncmp(jws, head, head_len) || jws[head_len] != '.')
		return -EBADMSG;
	*begin = jws + head_len + 1;
	*end = strchr(*begin, '.');
	if (!*end || strlen(*end + 1) != SIGNATURE_CHARS)
		return -EBADMSG;
	return 0;
}

static int decode(const char *begin, const char *end, char **payload, size_t *len)
{
	size_t size = (size_t)(end - begin) / 4 * 3 + 3;
	char *out = malloc(size + 1);
	int n;

	if (!out)
		return -ENOMEM;
	n = base64url_decode(out, size, begin, end - begin);
	if (n < 0) {
		free(out);
		return -EBADMSG;
	}
	out[n] = '\0';
	*payload = out;
	*len = n;
	return 0;
}

int jws_verify(const char *jws, const uint8_t public_key[SIGN_KEY_LEN], const char *type,
	       char **payload, size_t *len)
{
	uint8_t signature[SIGN_SIGNATURE_LEN];
	const char *begin, *end;
	int err = split(jws, type, &begin, &end);

	if (err)
		return err;
	if (base64url_exact(signature, sizeof(signature), end + 1))
		return -EBADMSG;
	err = sign_verify(public_key, jws, end - jws, signature);
	return err ?: decode(begin, end, payload, len);
}

int jws_peek(const char *jws, const char *type, char **payload, size_t *len)
{
	uint8_t signature[SIGN_SIGNATURE_LEN];
	const char *begin, *end;
	int err = split(jws, type, &begin, &end);

	if (err)
		return err;
	if (base64url_exact(signature, sizeof(signature), end + 1))
		return -EBADMSG;
	return decode(begin, end, payload, len);
}
