/* SPDX-License-Identifier: GPL-2.0 */
/* When a circuit's legs go up and down, and what that is worth. */
#ifndef PHONION_CLIENT_TIMING_H
#define PHONION_CLIENT_TIMING_H

#include "circuit.h"

/* -EINVAL: TEXT is no policy's name. */
int timing_parse(const char *text, enum circuit_timing *timing);
const char *timing_name(enum circuit_timing timing);
/* Of each relay of CIRCUIT, HOP of them from the caller's, its part. */
struct hop_timing timing_of(const struct circuit *circuit, unsigned int hop);

/*
 * How likely each class of adversary links the two ends of a call through CIRCUIT, with
 * every policy beside its own, and what is assumed; RELAYS there are in all. To be
 * released.
 */
json_t *timing_explain(const struct circuit *circuit, size_t relays);
void timing_print(const json_t *explained);

#endif
