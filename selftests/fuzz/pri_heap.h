/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libpri allocates, which never frees a span: taken from it after each input, so
 * that fuzzers can go on for hours, and that a leak which is found is one of ours.
 */
#ifndef PHONION_FUZZ_PRI_HEAP_H
#define PHONION_FUZZ_PRI_HEAP_H

#include "selftests/fuzz/fuzz.h"

/* By these names the Makefile has libpri call malloc() and so on. */
void *pri_malloc(size_t size);
void *pri_calloc(size_t count, size_t size);
void pri_free(void *memory);

struct pri_block {
	struct pri_block *next, *before;
	_Alignas(max_align_t) uint8_t memory[];
};

static struct pri_block *pri_blocks;

void *pri_malloc(size_t size)
{
	struct pri_block *block = malloc(sizeof(*block) + size);

	FUZZ_ASSERT(block);
	block->before = NULL;
	block->next = pri_blocks;
	if (pri_blocks)
		pri_blocks->before = block;
	pri_blocks = block;
	return block->memory;
}

void *pri_calloc(size_t count, size_t size)
{
	void *memory = pri_malloc(count * size);

	return memset(memory, 0, count * size);
}

void pri_free(void *memory)
{
	struct pri_block *block;

	if (!memory)
		return;
	block = (struct pri_block *)((uint8_t *)memory - offsetof(struct pri_block, memory));
	if (block->before)
		block->before->next = block->next;
	else
		pri_blocks = block->next;
	if (block->next)
		block->next->before = block->before;
	free(block);
}

static inline void pri_heap_empty(void)
{
	while (pri_blocks)
		pri_free(pri_blocks->memory);
}

#endif
