/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_DATAPLANE_INTERNAL_H
#define PHONION_DATAPLANE_INTERNAL_H

#include "dataplane/dataplane.h"
#include "dataplane/event.h"
#include "dataplane/genl.h"

struct dataplane {
	const struct dataplane_ops *ops;
	struct genl genl;
	struct event_socket events;
};

extern const struct dataplane_ops kernel_ops;

#endif
