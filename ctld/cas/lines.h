/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of the trunks of the kind "cas". A line whose channel cannot be opened is no
 * reason not to start: it is tried again every few seconds.
 */
#ifndef PHONION_CAS_LINES_H
#define PHONION_CAS_LINES_H

#include "conf/conf.h"
#include "loop/loop.h"

struct cas_call;
struct cas_line;
struct cas_setup;
struct control;
struct lines;

/* What calls of any line come to, as struct cas_ops has it. */
struct lines_ops {
	void (*incoming)(const char *trunk, struct cas_call *call, const struct cas_setup *setup,
			 void *arg);
	void (*digits)(struct cas_call *call, const struct cas_setup *setup, void *arg);
	void (*dialled)(struct cas_call *call, void *arg);
	void (*alerting)(struct cas_call *call, void *arg);
	void (*answered)(struct cas_call *call, void *arg);
	void (*pulse)(struct cas_call *call, char digit, void *arg);
	void (*ended)(struct cas_call *call, int cause, void *arg);
};

/* CONTROL gets "line.list"; NULL: nobody asks. */
int lines_new(struct lines **lines, struct loop *loop, struct control *control,
	      const struct conf *conf);
/* Lines of trunks that are as they were go on with their calls; those of others end. */
int lines_configure(struct lines *lines, const struct conf *conf);
/* Calls are forgotten without a word to anybody. */
void lines_free(struct lines *lines);
/* Until then who calls is refused. */
void lines_use(struct lines *lines, const struct lines_ops *ops, void *arg);

/*
 * An idle line of TRUNK; NULL: there is none. As exchange from the last down, otherwise
 * from the first up, so that the two ends seldom meet.
 */
struct cas_line *lines_hunt(const struct lines *lines, const char *trunk);

#endif
