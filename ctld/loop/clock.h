/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CLOCK_H
#define PHONION_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* CLOCK_REALTIME in nanoseconds: what windows are told in. Timers have loop_now(). */
static inline uint64_t clock_realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

#endif
