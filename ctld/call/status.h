/* SPDX-License-Identifier: GPL-2.0 */
/* What the control socket can ask about calls. */
#ifndef PHONION_STATUS_H
#define PHONION_STATUS_H

#include "call/call.h"

/* call.list, call.hangup, circuit.list and status. */
int status_register(struct calls *calls);

#endif
