/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 2xx to an INVITE, sent again until its ACK comes (RFC 3261, 13.3.1.4):
 * the transaction is over with the first, so the user agent must do it.
 */
#ifndef PHONION_ACCEPT_H
#define PHONION_ACCEPT_H

#include <stdbool.h>

#include "loop/loop.h"
#include "sip/sip.h"

struct accept {
	struct sip *sip;
	struct loop *loop;
	struct sip_path path;
	char *buf; /* NULL: none is pending */
	size_t len;
	uint32_t cseq;
	unsigned int interval_ms, total_ms;
	struct loop_timer timer;
	loop_fn no_ack;
	void *arg;
};

/* Sends the 2xx; NO_ACK is called when 64 * T1 have passed without ACK. */
int accept_start(struct accept *accept, struct sip *sip, struct loop *loop, struct txn *invite,
		 const struct message_reply *reply);
void accept_set_no_ack(struct accept *accept, loop_fn no_ack, void *arg);
bool accept_pending(const struct accept *accept);
/* Is the pending 2xx to this INVITE, or ACK for it? */
bool accept_answers(const struct accept *accept, const osip_message_t *msg);
void accept_resend(struct accept *accept);
/* True if ACK is for the pending 2xx, which then is over. */
bool accept_acked(struct accept *accept, const osip_message_t *ack);
void accept_stop(struct accept *accept);

#endif
