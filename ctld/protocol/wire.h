/* SPDX-License-Identifier: GPL-2.0 */
/* Big-endian numbers and padded texts of the fixed-size boxes. */
#ifndef PHONION_WIRE_H
#define PHONION_WIRE_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t *wire_put(uint8_t *out, const void *data, size_t len)
{
	memcpy(out, data, len);
	return out + len;
}

static inline uint8_t *wire_put32(uint8_t *out, uint32_t value)
{
	value = htobe32(value);
	return wire_put(out, &value, sizeof(value));
}

static inline uint8_t *wire_put64(uint8_t *out, uint64_t value)
{
	value = htobe64(value);
	return wire_put(out, &value, sizeof(value));
}

/* TEXT is a NUL-terminated array of SIZE; what is after the NUL does not show. */
static inline uint8_t *wire_put_text(uint8_t *out, const char *text, size_t size)
{
	memset(out, 0, size);
	memcpy(out, text, strnlen(text, size - 1));
	return out + size;
}

static inline const uint8_t *wire_get(void *out, const uint8_t *in, size_t len)
{
	memcpy(out, in, len);
	return in + len;
}

static inline const uint8_t *wire_get64(uint64_t *value, const uint8_t *in)
{
	in = wire_get(value, in, sizeof(*value));
	*value = be64toh(*value);
	return in;
}

static inline bool wire_is_zero(const void *data, size_t len)
{
	const uint8_t *in = data;
	uint8_t any = 0;

	while (len--)
		any |= *in++;
	return !any;
}

/* A text is followed by zeros to its end, one of them at the least. */
static inline bool wire_is_padded(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	return len < size && wire_is_zero(text + len, size - len);
}

#endif
