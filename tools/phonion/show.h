/* SPDX-License-Identifier: GPL-2.0 */
/* How circuits are shown. */
#ifndef PHONION_SHOW_H
#define PHONION_SHOW_H

#include "circuit.h"
#include "state.h"

/* A table of its hops, and what each relay has said. */
void show_hops(const struct circuit *circuit);
/* Number, code and window, for the caller. */
void show_export(const struct circuit *circuit);

/* All of it but secrets, but for the access code that the caller needs; to be released. */
json_t *show_json(const struct circuit *circuit);
json_t *show_export_json(const struct circuit *circuit);

/* "waiting", "accepted" or why it is refused. */
const char *show_verdict(const struct booking *hop);
/* What to do about a refusal; NULL: nothing. */
const char *show_advice(const struct booking *hop);

#endif
