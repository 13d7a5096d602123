/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices, by rtnetlink: which one has an address, and which XDP program is
 * attached to it. Calls are synchronous; they return 0 or a negative errno, and the
 * kernel's own sentence is then in genl->error.
 */
#ifndef PHONION_XDP_DEVICE_H
#define PHONION_XDP_DEVICE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "dataplane/genl.h"

struct xdp_device {
	int index;
	char name[IF_NAMESIZE];
	bool bond;	  /* it has no frames of its own */
	bool enslaved;	  /* to a bridge, a bond or a VRF */
	uint32_t program; /* number of what is attached; 0: nothing */
};

/* A socket of rtnetlink's; genl_close() ends it. */
int device_socket_open(struct genl *genl);
/* A non-blocking descriptor that is readable when addresses change; closed by close(2). */
int device_events_open(void);
/* Empties it. */
void device_events_read(int fd);

/* The index of the device that has ADDR; -ENODEV: none. */
int device_by_address(struct genl *genl, const struct sockaddr_storage *addr);
int device_get(struct genl *genl, int index, struct xdp_device *device);
/*
 * Attaches the program FD (-1: none) for the driver itself to ask, if what is attached
 * now is EXPECTED (-1: nothing). -EEXIST, -EBUSY: it is another.
 */
int device_set_program(struct genl *genl, int index, int fd, int expected);
/* Why the module leaves all that comes by the device to its ingress hook; NULL: it does not. */
const char *device_unfit(const struct xdp_device *device);

#endif
