/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The requests of Documentation/openapi.yaml, each in the file that is named
 * after what it is about. NAME is the path's variable part, "" when there is
 * none. Each answers.
 */
#ifndef PHONION_BROKER_HANDLERS_H
#define PHONION_BROKER_HANDLERS_H

#include "broker/broker.h"

#define HANDLER(name) \
	void name(struct broker *broker, struct http_exchange *exchange, const char *name_)

HANDLER(directory_serve);     /* GET /v1/directory */
HANDLER(tokens_issue);	      /* POST /v1/tokens */
HANDLER(reservation_put);     /* PUT /v1/reservations/{id} */
HANDLER(reservation_get);     /* GET /v1/reservations/{id} */
HANDLER(reservation_cancel);  /* POST /v1/reservations/{id}/cancel */
HANDLER(reservation_receipt); /* PUT /v1/reservations/{id}/receipt */
HANDLER(relay_announce);      /* PUT /v1/relays/{relay} */
HANDLER(relay_withdraw);      /* DELETE /v1/relays/{relay} */
HANDLER(relay_collect);	      /* GET /v1/relays/{relay}/reservations */
HANDLER(health_serve);	      /* GET /v1/health */

/* The reservation that is named, or it is answered: -EINVAL. */
int reservation_id(struct http_exchange *exchange, const char *name,
		   uint8_t id[RESERVATION_ID_LEN]);

void reservation_status(struct broker *broker, struct http_exchange *exchange,
			const uint8_t id[RESERVATION_ID_LEN], unsigned int http_status);
/* Is there a client certificate of an Ed25519 key? Else it is answered: -EINVAL. */
int relay_certificate(struct http_exchange *exchange);

#endif
