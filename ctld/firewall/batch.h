/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of the packet filter that are made all together or not at all: one
 * nfnetlink transaction, sent in one system call.
 */
#ifndef PHONION_FIREWALL_BATCH_H
#define PHONION_FIREWALL_BATCH_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

struct batch {
	struct mnl_socket *socket;
	char *buf;
	size_t len, size;
	uint32_t seq;
};

int batch_open(struct batch *batch);
void batch_close(struct batch *batch);

int batch_begin(struct batch *batch);
/* A message of family inet; its payload is written, then batch_end_message(). NULL: no memory. */
struct nlmsghdr *batch_message(struct batch *batch, uint16_t type, uint16_t flags);
void batch_end_message(struct batch *batch, const struct nlmsghdr *nlh);
/* The first refusal; nothing was changed then. */
int batch_commit(struct batch *batch);

#endif
