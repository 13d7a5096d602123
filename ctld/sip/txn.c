// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions: libosip2's machines, driven by our loop. libosip2 walks lists
 * of all transactions for each message and each timer; so there are many of its
 * instances, and the branch says which one a transaction is in.
 *
 * libosip2 calls back from within a machine's step, where the transaction
 * must be neither fed nor freed. So callbacks only note what happened, and
 * settle() tells the owners after the step.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "loop/loop.h"

#include "sip/token.h"
#include "sip/txn.h"

#define MAX_TRANSACTIONS 65536
#define SHARDS		 256

struct txn {
	struct shard *shard;
	osip_transaction_t *osip;
	struct sip_path path;
	txn_fn fn;
	void *arg;
	struct txn *next_touched;
	bool touched, has_event, dead;
	enum txn_event event;
};

struct shard {
	struct txn_layer *layer;
	osip_t *osip;
	struct loop_timer timer;
	size_t count;
};

struct txn_layer {
	struct loop *loop;
	struct transport *transport;
	struct shard shards[SHARDS];
	struct txn *touched, **touched_tail;
	bool settling;
	size_t count;
};

static void on_timer(void *arg);

static struct txn *txn_of(osip_transaction_t *osip)
{
	return osip_transaction_get_your_instance(osip);
}

static const char *branch_of(osip_via_t *via)
{
	osip_generic_param_t *param = NULL;

	osip_via_param_get_byname(via, (char *)"branch", &param);
	return param && param->gvalue ? param->gvalue : "";
}

/* Without the cookie of RFC 3261, 8.1.1.7, the branch need not be the transaction's. */
static struct shard *shard_of(struct txn_layer *layer, const osip_message_t *msg)
{
	osip_via_t *via = osip_list_get(&msg->vias, 0);
	const char *branch = via ? branch_of(via) : "";

	if (strncmp(branch, "z9hG4bK", 7) != 0)
		return &layer->shards[0];
	return &layer->shards[token_hash64(0, branch, strlen(branch)) % SHARDS];
}

static void touch(struct txn *txn)
{
	struct txn_layer *layer = txn->shard->layer;

	if (txn->touched)
		return;
	txn->touched = true;
	txn->next_touched = NULL;
	*layer->touched_tail = txn;
	layer->touched_tail = &txn->next_touched;
}

static void note(osip_transaction_t *osip, enum txn_event event)
{
	struct txn *txn = txn_of(osip);

	txn->event = event;
	txn->has_event = true;
	touch(txn);
}

static void on_response(int type, osip_transaction_t *osip, osip_message_t *msg)
{
	(void)type;
	(void)msg;
	note(osip, TXN_RESPONSE);
}

static void on_timeout(int type, osip_transaction_t *osip, osip_message_t *msg)
{
	(void)type;
	(void)msg;
	note(osip, TXN_TIMEOUT);
}

static void on_error(int type, osip_transaction_t *osip, int error)
{
	(void)type;
	(void)error;
	note(osip, TXN_FAILED);
}

static void on_kill(int type, osip_transaction_t *osip)
{
	struct txn *txn = txn_of(osip);

	(void)type;
	txn->dead = true;
	touch(txn);
}

/* libosip2 makes the ACK to a failure itself, without Max-Forwards (8.1.1). */
static void complete_ack(osip_message_t *msg)
{
	osip_header_t *header;

	if (MSG_IS_ACK(msg) && osip_message_header_get_byname(msg, "max-forwards", 0, &header) < 0)
		osip_message_set_header(msg, "Max-Forwards", "70");
}

static int on_send(osip_transaction_t *osip, osip_message_t *msg, char *host, int port, int fd)
{
	struct txn *txn = txn_of(osip);
	char *buf = NULL;
	size_t len;
	int err;

	(void)host;
	(void)port;
	(void)fd;
	complete_ack(msg);
	if (osip_message_to_str(msg, &buf, &len))
		return -1;
	err = transport_send(txn->shard->layer->transport, &txn->path, buf, len);
	osip_free(buf);
	return err ? -1 : 0;
}

static void txn_free(struct txn *txn)
{
	txn->shard->count--;
	txn->shard->layer->count--;
	osip_remove_transaction(txn->shard->osip, txn->osip);
	osip_transaction_free2(txn->osip);
	free(txn);
}

static void tell(struct txn *txn, enum txn_event event)
{
	const osip_message_t *msg = event == TXN_RESPONSE ? txn->osip->last_response : NULL;

	if (event == TXN_TIMEOUT) /* first: who is told may send more */
		transport_drop_stuck(txn->shard->layer->transport, &txn->path);
	if (txn->fn)
		txn->fn(txn, event, msg, txn->arg);
}

static struct txn *pop_touched(struct txn_layer *layer)
{
	struct txn *txn = layer->touched;

	layer->touched = txn->next_touched;
	if (!layer->touched)
		layer->touched_tail = &layer->touched;
	txn->touched = false;
	return txn;
}

static void rearm(struct shard *shard)
{
	struct timeval next = { .tv_sec = 3600 };

	if (!shard->count) {
		loop_timer_del(&shard->timer);
		return;
	}
	osip_timers_gettimeout(shard->osip, &next);
	if (next.tv_sec > 3600)
		next.tv_sec = 3600;
	loop_timer_set(shard->layer->loop, &shard->timer,
		       next.tv_sec * 1000 + next.tv_usec / 1000 + 1, on_timer, shard);
}

static void settle(struct txn_layer *layer)
{
	if (layer->settling)
		return; /* the call further out goes on with the list */
	layer->settling = true;
	while (layer->touched) {
		struct txn *txn = pop_touched(layer);

		if (txn->has_event) {
			txn->has_event = false;
			tell(txn, txn->event);
		}
		if (txn->dead && !txn->touched) {
			tell(txn, TXN_ENDED);
			txn_free(txn);
		}
	}
	layer->settling = false;
}

static void on_timer(void *arg)
{
	struct shard *shard = arg;

	osip_timers_ict_execute(shard->osip);
	osip_timers_ist_execute(shard->osip);
	osip_timers_nict_execute(shard->osip);
	osip_timers_nist_execute(shard->osip);
	osip_ict_execute(shard->osip);
	osip_ist_execute(shard->osip);
	osip_nict_execute(shard->osip);
	osip_nist_execute(shard->osip);
	settle(shard->layer);
	rearm(shard);
}

/* TXN may be gone afterwards. */
static void feed(struct txn *txn, osip_event_t *event)
{
	struct shard *shard = txn->shard;

	event->transactionid = txn->osip->transactionid;
	osip_transaction_execute(txn->osip, event);
	settle(shard->layer);
	rearm(shard);
}

static struct txn *txn_new(struct txn_layer *layer, osip_fsm_type_t type, osip_message_t *msg,
			   const struct sip_path *path)
{
	struct shard *shard = shard_of(layer, msg);
	struct txn *txn;

	if (layer->count >= MAX_TRANSACTIONS)
		return NULL;
	txn = calloc(1, sizeof(*txn));
	if (!txn)
		return NULL;
	if (osip_transaction_init(&txn->osip, type, shard->osip, msg)) {
		free(txn);
		return NULL;
	}
	osip_transaction_set_your_instance(txn->osip, txn);
	txn->shard = shard;
	txn->path = *path;
	shard->count++;
	layer->count++;
	return txn;
}

enum txn_verdict txn_receive(struct txn_layer *layer, const struct sip_path *from,
			     osip_event_t *event, struct txn **txn)
{
	osip_transaction_t *known =
		__osip_find_transaction(shard_of(layer, event->sip)->osip, event, 0);
	struct txn *new;

	if (known) {
		txn_of(known)->path.connection = from->connection;
		feed(txn_of(known), event);
		return TXN_CONSUMED;
	}
	if (!EVT_IS_RCV_INVITE(event) && !EVT_IS_RCV_REQUEST(event))
		return TXN_UNMATCHED;
	new = txn_new(layer, EVT_IS_RCV_INVITE(event) ? IST : NIST, event->sip, from);
	if (!new)
		return TXN_REFUSED;
	feed(new, event);
	*txn = new;
	return TXN_NEW;
}

/*
 * libosip2 would write a message of ours in its own manner (one Allow line
 * for each method, padded lengths), by which relays could be told from other
 * user agents: so it is told that the text is there already.
 */
static bool keep_text(osip_message_t *msg, const char *buf, size_t len)
{
	msg->message = osip_malloc(len + 1);
	if (!msg->message)
		return false;
	memcpy(msg->message, buf, len);
	msg->message[len] = '\0';
	msg->message_length = len;
	msg->message_property = 1;
	return true;
}

static osip_message_t *parse(const char *buf, size_t len)
{
	osip_message_t *msg;

	if (osip_message_init(&msg))
		return NULL;
	if (osip_message_parse(msg, buf, len) || !keep_text(msg, buf, len)) {
		osip_message_free(msg);
		return NULL;
	}
	return msg;
}

int txn_request(struct txn_layer *layer, const struct sip_path *path, const char *buf, size_t len,
		txn_fn fn, void *arg, struct txn **txn)
{
	osip_message_t *msg = parse(buf, len);
	osip_event_t *event;
	struct txn *new;

	if (!msg)
		return -EBADMSG;
	new = txn_new(layer, MSG_IS_INVITE(msg) ? ICT : NICT, msg, path);
	event = new ? osip_new_outgoing_sipmessage(msg) : NULL;
	if (!event)
		goto err_free;
	new->fn = fn;
	new->arg = arg;
	*txn = new; /* before the first event, which may come at once */
	feed(new, event);
	return 0;

err_free:
	osip_message_free(msg);
	if (new)
		txn_free(new);
	return -ENOMEM;
}

int txn_reply(struct txn *txn, const char *buf, size_t len)
{
	osip_message_t *msg = parse(buf, len);
	osip_event_t *event = msg ? osip_new_outgoing_sipmessage(msg) : NULL;

	if (!event) {
		if (msg)
			osip_message_free(msg);
		return msg ? -ENOMEM : -EBADMSG;
	}
	feed(txn, event);
	return 0;
}

void txn_own(struct txn *txn, txn_fn fn, void *arg)
{
	txn->fn = fn;
	txn->arg = arg;
}

const osip_message_t *txn_message(const struct txn *txn)
{
	return txn->osip->orig_request;
}

const struct sip_path *txn_path(const struct txn *txn)
{
	return &txn->path;
}

struct txn *txn_find_cancelled(struct txn_layer *layer, const osip_message_t *cancel)
{
	osip_list_iterator_t it;
	osip_list_t *list = &shard_of(layer, cancel)->osip->osip_ist_transactions;
	osip_transaction_t *osip = osip_list_get_first(list, &it);
	osip_via_t *via = osip_list_get(&cancel->vias, 0);

	for (; osip_list_iterator_has_elem(it); osip = osip_list_get_next(&it)) {
		if (!strcmp(branch_of(osip->topvia), branch_of(via)) &&
		    !strcmp(osip->topvia->host, via->host) &&
		    !strcmp(osip->callid->number, cancel->call_id->number) &&
		    !strcmp(osip->cseq->number, cancel->cseq->number))
			return txn_of(osip);
	}
	return NULL;
}

void txn_cancelled(struct txn *txn)
{
	tell(txn, TXN_CANCELLED);
}

void txn_abandon(struct txn *txn)
{
	txn->dead = true;
	touch(txn);
	settle(txn->shard->layer);
}

static void fail_unanswered(osip_list_t *list, const struct sip_path *to)
{
	osip_list_iterator_t it;
	osip_transaction_t *osip = osip_list_get_first(list, &it);

	for (; osip_list_iterator_has_elem(it); osip = osip_list_get_next(&it)) {
		struct txn *txn = txn_of(osip);

		if (osip->last_response || txn->path.connection != to->connection)
			continue;
		note(osip, TXN_FAILED);
		txn->dead = true;
	}
}

void txn_unreachable(struct txn_layer *layer, const struct sip_path *to)
{
	for (int i = 0; i < SHARDS; i++) {
		fail_unanswered(&layer->shards[i].osip->osip_ict_transactions, to);
		fail_unanswered(&layer->shards[i].osip->osip_nict_transactions, to);
	}
	settle(layer);
}

size_t txn_count(const struct txn_layer *layer)
{
	return layer->count;
}

static void set_callbacks(osip_t *osip)
{
	int type;

	osip_set_cb_send_message(osip, on_send);
	for (type = OSIP_ICT_STATUS_1XX_RECEIVED; type <= OSIP_ICT_STATUS_6XX_RECEIVED; type++)
		if (type != OSIP_ICT_STATUS_2XX_RECEIVED_AGAIN)
			osip_set_message_callback(osip, type, on_response);
	for (type = OSIP_NICT_STATUS_1XX_RECEIVED; type <= OSIP_NICT_STATUS_6XX_RECEIVED; type++)
		if (type != OSIP_NICT_STATUS_2XX_RECEIVED_AGAIN)
			osip_set_message_callback(osip, type, on_response);
	osip_set_message_callback(osip, OSIP_ICT_STATUS_TIMEOUT, on_timeout);
	osip_set_message_callback(osip, OSIP_NICT_STATUS_TIMEOUT, on_timeout);
	for (type = 0; type < OSIP_KILL_CALLBACK_COUNT; type++)
		osip_set_kill_transaction_callback(osip, type, on_kill);
	for (type = 0; type < OSIP_TRANSPORT_ERROR_CALLBACK_COUNT; type++)
		osip_set_transport_error_callback(osip, type, on_error);
}

int txn_layer_new(struct txn_layer **layer, struct loop *loop, struct transport *transport)
{
	struct txn_layer *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->transport = transport;
	new->touched_tail = &new->touched;
	for (int i = 0; i < SHARDS; i++) {
		new->shards[i].layer = new;
		if (osip_init(&new->shards[i].osip)) {
			txn_layer_free(new);
			return -ENOMEM;
		}
		set_callbacks(new->shards[i].osip);
	}
	*layer = new;
	return 0;
}

static void free_all(osip_list_t *list)
{
	while (osip_list_size(list) > 0)
		txn_free(txn_of(osip_list_get(list, 0)));
}

static void shard_release(struct shard *shard)
{
	loop_timer_del(&shard->timer);
	free_all(&shard->osip->osip_ict_transactions);
	free_all(&shard->osip->osip_ist_transactions);
	free_all(&shard->osip->osip_nict_transactions);
	free_all(&shard->osip->osip_nist_transactions);
	osip_release(shard->osip);
}

void txn_layer_free(struct txn_layer *layer)
{
	if (!layer)
		return;
	for (int i = 0; i < SHARDS && layer->shards[i].osip; i++)
		shard_release(&layer->shards[i]);
	free(layer);
}
