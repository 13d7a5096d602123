/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to a generic netlink family, answered before they return, with the
 * kernel's own sentence when it refuses; and the family's notifications.
 */
#ifndef PHONION_GENL_H
#define PHONION_GENL_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

/* Room for one batch, and for the largest datagram that the kernel answers with. */
#define GENL_BUFFER 32768

struct genl {
	struct mnl_socket *socket;
	uint32_t seq; /* of the last message begun */
	uint16_t family;
	uint32_t version; /* of the family, as the kernel tells it */
	uint32_t group;	  /* multicast group of the family's events */
	char error[256];
	uint16_t bad_attr; /* top-level attribute that the error is about, 0: none told */
	size_t used;	   /* octets of TX that are filled */
	char tx[GENL_BUFFER];
	char rx[GENL_BUFFER];
};

/* Called with every message that answers; a negative errno ends the request. */
typedef int (*genl_fn)(const struct nlmsghdr *nlh, void *arg);

/* Of the netlink family BUS, for genl_end() and genl_talk(). */
int genl_socket_open(struct genl *genl, int bus);
/* -ENOENT: no module serves the family NAME. */
int genl_open(struct genl *genl, const char *name, const char *group);
/* Also of one that is all zeros, or closed. */
void genl_close(struct genl *genl);

/* Begins a message after those that are there already; genl_end() before the next. */
struct nlmsghdr *genl_begin(struct genl *genl, uint8_t cmd, uint16_t flags);
void genl_end(struct genl *genl, const struct nlmsghdr *nlh);
void genl_reset(struct genl *genl);

/* Begins a message in BUF (aligned, all zeros), for which no socket is needed yet. */
struct nlmsghdr *genl_request(void *buf, uint8_t cmd);
/* Adds a copy of it to those that are there already. -EMSGSIZE: no room. */
int genl_add(struct genl *genl, const struct nlmsghdr *request, uint16_t flags);

/*
 * Sends all that was begun in one system call and waits until the last, which
 * must ask for an acknowledgement or be a dump, is answered. Gives the first
 * error. -EINTR: the dump is inconsistent, ask again.
 */
int genl_talk(struct genl *genl, genl_fn fn, void *arg);
/*
 * A whole dump of CMD. Where legs come and go meanwhile it is asked for again,
 * some times: before each, ANEW must drop what FN has kept. -EINTR: in vain.
 */
int genl_dump(struct genl *genl, uint8_t cmd, void (*anew)(void *arg), genl_fn fn, void *arg);

/* A non-blocking socket that notifications to GROUP come to. */
int genl_events_open(struct mnl_socket **socket, uint32_t group);
/*
 * Reads one datagram and gives FN its messages, until FN gives other than 0: then
 * that. -EAGAIN: nothing is there. -ENOBUFS: some were lost.
 */
int genl_events_read(struct mnl_socket *socket, genl_fn fn, void *arg);

#endif
