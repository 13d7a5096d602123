// SPDX-License-Identifier: GPL-2.0
/* What arrives is checked and given to its transaction, its dialog, its call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osipparser2/osip_parser.h>

#include "log/log.h"

#include "sip/addr.h"
#include "sip/check.h"
#include "sip/sip.h"

struct sip {
	struct transport *transport;
	struct txn_layer *txns;
	struct dialog_table *dialogs;
	const struct conf *conf;
	const struct sip_ops *ops;
	void *arg;
	struct sip_stats stats;
	struct raw_message raw;
	char clean[SIP_MAX_SIZE + 1];
};

/* The trunk whose peer a message comes from, by address and, if several, port. */
static const struct conf_trunk *trunk_of(const struct sip *sip, const struct sip_path *from)
{
	const struct conf_trunk *found = NULL;
	size_t i;

	for (i = 0; i < sip->conf->n_trunks; i++) {
		const struct conf_trunk *trunk = &sip->conf->trunks[i];

		if (trunk->kind != TRUNK_SIP || trunk->transport != from->protocol ||
		    !addr_same(&trunk->local, &from->local) ||
		    !addr_same_host(&trunk->peer, &from->peer))
			continue;
		if (addr_same(&trunk->peer, &from->peer))
			return trunk;
		if (!found)
			found = trunk;
	}
	return found;
}

static bool on_known(const struct sip_path *from, void *arg)
{
	struct sip *sip = arg;

	if (trunk_of(sip, from))
		return true;
	sip->stats.drop_source++;
	return false;
}

static void refuse(struct sip *sip, const struct sip_path *from, int status)
{
	char buf[MESSAGE_SIZE];
	struct text text;

	/* Without a Via nobody asked (RFC 3261, 8.2.6.2). */
	if (status < 0 || sip->raw.response || !header_count(&sip->raw, HDR_VIA)) {
		sip->stats.drop_malformed++;
		return;
	}
	text_init(&text, buf, sizeof(buf));
	if (message_refuse(&text, &sip->raw, status)) {
		sip->stats.drop_malformed++;
		return;
	}
	sip->stats.refused++;
	log_debug("SIP request from %s refused with %d",
		  log_addr((const struct sockaddr *)&from->peer), status);
	sip_send(sip, from, text.buf, text.len);
	text_wipe(&text);
}

int sip_send(struct sip *sip, const struct sip_path *path, const char *buf, size_t len)
{
	struct sip_path by = *path;

	return transport_send(sip->transport, &by, buf, len);
}

static int reply_status(struct txn *txn, int status)
{
	char tag[TOKEN_SIZE];

	token_make(tag);
	return sip_reply(txn, &(struct message_reply){ .status = status, .tag = tag });
}

int sip_reply(struct txn *txn, const struct message_reply *reply)
{
	char buf[MESSAGE_SIZE];
	struct text text;
	int err;

	text_init(&text, buf, sizeof(buf));
	err = message_reply(&text, txn_message(txn), reply);
	if (!err)
		err = txn_reply(txn, text.buf, text.len);
	text_wipe(&text);
	return err;
}

static struct dialog *dialog_of(const struct sip *sip, const osip_message_t *msg)
{
	const char *local = message_tag(MSG_IS_REQUEST(msg) ? msg->to : msg->from);
	const char *remote = message_tag(MSG_IS_REQUEST(msg) ? msg->from : msg->to);
	struct dialog *dialog;
	char *call_id = NULL;

	if (!local || osip_call_id_to_str(msg->call_id, &call_id))
		return NULL;
	/* Any tag for a response: a fork's answer has one that we do not know. */
	dialog = dialog_find(sip->dialogs, call_id, local, MSG_IS_REQUEST(msg) ? remote : NULL);
	osip_free(call_id);
	return dialog;
}

static void take_cancel(struct sip *sip, struct txn *txn)
{
	struct txn *invite = txn_find_cancelled(sip->txns, txn_message(txn));

	reply_status(txn, invite ? 200 : 481);
	if (invite)
		txn_cancelled(invite);
}

static void take_in_dialog(struct sip *sip, struct dialog *dialog, struct txn *txn)
{
	const osip_message_t *msg = txn_message(txn);
	int status = dialog_check(dialog, msg);

	if (!status)
		sip->ops->request(dialog, txn, sip->arg);
	else if (!MSG_IS_INVITE(msg) || !sip->ops->repeated(dialog, txn, sip->arg))
		reply_status(txn, status);
}

static void take_request(struct sip *sip, const struct sip_path *from, struct txn *txn)
{
	const osip_message_t *msg = txn_message(txn);
	struct dialog *dialog = dialog_of(sip, msg);

	if (MSG_IS_CANCEL(msg))
		take_cancel(sip, txn);
	else if (dialog)
		take_in_dialog(sip, dialog, txn);
	else if (MSG_IS_OPTIONS(msg))
		reply_status(txn, 200);
	else if (MSG_IS_INVITE(msg) && !message_tag(msg->to))
		sip->ops->invite(trunk_of(sip, from), txn, sip->arg);
	else
		reply_status(txn, 481);
}

/* What no transaction wants: ACK to a 2xx, and 2xx after the first. */
static void take_unmatched(struct sip *sip, const osip_message_t *msg)
{
	struct dialog *dialog = dialog_of(sip, msg);

	if (dialog && MSG_IS_ACK(msg))
		sip->ops->ack(dialog, msg, sip->arg);
	else if (dialog && MSG_IS_STATUS_2XX(msg) && MSG_IS_RESPONSE_FOR(msg, "INVITE"))
		sip->ops->answer(dialog, msg, sip->arg);
	else
		sip->stats.drop_unmatched++;
}

/*
 * Answers go to where the request came from: to the very port when the peer
 * asks so (RFC 3581) or the stream is there, else to the one in its Via.
 */
static void set_return_path(struct sip_path *path, osip_message_t *msg)
{
	osip_via_t *via = osip_list_get(&msg->vias, 0);
	char host[ADDR_TEXT_SIZE];
	osip_generic_param_t *rport = NULL;
	long port = 5060;

	osip_message_fix_last_via_header(msg, addr_host(&path->peer, host), addr_port(&path->peer));
	osip_via_param_get_byname(via, (char *)"rport", &rport);
	if (rport)
		return;
	if (via->port)
		port = slice_number((struct slice){ via->port, strlen(via->port) }, 65535);
	if (port > 0)
		addr_set_port(&path->peer, port);
}

static void take_event(struct sip *sip, const struct sip_path *from, osip_event_t *event)
{
	struct sip_path path = *from;
	struct txn *txn;

	if (MSG_IS_REQUEST(event->sip))
		set_return_path(&path, event->sip);
	switch (txn_receive(sip->txns, &path, event, &txn)) {
	case TXN_CONSUMED:
		return;
	case TXN_NEW:
		take_request(sip, from, txn);
		return;
	case TXN_UNMATCHED:
		take_unmatched(sip, event->sip);
		break;
	case TXN_REFUSED:
		sip->stats.drop_overload++;
		break;
	}
	osip_event_free(event);
}

static int take_checked(struct sip *sip, const struct sip_path *from)
{
	osip_event_t *event;
	struct text text;

	text_init(&text, sip->clean, sizeof(sip->clean));
	if (check_write_clean(&text, &sip->raw)) {
		text_wipe(&text);
		return 513;
	}
	event = osip_parse(text.buf, text.len);
	text_wipe(&text);
	if (!event)
		return 400;
	take_event(sip, from, event);
	return 0;
}

static int on_receive(const struct sip_path *from, char *buf, size_t len, void *arg)
{
	struct sip *sip = arg;
	int status;

	sip->stats.received++;
	if (!trunk_of(sip, from)) {
		sip->stats.drop_source++;
		return -EACCES;
	}
	if (header_scan(&sip->raw, buf, len)) {
		sip->stats.drop_malformed++;
		return -EBADMSG;
	}
	status = check_message(&sip->raw, from->protocol == SIP_UDP);
	if (!status)
		status = take_checked(sip, from);
	if (status)
		refuse(sip, from, status);
	return 0;
}

static void on_unreachable(const struct sip_path *to, void *arg)
{
	struct sip *sip = arg;

	txn_unreachable(sip->txns, to);
}

static const struct transport_ops transport_ops = {
	.receive = on_receive,
	.known = on_known,
	.unreachable = on_unreachable,
};

int sip_new(struct sip **sip, struct loop *loop, const struct sip_ops *ops, void *arg)
{
	struct sip *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->ops = ops;
	new->arg = arg;
	parser_init();
	err = transport_new(&new->transport, loop, &transport_ops, new);
	if (!err)
		err = txn_layer_new(&new->txns, loop, new->transport);
	if (!err)
		err = dialog_table_new(&new->dialogs);
	if (err) {
		sip_free(new);
		return err;
	}
	*sip = new;
	return 0;
}

void sip_free(struct sip *sip)
{
	if (!sip)
		return;
	txn_layer_free(sip->txns);
	transport_free(sip->transport);
	dialog_table_free(sip->dialogs);
	free(sip);
}

int sip_configure(struct sip *sip, const struct conf *conf)
{
	int err = transport_configure(sip->transport, conf);

	if (!err)
		sip->conf = conf;
	return err;
}

struct sip_path sip_trunk_path(const struct conf_trunk *trunk)
{
	return (struct sip_path){ .protocol = trunk->transport,
				  .local = trunk->local,
				  .peer = trunk->peer };
}

void sip_add_dialog(struct sip *sip, struct dialog *dialog)
{
	dialog_add(sip->dialogs, dialog);
}

void sip_remove_dialog(struct sip *sip, struct dialog *dialog)
{
	dialog_remove(sip->dialogs, dialog);
}

int sip_request(struct sip *sip, struct dialog *dialog, const char *method, const struct text *sdp,
		txn_fn fn, void *arg, struct txn **txn)
{
	char buf[MESSAGE_SIZE];
	struct text text;
	int err;

	text_init(&text, buf, sizeof(buf));
	err = message_request(&text, dialog, method, sdp);
	if (!err)
		err = txn_request(sip->txns, &dialog->path, text.buf, text.len, fn, arg, txn);
	text_wipe(&text);
	return err;
}

int sip_cancel(struct sip *sip, struct txn *invite)
{
	char buf[MESSAGE_SIZE];
	struct text text;
	struct txn *txn;
	int err;

	text_init(&text, buf, sizeof(buf));
	err = message_cancel(&text, txn_message(invite));
	if (!err)
		err = txn_request(sip->txns, txn_path(invite), text.buf, text.len, NULL, NULL,
				  &txn);
	text_wipe(&text);
	return err;
}

const struct sip_stats *sip_stats(const struct sip *sip)
{
	return &sip->stats;
}

size_t sip_transactions(const struct sip *sip)
{
	return txn_count(sip->txns);
}
