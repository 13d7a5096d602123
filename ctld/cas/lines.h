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
struct fdstore;
struct lines;

/* What calls of any line come to, as struct cas_ops has it. */
struct lines_ops {
	int (*offered)(const char *trunk, const struct cas_setup *setup, void *arg);
	void (*incoming)(const char *trunk, struct cas_call *call, const struct cas_setup *setup,
			 void *arg);
	void (*digits)(struct cas_call *call, const struct cas_setup *setup, void *arg);
	void (*dialled)(struct cas_call *call, void *arg);
	void (*alerting)(struct cas_call *call, void *arg);
	void (*answered)(struct cas_call *call, void *arg);
	void (*pulse)(struct cas_call *call, char digit, void *arg);
	void (*ended)(struct cas_call *call, int cause, void *arg);
};

/*
 * CONTROL gets "line.list"; NULL: nobody asks. STORE has the channels of answered calls for
 * when the daemon is away: what it held before is left for lines_adopt() until
 * lines_settle(). What becomes of the rest of it is the caller's.
 */
int lines_new(struct lines **lines, struct loop *loop, struct control *control,
	      struct fdstore *store, const struct conf *conf);
/* Lines of trunks that are as they were go on with their calls; those of others end. */
int lines_configure(struct lines *lines, const struct conf *conf);
/* Calls are forgotten without a word to anybody. */
void lines_free(struct lines *lines);
/* Until then who calls is refused. */
void lines_use(struct lines *lines, const struct lines_ops *ops, void *arg);

/*
 * The answered call that CHANNEL of TRUNK had before the daemon's start is CALL, and OWNER's.
 * -ENOENT: it is no such line; -ENODATA: nobody has held its channel.
 */
int lines_adopt(struct lines *lines, const char *trunk, unsigned int channel, void *owner,
		struct cas_call **call);
/* No more will be adopted: lines that were held for nothing begin anew. */
void lines_settle(struct lines *lines);

/*
 * An idle line of TRUNK; NULL: there is none. As exchange from the last down, otherwise
 * from the first up, so that the two ends seldom meet.
 */
struct cas_line *lines_hunt(const struct lines *lines, const char *trunk);

#endif
