/* SPDX-License-Identifier: GPL-2.0 */
/* A side of a call that is a call of a PRI span. */
#ifndef PHONION_PRI_SIDE_H
#define PHONION_PRI_SIDE_H

struct calls;
struct isdn_call;
struct side_ops;

struct pri_side {
	struct isdn_call *call; /* NULL: there is none (any more) */
};

extern const struct side_ops pri_side_ops;

#ifdef HAVE_PRI
/* pri_calls.c: what comes from spans finds its side. */
void pri_calls_new(struct calls *calls);
#else
static inline void pri_calls_new(struct calls *calls)
{
	(void)calls;
}
#endif

#endif
