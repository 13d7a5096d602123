/* SPDX-License-Identifier: GPL-2.0 */
/* Which circuit a dialled number is the ingress of, and may it be used now? */
#ifndef PHONION_CIRCUIT_H
#define PHONION_CIRCUIT_H

#include "call/call.h"

/* CAUSE_NORMAL and *circuit, or why not. */
enum cause circuit_select(const struct calls *calls, const struct conf_trunk *trunk,
			  const char *number, const struct conf_circuit **circuit);
/* Calls that are set up or up, of a circuit; by a trunk, either way. */
unsigned int circuit_calls(const struct calls *calls, const char *circuit);
unsigned int trunk_calls(const struct calls *calls, const char *trunk);

#endif
