/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INVITEs that were answered lately. The server transaction of RFC 3261 ends
 * with the 2xx, so a late copy of the INVITE would look like a new call; RFC
 * 6026 has it remembered for 64 * T1.
 */
#ifndef PHONION_RECENT_H
#define PHONION_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#include <osipparser2/osip_message.h>

#define RECENT_MAX 4096 /* 128 calls a second */

struct recent {
	struct {
		uint64_t hash, until_ms;
	} invites[RECENT_MAX];
	unsigned int next;
};

uint64_t recent_hash(const osip_message_t *invite);
void recent_add(struct recent *recent, uint64_t hash, uint64_t now_ms);
bool recent_has(const struct recent *recent, uint64_t hash, uint64_t now_ms);

#endif
