/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much one client address may ask for. An address is kept as a hash, keyed
 * with a random key of this process, in a table of bounded size; it is in no
 * log and in no file. An IPv6 /64 is one address: who has one has them all.
 */
#ifndef PHONION_BROKER_LIMITS_H
#define PHONION_BROKER_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "broker/conf.h"

struct limits;
struct limits_client;

/* CONF is read at each question; limits_reconfigure() moves it. */
int limits_new(struct limits **limits, const struct broker_limits *conf);
void limits_free(struct limits *limits);
void limits_reconfigure(struct limits *limits, const struct broker_limits *conf);

/*
 * A connection of PEER. -EBUSY: it has as many as it may, or the table is full
 * of addresses that are connected. *CLIENT is valid until limits_disconnect().
 */
int limits_connect(struct limits *limits, const struct sockaddr_storage *peer, uint64_t now_ms,
		   struct limits_client **client);
void limits_disconnect(struct limits *limits, struct limits_client *client, uint64_t now_ms);
/*
 * Addresses that were away for so long that all is allowed to them again, an hour: whether they
 * were ever here is nobody's business. How many there were.
 */
size_t limits_forget(struct limits *limits, uint64_t now_ms);

/* 0: it may. Otherwise in how many seconds it may. */
unsigned int limits_request(struct limits *limits, struct limits_client *client, uint64_t now_ms);
unsigned int limits_tokens(struct limits *limits, struct limits_client *client, unsigned int n,
			   uint64_t now_ms);
bool limits_is_loopback(const struct limits_client *client);

#endif
