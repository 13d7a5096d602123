// SPDX-License-Identifier: GPL-2.0
#include "crypto/base64url.h"

#include <errno.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_encode(char *out, const void *data, size_t len)
{
	const uint8_t *in = data;
	unsigned int bits = 0, n = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		for (n += 8; n >= 6; n -= 6)
			*out++ = digits[bits >> (n - 6) & 63];
	}
	if (n)
		*out++ = digits[bits << (6 - n) & 63];
	*out = '\0';
}

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -EINVAL;
}

int base64url_decode(void *out, size_t size, const char *text, size_t len)
{
	uint8_t *to = out;
	unsigned int bits = 0, n = 0;
	size_t i, used = 0;
	int v;

	if (len % 4 == 1)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		v = value(text[i]);
		if (v < 0)
			return v;
		bits = bits << 6 | (unsigned int)v;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		if (used == size)
			return -EOVERFLOW;
		to[used++] = bits >> n & 255;
	}
	return bits & ((1u << n) - 1) ? -EINVAL : (int)used;
}

int base64url_exact(void *out, size_t size, const char *text)
{
	int n;

	if (strlen(text) != BASE64URL_CHARS(size))
		return -EINVAL;
	n = base64url_decode(out, size, text, BASE64URL_CHARS(size));
	return n == (int)size ? 0 : -EINVAL;
}
