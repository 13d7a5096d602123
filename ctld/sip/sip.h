/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SIP side of a relay: what arrives is checked, given to its transaction
 * and its dialog, and what is left over goes to the call layer.
 */
#ifndef PHONION_SIP_H
#define PHONION_SIP_H

#include "sip/dialog.h"
#include "sip/message.h"
#include "sip/txn.h"

struct loop;
struct sip;

struct sip_ops {
	/* A new call by TRUNK; the transaction is to be answered. */
	void (*invite)(const struct conf_trunk *trunk, struct txn *txn, void *arg);
	/* INVITE, BYE or OPTIONS within a dialog, CSeq already checked. */
	void (*request)(struct dialog *dialog, struct txn *txn, void *arg);
	/* An INVITE with an old CSeq: is it a copy of one that is answered, and done with? */
	bool (*repeated)(struct dialog *dialog, struct txn *txn, void *arg);
	/* ACK to a 2xx. */
	void (*ack)(struct dialog *dialog, const osip_message_t *ack, void *arg);
	/* A 2xx to an INVITE of ours whose transaction is over: repeated or forked. */
	void (*answer)(struct dialog *dialog, const osip_message_t *response, void *arg);
};

/* Messages that came to nothing, by cause. */
struct sip_stats {
	uint64_t received;
	uint64_t drop_source;	 /* not from a trunk's peer */
	uint64_t drop_malformed; /* not answerable */
	uint64_t drop_unmatched; /* a response or ACK of nothing that we know */
	uint64_t drop_overload;
	uint64_t refused; /* answered with 4xx or 5xx before any call */
};

int sip_new(struct sip **sip, struct loop *loop, const struct sip_ops *ops, void *arg);
void sip_free(struct sip *sip);
/* CONF must stay until the next call of this function has succeeded. */
int sip_configure(struct sip *sip, const struct conf *conf);

struct sip_path sip_trunk_path(const struct conf_trunk *trunk);
void sip_add_dialog(struct sip *sip, struct dialog *dialog);
void sip_remove_dialog(struct sip *sip, struct dialog *dialog);

/* A request within DIALOG, or its INVITE. *TXN is valid until TXN_ENDED. */
int sip_request(struct sip *sip, struct dialog *dialog, const char *method, const struct text *sdp,
		txn_fn fn, void *arg, struct txn **txn);
/* The CANCEL of an INVITE; its own answer matters to nobody. */
int sip_cancel(struct sip *sip, struct txn *invite);
int sip_reply(struct txn *txn, const struct message_reply *reply);
/* Outside of any transaction: ACK and repeated 2xx. */
int sip_send(struct sip *sip, const struct sip_path *path, const char *buf, size_t len);

const struct sip_stats *sip_stats(const struct sip *sip);
size_t sip_transactions(const struct sip *sip);

#endif
