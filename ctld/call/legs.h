/* SPDX-License-Identifier: GPL-2.0 */
/* Which side a leg is of, whatever call the side is in by now. */
#ifndef PHONION_LEGS_H
#define PHONION_LEGS_H

#include "call/call.h"

/* By its leg.uid, which must not change in between. */
void legs_add(struct side *side);
void legs_remove(struct side *side);
struct side *legs_find(const struct calls *calls, const uint8_t uid[CALL_UID_SIZE]);

#endif
