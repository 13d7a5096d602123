/* SPDX-License-Identifier: GPL-2.0 */
/* Socket addresses as SIP and SDP write and compare them. */
#ifndef PHONION_ADDR_H
#define PHONION_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDR_TEXT_SIZE 64

bool addr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
bool addr_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
uint16_t addr_port(const struct sockaddr_storage *addr);
void addr_set_port(struct sockaddr_storage *addr, uint16_t port);
socklen_t addr_len(const struct sockaddr_storage *addr);
/* The address without a port: as in SDP, or in brackets as in a URI. */
const char *addr_host(const struct sockaddr_storage *addr, char buf[ADDR_TEXT_SIZE]);
const char *addr_uri_host(const struct sockaddr_storage *addr, char buf[ADDR_TEXT_SIZE]);
/* "192.0.2.1:5060" or "[2001:db8::1]:5060". */
const char *addr_hostport(const struct sockaddr_storage *addr, char buf[ADDR_TEXT_SIZE]);
/* A numeric address of FAMILY; -EINVAL if it is none. The port becomes 0. */
int addr_parse(struct sockaddr_storage *addr, int family, const char *host);

#endif
