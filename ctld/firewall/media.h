/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sets of open media ports: local address and port, one set for IPv4 and
 * one for IPv6.
 */
#ifndef PHONION_FIREWALL_MEDIA_H
#define PHONION_FIREWALL_MEDIA_H

#include <sys/socket.h>

#include "firewall/batch.h"

#define MEDIA_SET_IPV4 "media4"
#define MEDIA_SET_IPV6 "media6"

/* Writes both sets, empty, to BATCH. */
int media_sets_add(struct batch *batch);
/* Adds (NFT_MSG_NEWSETELEM) or removes a leg's port and the next one. */
int media_ports(struct batch *batch, uint16_t type, const struct sockaddr *local);

#endif
