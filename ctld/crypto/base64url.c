// SPDX-License-Identifier: GPL-2.0
#include "crypto/base64url.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
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

/*
 * What each character is worth, and one: 0 is none of ours. A directory has
 * many millions of them, so this is a table; the few secrets that pass here have
 * come over the network.
 */
static const uint8_t worth[256] = {
	['A'] = 1,  ['B'] = 2,	['C'] = 3,  ['D'] = 4,	['E'] = 5,  ['F'] = 6,	['G'] = 7,
	['H'] = 8,  ['I'] = 9,	['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63,
	['_'] = 64,
};

/*
 * Four characters, three octets: all but the end of a text. Any that is none of ours
 * sets bits above the lowest six in *BAD.
 */
static void decode_four(uint8_t out[3], const char *text, unsigned int *bad)
{
	const unsigned char *in = (const unsigned char *)text;
	unsigned int a = worth[in[0]] - 1u, b = worth[in[1]] - 1u, c = worth[in[2]] - 1u,
		     d = worth[in[3]] - 1u;
	unsigned int bits = a << 18 | b << 12 | c << 6 | d;

	*bad |= a | b | c | d;
	out[0] = bits >> 16;
	out[1] = bits >> 8;
	out[2] = bits;
}

/* Two or three characters, one octet or two, and no bits left over. */
static bool decode_end(uint8_t *out, const char *text, size_t len)
{
	char four[4] = { text[0], text[1], len == 3 ? text[2] : 'A', 'A' };
	unsigned int bad = 0;
	uint8_t octets[3];

	decode_four(octets, four, &bad);
	memcpy(out, octets, len - 1);
	return bad <= 63 && !octets[2] && (len == 3 || !octets[1]);
}

int base64url_decode(void *out, size_t size, const char *text, size_t len)
{
	size_t rest = len % 4, used = len / 4 * 3 + (rest ? rest - 1 : 0);
	const char *end = text + len - rest;
	uint8_t *to = out;
	unsigned int bad = 0;

	if (rest == 1)
		return -EINVAL;
	if (used > size || used > INT_MAX)
		return -EOVERFLOW;
	for (; text < end; text += 4, to += 3)
		decode_four(to, text, &bad);
	return bad > 63 || (rest && !decode_end(to, text, rest)) ? -EINVAL : (int)used;
}

int base64url_exact(void *out, size_t size, const char *text)
{
	int n;

	if (strlen(text) != BASE64URL_CHARS(size))
		return -EINVAL;
	n = base64url_decode(out, size, text, BASE64URL_CHARS(size));
	return n == (int)size ? 0 : -EINVAL;
}
