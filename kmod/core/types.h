/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure core needs of its surroundings. The core is plain C without
 * kernel dependency: it is compiled into the module and into userspace tests,
 * fuzzers and forwarders alike.
 */
#ifndef PHN_CORE_TYPES_H
#define PHN_CORE_TYPES_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PHN_NET16(v) __builtin_bswap16(v)
#define PHN_NET32(v) __builtin_bswap32(v)
#else
#define PHN_NET16(v) (v)
#define PHN_NET32(v) (v)
#endif

/*
 * Network byte order from and to any alignment; the wire has no other. Whole, for
 * compilers do not always see that octets make a word.
 */
static inline u16 phn_get16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return PHN_NET16(v);
}

static inline u32 phn_get32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return PHN_NET32(v);
}

static inline void phn_put16(u8 *p, u16 v)
{
	v = PHN_NET16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void phn_put32(u8 *p, u32 v)
{
	v = PHN_NET32(v);
	memcpy(p, &v, sizeof(v));
}

#endif
