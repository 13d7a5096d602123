// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "loop/heap.h"

static void place(struct heap *heap, size_t i, struct loop_timer *timer)
{
	heap->timers[i] = timer;
	timer->slot = i + 1;
}

static size_t sift_up(struct heap *heap, size_t i, const struct loop_timer *timer)
{
	while (i > 0) {
		size_t parent = (i - 1) / 2;

		if (heap->timers[parent]->at <= timer->at)
			break;
		place(heap, i, heap->timers[parent]);
		i = parent;
	}
	return i;
}

static size_t sift_down(struct heap *heap, size_t i, const struct loop_timer *timer)
{
	size_t child;

	while ((child = 2 * i + 1) < heap->n) {
		if (child + 1 < heap->n && heap->timers[child + 1]->at < heap->timers[child]->at)
			child++;
		if (timer->at <= heap->timers[child]->at)
			break;
		place(heap, i, heap->timers[child]);
		i = child;
	}
	return i;
}

static void settle(struct heap *heap, size_t i, struct loop_timer *timer)
{
	i = sift_up(heap, i, timer);
	i = sift_down(heap, i, timer);
	place(heap, i, timer);
}

static int grow(struct heap *heap)
{
	size_t cap = heap->cap ? heap->cap * 2 : 64;
	struct loop_timer **timers;

	timers = reallocarray(heap->timers, cap, sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	heap->timers = timers;
	heap->cap = cap;
	return 0;
}

int heap_add(struct heap *heap, struct loop_timer *timer)
{
	if (heap->n == heap->cap) {
		int err = grow(heap);

		if (err)
			return err;
	}
	heap->n++;
	settle(heap, heap->n - 1, timer);
	return 0;
}

void heap_del(struct heap *heap, struct loop_timer *timer)
{
	size_t i = timer->slot - 1;
	struct loop_timer *last = heap->timers[--heap->n];

	timer->slot = 0;
	if (last != timer)
		settle(heap, i, last);
}

void heap_move(struct heap *heap, struct loop_timer *timer)
{
	settle(heap, timer->slot - 1, timer);
}

struct loop_timer *heap_first(const struct heap *heap)
{
	return heap->n ? heap->timers[0] : NULL;
}

void heap_free(struct heap *heap)
{
	for (size_t i = 0; i < heap->n; i++)
		heap->timers[i]->slot = 0;
	free(heap->timers);
	heap->timers = NULL;
	heap->n = 0;
	heap->cap = 0;
}
