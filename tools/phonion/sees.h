/* SPDX-License-Identifier: GPL-2.0 */
/* Who will be able to see what of a circuit, worked out from its hops. */
#ifndef PHONION_SEES_H
#define PHONION_SEES_H

#include "circuit.h"

/* A list of {"who", "is", "sees": [...], "caller": bool, "callee": bool}; to be released. */
json_t *sees_json(const struct client *client, const struct circuit *circuit);
void sees_print(const json_t *sees);
/* Somebody sees the caller's number and the callee's. */
bool sees_both(const json_t *sees);

#endif
