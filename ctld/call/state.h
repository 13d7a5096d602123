/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a restarted daemon needs to go on with its calls: a file for each that is
 * answered or stands, in a directory that must be on a tmpfs, since what it holds
 * must not outlive the machine's memory.
 */
#ifndef PHONION_STATE_H
#define PHONION_STATE_H

#include <jansson.h>

#include "call/call.h"

/* Makes the directory, and reads or makes what tells our legs from others'. */
int state_open(struct calls *calls);
/* Writes the call's file anew, whole or not at all. */
void state_save(struct call *call);
void state_remove(struct call *call);
/*
 * Takes calls up again whose legs are still there, ends those whose legs are
 * gone, and deletes legs that no call has.
 */
int state_restore(struct calls *calls);

/* statecode.c */
json_t *state_encode(const struct call *call);
/* NULL if STATE is not a call's, or its trunks are no more. */
struct call *state_decode(struct calls *calls, const json_t *state);

#endif
