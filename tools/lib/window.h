/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Windows as people write them. A time is local unless it says otherwise:
 *
 *	2026-12-01 09:00   2026-12-01T09:00:00+01:00   2026-12-01T08:00Z   now
 *
 * and a window START/DURATION (90m, 1h30m, 2d) or START/END, whose date may be
 * left out when it is the start's.
 */
#ifndef PHONION_WINDOW_H
#define PHONION_WINDOW_H

#include <stdint.h>

#include "protocol/slot.h"

#define WINDOW_TEXT_SIZE 96

struct window {
	uint64_t from, to; /* Unix seconds; [from, to) */
};

/* On -EINVAL *ERROR is a constant sentence. */
int window_parse(struct window *window, const char *text, uint64_t now, const char **error);

/*
 * Widens WINDOW until it starts and ends on slots of all the N lengths.
 * -ERANGE: they have no such slots in common within a day before and after.
 */
int window_round(struct window *window, const uint32_t *slot_s, unsigned int n);

/* "2026-12-01 09:00 CET", and ISO 8601 with offset for programs. */
void window_time_text(char text[WINDOW_TEXT_SIZE], uint64_t time);
void window_time_iso(char text[WINDOW_TEXT_SIZE], uint64_t time);
/* "2026-12-01 09:00 to 11:00 CET" */
void window_text(char text[WINDOW_TEXT_SIZE], const struct window *window);

#endif
