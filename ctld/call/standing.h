/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Far sides that are raised with no caller: one for each reservation that has it so
 * (HOP_RAISE_WINDOW), at a random time when its window opens, and again when it is
 * lost before the window ends.
 */
#ifndef PHONION_STANDING_H
#define PHONION_STANDING_H

#include "call/call.h"

/* What is open in the book may be other reservations than before. */
void standing_refresh(void *calls);
/* A caller waits for this circuit's far side: it is raised now if it is not up. */
void standing_hurry(struct calls *calls, const char *circuit);
/* It is up: what was tried in vain before does not count any more. */
void standing_up(struct calls *calls, const char *circuit);
/* It is gone, or could not be had: it is raised again, each time in vain later. */
void standing_lost(struct calls *calls, const char *circuit);
/* It is not raised again. */
void standing_done(struct calls *calls, const char *circuit);
void standing_free(struct calls *calls);

#endif
