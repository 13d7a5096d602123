// SPDX-License-Identifier: GPL-2.0
/* A 2xx to an INVITE, sent again until its ACK comes (RFC 3261, 13.3.1.4). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/sip_accept.h"

#define T1_MS 500 /* RFC 3261, table 4 */
#define T2_MS 4000

static void arm(struct accept *accept);

static void on_timer(void *arg)
{
	struct accept *accept = arg;

	accept->total_ms += accept->interval_ms;
	if (accept->total_ms >= 64 * T1_MS) {
		accept_stop(accept);
		accept->no_ack(accept->arg);
		return;
	}
	accept_resend(accept);
	accept->interval_ms *= 2;
	if (accept->interval_ms > T2_MS)
		accept->interval_ms = T2_MS;
	arm(accept);
}

static void arm(struct accept *accept)
{
	loop_timer_set(accept->loop, &accept->timer, accept->interval_ms, on_timer, accept);
}

int accept_start(struct accept *accept, struct sip *sip, struct loop *loop, struct txn *invite,
		 const struct message_reply *reply)
{
	const osip_message_t *request = txn_message(invite);
	char buf[MESSAGE_SIZE];
	struct text text;
	int err;

	accept_stop(accept);
	text_init(&text, buf, sizeof(buf));
	err = message_reply(&text, request, reply);
	if (err)
		return err;
	accept->sip = sip;
	accept->loop = loop;
	accept->buf = malloc(text.len);
	if (!accept->buf)
		return -ENOMEM;
	memcpy(accept->buf, text.buf, text.len);
	accept->len = text.len;
	accept->cseq = strtoul(request->cseq->number, NULL, 10);
	accept->path = *txn_path(invite);
	accept->interval_ms = T1_MS;
	accept->total_ms = 0;
	arm(accept);
	err = txn_reply(invite, text.buf, text.len);
	text_wipe(&text);
	return err;
}

void accept_set_no_ack(struct accept *accept, loop_fn no_ack, void *arg)
{
	accept->no_ack = no_ack;
	accept->arg = arg;
}

bool accept_pending(const struct accept *accept)
{
	return accept->buf;
}

void accept_resend(struct accept *accept)
{
	if (accept->buf)
		sip_send(accept->sip, &accept->path, accept->buf, accept->len);
}

bool accept_answers(const struct accept *accept, const osip_message_t *msg)
{
	return accept->buf && strtoul(msg->cseq->number, NULL, 10) == accept->cseq;
}

bool accept_acked(struct accept *accept, const osip_message_t *ack)
{
	if (!accept_answers(accept, ack))
		return false;
	accept_stop(accept);
	return true;
}

void accept_stop(struct accept *accept)
{
	loop_timer_del(&accept->timer);
	free(accept->buf);
	accept->buf = NULL;
}
