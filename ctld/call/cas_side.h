/* SPDX-License-Identifier: GPL-2.0 */
/* A side of a call that is a call of a line. */
#ifndef PHONION_CAS_SIDE_H
#define PHONION_CAS_SIDE_H

struct calls;
struct cas_call;
struct side_ops;

struct cas_side {
	struct cas_call *call; /* NULL: there is none (any more) */
};

extern const struct side_ops cas_side_ops;

/* cas_calls.c: what comes from lines finds its side. */
void cas_calls_new(struct calls *calls);

#endif
