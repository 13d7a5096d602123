/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A receipt: a relay's signed word on a reservation, sealed to the reply key
 * that the hop held, so that the broker whose mailbox it waits in cannot read
 * it. Every box has the same size.
 */
#ifndef PHONION_RECEIPT_H
#define PHONION_RECEIPT_H

#include <stdint.h>

#include "crypto/hpke.h"
#include "crypto/sign.h"

#define RESERVATION_ID_LEN   16 /* random, made by the client */
#define RESERVATION_ID_CHARS 22

#define RECEIPT_PLAIN_LEN 128
#define RECEIPT_BOX_LEN	  (RECEIPT_PLAIN_LEN + HPKE_OVERHEAD)

enum receipt_verdict {
	RECEIPT_ACCEPTED,
	RECEIPT_CANCELLED,
	RECEIPT_NO_INGRESS,  /* the relay has no such ingress, or it is of the other kind */
	RECEIPT_CODE_TAKEN,  /* another reservation of the ingress has this access code */
	RECEIPT_NEXT_DENIED, /* no trunk of the relay may dial the next number */
	RECEIPT_WINDOW,	     /* over already, too long or too far ahead */
	RECEIPT_TIMING,	     /* a timing policy that the relay does not have */
	RECEIPT_VERDICTS,
};

struct receipt {
	uint8_t reservation[RESERVATION_ID_LEN];
	enum receipt_verdict verdict;
	uint64_t issued;      /* Unix seconds */
	uint8_t box_hash[32]; /* SHA-256 of the hop's box that it answers */
};

/* Signs by the relay's Ed25519 key and seals to REPLY_KEY. */
int receipt_seal(const struct receipt *receipt, const uint8_t relay_private[SIGN_KEY_LEN],
		 const uint8_t reply_key[HPKE_KEY_LEN], uint8_t box[RECEIPT_BOX_LEN]);

/* -EBADMSG: not sealed to the key; -EKEYREJECTED: not signed by RELAY; -EINVAL: not a receipt. */
int receipt_open(struct receipt *receipt, const uint8_t relay[SIGN_KEY_LEN],
		 const uint8_t reply_private[HPKE_KEY_LEN], const uint8_t box[RECEIPT_BOX_LEN]);

/* "accepted", "cancelled", "no-ingress" ... */
const char *receipt_verdict_name(enum receipt_verdict verdict);

#endif
