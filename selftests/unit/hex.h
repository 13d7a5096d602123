/* SPDX-License-Identifier: GPL-2.0 */
/* Octets written in hexadecimal, as RFCs have their test vectors. */
#ifndef PHONION_TEST_HEX_H
#define PHONION_TEST_HEX_H

#include <openssl/crypto.h>
#include <stddef.h>
#include <stdint.h>

/* Returns how many there are; a text that is not hexadecimal ends the test. */
static inline size_t hex(uint8_t *out, size_t size, const char *text)
{
	size_t len = 0;

	if (*text)
		assert_int_equal(OPENSSL_hexstr2buf_ex(out, size, &len, text, '\0'), 1);
	return len;
}

#endif
