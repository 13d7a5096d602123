/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_DATAPLANE_INTERNAL_H
#define PHONION_DATAPLANE_INTERNAL_H

#include "dataplane/dataplane.h"
#include "dataplane/event.h"
#include "dataplane/genl.h"

struct uring;

struct dataplane {
	const struct dataplane_ops *ops;
	const char *error; /* of the last operation */
	/* The kernel's: */
	struct genl genl;
	struct event_socket events;
	/* That of io_uring: */
	struct uring *uring;
};

extern const struct dataplane_ops kernel_ops, uring_ops;

#endif
