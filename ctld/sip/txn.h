/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transactions (RFC 3261, section 17): libosip2's four machines, driven by
 * our loop and sending by our transport.
 */
#ifndef PHONION_TXN_H
#define PHONION_TXN_H

#include <stddef.h>

#include <osip2/osip.h>

#include "sip/transport.h"

struct loop;
struct txn;
struct txn_layer;

enum txn_event {
	TXN_RESPONSE,  /* of a client transaction */
	TXN_TIMEOUT,   /* nobody answered */
	TXN_FAILED,    /* it could not be sent */
	TXN_CANCELLED, /* a CANCEL for a server INVITE; it is still to be answered */
	TXN_ENDED,     /* last: the transaction is freed after it */
};

/* MSG is the response of TXN_RESPONSE, and NULL else. */
typedef void (*txn_fn)(struct txn *txn, enum txn_event event, const osip_message_t *msg, void *arg);

enum txn_verdict {
	TXN_CONSUMED,  /* a known transaction's; the message is taken */
	TXN_NEW,       /* a new server transaction; the message is taken */
	TXN_UNMATCHED, /* a response or an ACK of none; the message is freed by the caller */
	TXN_REFUSED,   /* no room; the message is freed by the caller */
};

int txn_layer_new(struct txn_layer **layer, struct loop *loop, struct transport *transport);
void txn_layer_free(struct txn_layer *layer);

enum txn_verdict txn_receive(struct txn_layer *layer, const struct sip_path *from,
			     osip_event_t *event, struct txn **txn);
/* Sends a request and starts its transaction; *TXN is valid until TXN_ENDED. */
int txn_request(struct txn_layer *layer, const struct sip_path *path, const char *buf, size_t len,
		txn_fn fn, void *arg, struct txn **txn);
int txn_reply(struct txn *txn, const char *buf, size_t len);

/* Who is told of a server transaction's events; NULL FN: nobody (any more). */
void txn_own(struct txn *txn, txn_fn fn, void *arg);
const osip_message_t *txn_message(const struct txn *txn); /* the request */
const struct sip_path *txn_path(const struct txn *txn);
/* The server INVITE that CANCEL is about (RFC 3261, 9.2), or NULL. */
struct txn *txn_find_cancelled(struct txn_layer *layer, const osip_message_t *cancel);
void txn_cancelled(struct txn *txn);
/* Ends a client INVITE to which no final answer came after CANCEL (9.1). */
void txn_abandon(struct txn *txn);
/* Fails the requests by this connection that nobody has answered, and nobody will. */
void txn_unreachable(struct txn_layer *layer, const struct sip_path *to);
size_t txn_count(const struct txn_layer *layer);

#endif
