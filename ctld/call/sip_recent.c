// SPDX-License-Identifier: GPL-2.0
/* INVITEs that were answered lately. */
#include <string.h>

#include "call/sip_recent.h"
#include "sip/dialog.h"
#include "sip/token.h"

#define KEEP_MS (64 * 500)

static uint64_t add_text(uint64_t hash, const char *text)
{
	/* With its NUL, so that what is parted differently differs. */
	return token_hash64(hash, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* What a copy has in common with the first (RFC 3261, 8.2.2.2). */
uint64_t recent_hash(const osip_message_t *invite)
{
	uint64_t hash = add_text(2, invite->call_id->number);

	hash = add_text(hash, invite->call_id->host);
	hash = add_text(hash, message_tag(invite->from));
	return add_text(hash, invite->cseq->number);
}

void recent_add(struct recent *recent, uint64_t hash, uint64_t now_ms)
{
	unsigned int at = recent->next++ % RECENT_MAX;

	recent->invites[at].hash = hash;
	recent->invites[at].until_ms = now_ms + KEEP_MS;
}

bool recent_has(const struct recent *recent, uint64_t hash, uint64_t now_ms)
{
	unsigned int i;

	for (i = 0; i < RECENT_MAX; i++)
		if (recent->invites[i].hash == hash && recent->invites[i].until_ms > now_ms)
			return true;
	return false;
}
