/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of the trunks of the kind "cas". A line whose channel cannot be opened is no
 * reason not to start: it is tried again every few seconds.
 */
#ifndef PHONION_CAS_LINES_H
#define PHONION_CAS_LINES_H

#include "conf/conf.h"
#include "loop/loop.h"

struct cas_line;
struct control;
struct lines;

/* CONTROL gets "line.list"; NULL: nobody asks. */
int lines_new(struct lines **lines, struct loop *loop, struct control *control,
	      const struct conf *conf);
/* Lines of trunks that are as they were go on with their calls. */
int lines_configure(struct lines *lines, const struct conf *conf);
void lines_free(struct lines *lines);

/*
 * An idle line of TRUNK; NULL: there is none. As exchange from the last down, otherwise
 * from the first up, so that the two ends seldom meet.
 */
struct cas_line *lines_hunt(const struct lines *lines, const char *trunk);

#endif
