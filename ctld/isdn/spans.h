/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The spans of the trunks of the kind "pri". A span whose D channel cannot be
 * opened is no reason not to start: it is tried again every few seconds.
 */
#ifndef PHONION_ISDN_SPANS_H
#define PHONION_ISDN_SPANS_H

#include "conf/conf.h"
#include "loop/loop.h"

struct control;
struct spans;

#ifdef HAVE_PRI
/* CONTROL gets "span.list"; NULL: nobody asks. */
int spans_new(struct spans **spans, struct loop *loop, struct control *control,
	      const struct conf *conf);
/* Spans of trunks that are as they were go on with their calls. */
int spans_configure(struct spans *spans, const struct conf *conf);
void spans_free(struct spans *spans);
#else
static inline int spans_new(struct spans **spans, struct loop *loop, struct control *control,
			    const struct conf *conf)
{
	(void)loop;
	(void)control;
	(void)conf;
	*spans = NULL;
	return 0;
}

static inline int spans_configure(struct spans *spans, const struct conf *conf)
{
	(void)spans;
	(void)conf;
	return 0;
}

static inline void spans_free(struct spans *spans)
{
	(void)spans;
}
#endif

#endif
