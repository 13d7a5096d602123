// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of which libpri makes what Q.931 does not (5.8.3.2), and that it must not see:
 *
 * - With the global call reference it begins calls, which outlive layer 2. Only RESTART,
 *   its acknowledgement and STATUS may have that.
 * - A call that is told RESTART, or of its acknowledgement, by its own reference is in a
 *   state that nothing ends.
 * - SETUP for a call that is there ends it, when an element is missing, and no event
 *   tells of that. With one of our references it begins a call as if that were the peer's.
 */
#include "isdn/internal.h"

#define DISCRIMINATOR 8 /* Q.931's */
#define SETUP	      0x05
#define RESTART	      0x46
#define RESTART_ACK   0x4e
#define STATUS	      0x7d
#define TYPE_MASK     0x7f

struct header {
	bool ours; /* sent to who gave the reference */
	unsigned int reference, type;
};

static bool read_header(struct header *header, const uint8_t *message, size_t len)
{
	size_t octets = len > 1 ? message[1] & 0xf : 0;

	if (!octets || len <= 2 + octets || message[0] != DISCRIMINATOR)
		return false;
	header->ours = message[2] & 0x80;
	header->reference = message[2] & 0x7f;
	for (size_t i = 1; i < octets; i++)
		header->reference = header->reference << 8 | message[2 + i];
	header->type = message[2 + octets] & TYPE_MASK;
	return true;
}

bool message_good(const struct isdn_span *span, const uint8_t *message, size_t len)
{
	struct header header;
	bool restart;

	if (!read_header(&header, message, len))
		return true;
	restart = header.type == RESTART || header.type == RESTART_ACK;
	if (!header.reference)
		return restart || header.type == STATUS;
	if (header.type == SETUP)
		return !header.ours && !call_with(span, true, header.reference);
	return !restart;
}
