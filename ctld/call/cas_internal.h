/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CALL_CAS_INTERNAL_H
#define PHONION_CALL_CAS_INTERNAL_H

#include "call/call.h"

/* The leg is to be the line's channel; one that it has it keeps. */
enum cause cas_side_open_leg(struct side *side);

#endif
