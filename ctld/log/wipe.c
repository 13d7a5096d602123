// SPDX-License-Identifier: GPL-2.0
/*
 * What is freed is wiped. A call goes through buffers of libosip2, jansson, libcurl and
 * others, which free them as they are: when it was over both its ends stood side by side
 * in free memory, for as long as nothing else came to be written there. So free() and
 * realloc() are ours, for all that is linked with this, and malloc() stays glibc's.
 *
 * Sanitizers have their own; programs for them are built without this file.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* glibc's name for who replaces its own. */
void __libc_free(void *p);

void free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
}

/* glibc's leaves where it was what it moves, now and then for large pieces too. */
void *realloc(void *old, size_t size)
{
	size_t had = old ? malloc_usable_size(old) : 0;
	void *new;

	if (!old)
		return malloc(size);
	if (size && size <= had && size >= had / 2)
		return old;
	new = size ? malloc(size) : NULL;
	if (new)
		memcpy(new, old, size < had ? size : had);
	if (new || !size)
		free(old);
	return new;
}
