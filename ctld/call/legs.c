// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "call/legs.h"

/* A uid is random already. */
static size_t bucket_of(const uint8_t uid[CALL_UID_SIZE])
{
	uint16_t bucket;

	memcpy(&bucket, uid, sizeof(bucket));
	return bucket % CALLS_BUCKETS;
}

static struct side **bucket(const struct side *side)
{
	return &side->call->calls->legs[bucket_of(side->leg.uid)];
}

void legs_add(struct side *side)
{
	struct side **at = bucket(side);

	side->next_leg = *at;
	*at = side;
}

void legs_remove(struct side *side)
{
	struct side **at = bucket(side);

	while (*at != side)
		at = &(*at)->next_leg;
	*at = side->next_leg;
}

struct side *legs_find(const struct calls *calls, const uint8_t uid[CALL_UID_SIZE])
{
	struct side *side = calls->legs[bucket_of(uid)];

	while (side && memcmp(side->leg.uid, uid, CALL_UID_SIZE))
		side = side->next_leg;
	return side;
}
