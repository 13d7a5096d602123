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
struct isdn_call;
struct isdn_setup;
struct isdn_span;
struct spans;

/* What calls of any span come to, as struct isdn_ops has it. */
struct spans_ops {
	/* On TRUNK; and again with more of its number, until that is complete. */
	void (*incoming)(const char *trunk, struct isdn_call *call, const struct isdn_setup *setup,
			 void *arg);
	void (*progress)(struct isdn_call *call, bool inband, void *arg); /* and "proceeding" */
	void (*alerting)(struct isdn_call *call, bool inband, void *arg);
	void (*answered)(struct isdn_call *call, void *arg);
	void (*ended)(struct isdn_call *call, int cause, void *arg);
};

#ifdef HAVE_PRI
/* CONTROL gets "span.list"; NULL: nobody asks. */
int spans_new(struct spans **spans, struct loop *loop, struct control *control,
	      const struct conf *conf);
/* Spans of trunks that are as they were go on with their calls; those of others end. */
int spans_configure(struct spans *spans, const struct conf *conf);
/* Calls are forgotten without a word to anybody. */
void spans_free(struct spans *spans);
/* Until then who calls is refused. */
void spans_use(struct spans *spans, const struct spans_ops *ops, void *arg);
/* NULL: there is none of this name, or it is absent. */
struct isdn_span *spans_find(const struct spans *spans, const char *trunk);
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
