/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_PRI_INTERNAL_H
#define PHONION_PRI_INTERNAL_H

#include "call/call.h"

/* The leg is to be the channel that the call has now. */
enum cause pri_side_open_leg(struct side *side);

#endif
