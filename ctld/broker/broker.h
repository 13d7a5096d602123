/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A broker: store, epoch keys, directory and limits behind an HTTPS server. It
 * keeps who is there and what is booked, and can read no box.
 */
#ifndef PHONION_BROKER_H
#define PHONION_BROKER_H

#include "broker/catalog.h"
#include "broker/conf.h"
#include "broker/epochs.h"
#include "broker/limits.h"
#include "broker/metrics.h"
#include "http/server.h"
#include "loop/loop.h"
#include "store/store.h"

struct broker {
	struct loop *loop;
	struct broker_conf *conf;
	struct store *store;
	struct epochs *epochs;
	struct catalog *catalog;
	struct limits *limits;
	struct http_server *server;
	struct metrics metrics;
	struct loop_timer expire;
};

/*
 * Opens all that CONF says and, with TLS, listens; CONF is the broker's on
 * success. Failures are logged. Without TLS nothing listens: for tests, which
 * add connections to SERVER by themselves, and are the relay whose key is the
 * broker's own.
 */
enum { BROKER_TLS = 1 };
int broker_new(struct broker **broker, struct loop *loop, struct broker_conf *conf,
	       unsigned int flags);
void broker_free(struct broker *broker);
/* Takes CONF on success. -EBUSY: something has changed that needs a restart. */
int broker_reconfigure(struct broker *broker, struct broker_conf *conf);

/* Unix time in seconds, by which everything here is judged. */
uint64_t broker_now(void);

#endif
