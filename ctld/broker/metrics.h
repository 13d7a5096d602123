/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted, for Prometheus. Nothing here is of one client or relay. */
#ifndef PHONION_BROKER_METRICS_H
#define PHONION_BROKER_METRICS_H

#include <stdint.h>

#include "http/server.h"

#define METRICS_STATUSES 600

struct metrics {
	uint64_t answers[METRICS_STATUSES]; /* by status */
	uint64_t connections_refused;
	uint64_t tokens_issued;
	uint64_t tokens_spent;
	uint64_t reservations;
	uint64_t cancellations;
	uint64_t receipts;
	uint64_t items_collected;
};

struct broker;
/* GET /metrics */
void metrics_serve(struct broker *broker, struct http_exchange *exchange, const char *name);

#endif
