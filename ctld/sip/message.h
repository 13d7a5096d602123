/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests and responses, written from what this side's dialog knows and from
 * constants. There is nothing here through which another side's words could
 * get in, and nothing that names this program.
 */
#ifndef PHONION_MESSAGE_H
#define PHONION_MESSAGE_H

#include <osipparser2/osip_message.h>

#include "sip/dialog.h"
#include "sip/header.h"
#include "sip/text.h"

#define MESSAGE_SIZE 16384 /* of what we write */

/*
 * A request within DIALOG, or the one that asks for it, with the dialog's
 * next CSeq (ACK: of the INVITE that it answers). SDP may be NULL.
 */
int message_request(struct text *text, struct dialog *dialog, const char *method,
		    const struct text *sdp);
int message_ack(struct text *text, const struct dialog *dialog, uint32_t cseq,
		const struct text *sdp);
int message_cancel(struct text *text, const osip_message_t *invite);

struct message_reply {
	int status;
	const char *tag;	     /* To tag; NULL: none, or the one that is there */
	const struct dialog *dialog; /* adds Contact, Record-Route, Allow; or NULL */
	const struct text *sdp;
	unsigned int retry_after_s; /* 0: none */
};
int message_reply(struct text *text, const osip_message_t *request,
		  const struct message_reply *reply);

/* The refusal of a request that check.c did not let through. */
int message_refuse(struct text *text, const struct raw_message *request, int status);

/* A user part that needs no escaping and is no more than a number or a name. */
bool message_user_valid(const char *user);

#endif
