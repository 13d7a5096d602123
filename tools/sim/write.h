/* SPDX-License-Identifier: GPL-2.0 */
/* Writes what every carrier would hold, as cdrs_read() reads it. */
#ifndef PHONION_SIM_WRITE_H
#define PHONION_SIM_WRITE_H

#include "tools/sim/sim.h"

/*
 * DIR/carrier-N.cdr for each carrier, of all links of all calls; the first slot begins at
 * EPOCH, in Unix seconds. -errno.
 */
int write_cdrs(const struct sim *sim, const struct calls *calls, uint64_t epoch, const char *dir);

#endif
