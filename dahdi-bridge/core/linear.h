/* SPDX-License-Identifier: GPL-2.0 */
/* G.711 octets as 16-bit linear samples and back (ITU-T G.711, tables 1 and 2). */
#ifndef PHD_CORE_LINEAR_H
#define PHD_CORE_LINEAR_H

#include "kmod/core/types.h"

#define PHD_ULAW_BIAS	 0x84
#define PHD_ULAW_CLIP	 (0x7fff - PHD_ULAW_BIAS)
#define PHD_ULAW_SILENCE 0xff
#define PHD_ALAW_SILENCE 0xd5

/* Number of the segment of a magnitude, of which the first ends at 255. */
static inline unsigned int phd_segment(unsigned int magnitude)
{
	return magnitude < 256 ? 0 : 24 - __builtin_clz(magnitude);
}

static inline int phd_clip(int x)
{
	return x > 32767 ? 32767 : x < -32768 ? -32768 : x;
}

static inline s16 phd_ulaw_decode(u8 octet)
{
	u8 v = ~octet;
	int t = (((v & 0xf) << 3) + PHD_ULAW_BIAS) << ((v & 0x70) >> 4);

	return v & 0x80 ? PHD_ULAW_BIAS - t : t - PHD_ULAW_BIAS;
}

static inline u8 phd_ulaw_encode(int x)
{
	unsigned int magnitude = x < 0 ? -x : x, segment;

	if (magnitude > PHD_ULAW_CLIP)
		magnitude = PHD_ULAW_CLIP;
	magnitude += PHD_ULAW_BIAS;
	segment = phd_segment(magnitude);
	return ~((x < 0 ? 0x80 : 0) | segment << 4 | ((magnitude >> (segment + 3)) & 0xf));
}

static inline s16 phd_alaw_decode(u8 octet)
{
	u8 v = octet ^ 0x55;
	unsigned int segment = (v & 0x70) >> 4;
	int t = ((v & 0xf) << 4) + 8;

	if (segment)
		t = (t + 0x100) << (segment - 1);
	return v & 0x80 ? t : -t;
}

static inline u8 phd_alaw_encode(int x)
{
	unsigned int magnitude = x < 0 ? ~x : x, segment;

	if (magnitude > 32767)
		magnitude = 32767;
	segment = phd_segment(magnitude);
	return ((x < 0 ? 0 : 0x80) | segment << 4 |
		((magnitude >> (segment ? segment + 3 : 4)) & 0xf)) ^ 0x55;
}

/* @alaw chooses the law. */
static inline s16 phd_decode(bool alaw, u8 octet)
{
	return alaw ? phd_alaw_decode(octet) : phd_ulaw_decode(octet);
}

static inline u8 phd_encode(bool alaw, int x)
{
	return alaw ? phd_alaw_encode(x) : phd_ulaw_encode(x);
}

static inline u8 phd_silence(bool alaw)
{
	return alaw ? PHD_ALAW_SILENCE : PHD_ULAW_SILENCE;
}

#endif
