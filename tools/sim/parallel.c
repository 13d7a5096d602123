// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "tools/sim/parallel.h"

#define MAX_THREADS 256

struct work {
	atomic_size_t next;
	size_t n;
	void (*fn)(size_t i, void *arg);
	void *arg;
};

unsigned int parallel_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : n;
}

static void *run(void *arg)
{
	struct work *work = arg;
	size_t i;

	while ((i = atomic_fetch_add(&work->next, 1)) < work->n)
		work->fn(i, work->arg);
	return NULL;
}

void parallel_each(unsigned int threads, size_t n, void (*fn)(size_t i, void *arg), void *arg)
{
	struct work work = { .n = n, .fn = fn, .arg = arg };
	pthread_t ids[MAX_THREADS];
	unsigned int started = 0;

	while (started + 1 < threads && started + 1 < n && started < MAX_THREADS &&
	       !pthread_create(&ids[started], NULL, run, &work))
		started++;
	run(&work);
	while (started)
		pthread_join(ids[--started], NULL);
}
