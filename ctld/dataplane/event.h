/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's notifications, read from the loop. */
#ifndef PHONION_EVENT_H
#define PHONION_EVENT_H

#include <libmnl/libmnl.h>

#include "dataplane/dataplane.h"

struct loop_io;

struct event_socket {
	struct mnl_socket *socket;
	struct loop_io *io;
	dp_event_fn fn;
	void *arg;
};

int event_open(struct event_socket *events, struct loop *loop, uint32_t group, dp_event_fn fn,
	       void *arg);
void event_close(struct event_socket *events);

#endif
