// SPDX-License-Identifier: GPL-2.0
#include "protocol/slot.h"

#include <errno.h>

bool slots_valid(const struct slots *slots)
{
	return slots->length_s >= SLOT_MIN_S && slots->length_s <= SLOT_MAX_S &&
	       slots->count >= 1 && slots->count <= SLOT_MAX_COUNT &&
	       slots->first <= (uint64_t)INT64_MAX / slots->length_s - SLOT_MAX_COUNT;
}

int slots_cover(struct slots *slots, uint32_t length_s, uint64_t from, uint64_t to)
{
	uint64_t last;

	if (length_s < SLOT_MIN_S || length_s > SLOT_MAX_S || from >= to || to > INT64_MAX)
		return -ERANGE;
	last = (to - 1) / length_s;
	slots->length_s = length_s;
	slots->first = from / length_s;
	if (last - slots->first >= SLOT_MAX_COUNT)
		return -ERANGE;
	slots->count = last - slots->first + 1;
	return slots_valid(slots) ? 0 : -ERANGE;
}
