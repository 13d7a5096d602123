/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots: the coarse grid on which windows start and end, so that equal-looking
 * windows hide each other. Slot N of length L seconds is [N*L, (N+1)*L) of
 * Unix time; a broker's directory says L.
 */
#ifndef PHONION_SLOT_H
#define PHONION_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#define SLOT_MIN_S     60
#define SLOT_MAX_S     86400
#define SLOT_DEFAULT_S 1800
#define SLOT_MAX_COUNT 96 /* of one reservation */

struct slots {
	uint32_t length_s;
	uint64_t first;
	uint32_t count; /* 1 to SLOT_MAX_COUNT */
};

/* Unix time in seconds; [start, end). */
static inline uint64_t slots_start(const struct slots *slots)
{
	return slots->first * slots->length_s;
}

static inline uint64_t slots_end(const struct slots *slots)
{
	return (slots->first + slots->count) * slots->length_s;
}

/* Do the numbers make sense (ranges above, no overflow)? */
bool slots_valid(const struct slots *slots);

/* The fewest slots that hold [FROM, TO). -ERANGE: none, or too many. */
int slots_cover(struct slots *slots, uint32_t length_s, uint64_t from, uint64_t to);

#endif
