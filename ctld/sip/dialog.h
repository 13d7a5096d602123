/* SPDX-License-Identifier: GPL-2.0 */
/* Dialogs (RFC 3261, section 12), by either role. */
#ifndef PHONION_DIALOG_H
#define PHONION_DIALOG_H

#include <stdbool.h>
#include <stdint.h>

#include <osipparser2/osip_message.h>

#include "sip/token.h"
#include "sip/transport.h"

#define DIALOG_MAX_ROUTES 16

struct dialog {
	struct dialog *next; /* in the table */
	bool in_table;
	char *call_id;
	char local_tag[TOKEN_SIZE];
	char *remote_tag; /* NULL until the peer gave one */
	char *local_uri, *remote_uri;
	char *target;			 /* URI of the peer's Contact */
	char *routes[DIALOG_MAX_ROUTES]; /* "<sip:...;lr>", first hop first */
	size_t n_routes;
	uint32_t local_cseq, remote_cseq;
	bool remote_cseq_known;
	/*
	 * Always the trunk's peer: it stands before whatever its Contact and
	 * routes name, and we speak to nobody else.
	 */
	struct sip_path path;
	void *owner;
};

struct dialog_table;

int dialog_table_new(struct dialog_table **table);
void dialog_table_free(struct dialog_table *table);
void dialog_add(struct dialog_table *table, struct dialog *dialog);
void dialog_remove(struct dialog_table *table, struct dialog *dialog);
/*
 * By Call-ID and our tag. REMOTE_TAG must be the dialog's when both have one
 * (RFC 3261, 12); NULL matches any.
 */
struct dialog *dialog_find(const struct dialog_table *table, const char *call_id,
			   const char *local_tag, const char *remote_tag);

/* A dialog that REQUEST, an INVITE, asks us for; NULL without memory. */
struct dialog *dialog_new_uas(const struct sip_path *path, const osip_message_t *request);
/* One that we will ask for: URIs are taken as they are. */
struct dialog *dialog_new_uac(const struct sip_path *path, const char *local_uri,
			      const char *remote_uri);
void dialog_free(struct dialog *dialog);

/* What a provisional or successful response to our INVITE makes of the dialog. */
int dialog_learn(struct dialog *dialog, const osip_message_t *response);
/* A copy with another tag, for one of several answers to a forked INVITE. */
struct dialog *dialog_fork(const struct dialog *dialog, const osip_message_t *response);
/* 0, or the status to refuse a request of the peer's with (12.2.2). */
int dialog_check(struct dialog *dialog, const osip_message_t *request);
/* Target refresh by the peer's (re-)INVITE or the answer to ours (12.2). */
int dialog_refresh(struct dialog *dialog, const osip_message_t *msg);

const char *message_tag(osip_from_t *header); /* of From or To, or NULL */

#endif
