/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timers that are set, earliest first: a binary heap whose entries know
 * their own place, so that a timer can be moved or removed without a search.
 */
#ifndef PHONION_HEAP_H
#define PHONION_HEAP_H

#include <stddef.h>

#include "loop/loop.h"

struct heap {
	struct loop_timer **timers;
	size_t n, cap;
};

int heap_add(struct heap *heap, struct loop_timer *timer);
void heap_del(struct heap *heap, struct loop_timer *timer);
/* After timer->at was changed. */
void heap_move(struct heap *heap, struct loop_timer *timer);
struct loop_timer *heap_first(const struct heap *heap);
void heap_free(struct heap *heap);

#endif
