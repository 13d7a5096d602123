/* SPDX-License-Identifier: GPL-2.0 */
/* Does N pieces of work on several threads; which piece goes to which is left open. */
#ifndef PHONION_SIM_PARALLEL_H
#define PHONION_SIM_PARALLEL_H

#include <stddef.h>

/* Number of threads this machine has processors for. */
unsigned int parallel_processors(void);
/* FN for each of 0 to N - 1. A thread that cannot be started is one fewer. */
void parallel_each(unsigned int threads, size_t n, void (*fn)(size_t i, void *arg), void *arg);

#endif
