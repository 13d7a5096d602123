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

/* Network byte order from and to any alignment; the wire has no other. */
static inline u16 phn_get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 phn_get32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static inline void phn_put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void phn_put32(u8 *p, u32 v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

#endif
