// SPDX-License-Identifier: GPL-2.0
/* Dialogs (RFC 3261, section 12), by either role. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osipparser2/osip_parser.h>

#include "sip/dialog.h"

#define BUCKETS 4096

struct dialog_table {
	struct dialog *buckets[BUCKETS];
};

static size_t bucket_of(const char *call_id, const char *local_tag)
{
	uint64_t hash = token_hash64(0, call_id, strlen(call_id));

	return token_hash64(hash, local_tag, strlen(local_tag)) % BUCKETS;
}

int dialog_table_new(struct dialog_table **table)
{
	*table = calloc(1, sizeof(**table));
	return *table ? 0 : -ENOMEM;
}

void dialog_table_free(struct dialog_table *table)
{
	free(table);
}

void dialog_add(struct dialog_table *table, struct dialog *dialog)
{
	size_t bucket = bucket_of(dialog->call_id, dialog->local_tag);

	dialog->next = table->buckets[bucket];
	table->buckets[bucket] = dialog;
	dialog->in_table = true;
}

void dialog_remove(struct dialog_table *table, struct dialog *dialog)
{
	struct dialog **at;

	if (!dialog->in_table)
		return;
	at = &table->buckets[bucket_of(dialog->call_id, dialog->local_tag)];
	while (*at != dialog)
		at = &(*at)->next;
	*at = dialog->next;
	dialog->in_table = false;
}

static bool tags_match(const char *a, const char *b)
{
	return !a || !b || !strcmp(a, b);
}

struct dialog *dialog_find(const struct dialog_table *table, const char *call_id,
			   const char *local_tag, const char *remote_tag)
{
	struct dialog *dialog = table->buckets[bucket_of(call_id, local_tag)];

	for (; dialog; dialog = dialog->next)
		if (!strcmp(dialog->call_id, call_id) && !strcmp(dialog->local_tag, local_tag) &&
		    tags_match(dialog->remote_tag, remote_tag))
			return dialog;
	return NULL;
}

const char *message_tag(osip_from_t *header)
{
	osip_generic_param_t *param = NULL;

	osip_from_get_tag(header, &param);
	return param ? param->gvalue : NULL;
}

/*
 * libosip2 gives strings of its own allocator, which is malloc's. What it has
 * unescaped must not become a line of its own in what we write.
 */
static char *uri_text(const osip_uri_t *uri)
{
	char *text = NULL;
	size_t i;

	if (!uri || osip_uri_to_str(uri, &text))
		return NULL;
	for (i = 0; text[i]; i++) {
		if ((unsigned char)text[i] <= ' ' || strchr("<>\"", text[i])) {
			free(text);
			return NULL;
		}
	}
	return text;
}

static char *call_id_text(const osip_message_t *msg)
{
	char *text = NULL;

	if (osip_call_id_to_str(msg->call_id, &text))
		return NULL;
	return text;
}

static void clear_routes(struct dialog *dialog)
{
	while (dialog->n_routes)
		free(dialog->routes[--dialog->n_routes]);
}

/* In order for a UAS, in reverse for a UAC (12.1.1, 12.1.2). */
static int learn_routes(struct dialog *dialog, const osip_message_t *msg, bool reverse)
{
	int i, n = osip_list_size(&msg->record_routes);

	clear_routes(dialog);
	if (n > DIALOG_MAX_ROUTES)
		return -E2BIG;
	for (i = 0; i < n; i++) {
		osip_from_t *route = osip_list_get(&msg->record_routes, reverse ? n - 1 - i : i);
		char *text = NULL;

		if (osip_from_to_str(route, &text))
			return -ENOMEM;
		dialog->routes[dialog->n_routes++] = text;
	}
	return 0;
}

int dialog_refresh(struct dialog *dialog, const osip_message_t *msg)
{
	osip_contact_t *contact = osip_list_get(&msg->contacts, 0);
	char *target;

	if (!contact || !contact->url || !contact->url->host)
		return -EBADMSG;
	target = uri_text(contact->url);
	if (!target)
		return -ENOMEM;
	free(dialog->target);
	dialog->target = target;
	return 0;
}

struct dialog *dialog_new_uas(const struct sip_path *path, const osip_message_t *request)
{
	struct dialog *dialog = calloc(1, sizeof(*dialog));
	const char *tag = message_tag(request->from);

	if (!dialog)
		return NULL;
	dialog->path = *path;
	dialog->call_id = call_id_text(request);
	dialog->remote_tag = tag ? strdup(tag) : NULL;
	dialog->local_uri = uri_text(request->to->url);
	dialog->remote_uri = uri_text(request->from->url);
	token_make(dialog->local_tag);
	dialog->remote_cseq = strtoul(request->cseq->number, NULL, 10);
	dialog->remote_cseq_known = true;
	if (!dialog->call_id || !dialog->local_uri || !dialog->remote_uri || !dialog->remote_tag ||
	    learn_routes(dialog, request, false) || dialog_refresh(dialog, request)) {
		dialog_free(dialog);
		return NULL;
	}
	return dialog;
}

struct dialog *dialog_new_uac(const struct sip_path *path, const char *local_uri,
			      const char *remote_uri)
{
	struct dialog *dialog = calloc(1, sizeof(*dialog));
	char call_id[TOKEN_SIZE];

	if (!dialog)
		return NULL;
	token_make(call_id); /* no "@host": it would name us to the far end */
	token_make(dialog->local_tag);
	dialog->path = *path;
	dialog->call_id = strdup(call_id);
	dialog->local_uri = strdup(local_uri);
	dialog->remote_uri = strdup(remote_uri);
	dialog->target = strdup(remote_uri);
	/* Random, so that it does not count calls; below 2^31 for long (8.1.1.5). */
	dialog->local_cseq = 1 + token_u32() % 0x00ffffff;
	if (!dialog->call_id || !dialog->local_uri || !dialog->remote_uri || !dialog->target) {
		dialog_free(dialog);
		return NULL;
	}
	return dialog;
}

void dialog_free(struct dialog *dialog)
{
	if (!dialog)
		return;
	clear_routes(dialog);
	free(dialog->call_id);
	free(dialog->remote_tag);
	free(dialog->local_uri);
	free(dialog->remote_uri);
	free(dialog->target);
	free(dialog);
}

int dialog_learn(struct dialog *dialog, const osip_message_t *response)
{
	const char *tag = message_tag(response->to);
	char *copy;
	int err;

	if (!tag)
		return -EBADMSG;
	copy = strdup(tag);
	if (!copy)
		return -ENOMEM;
	free(dialog->remote_tag);
	dialog->remote_tag = copy;
	err = learn_routes(dialog, response, true);
	return err ? err : dialog_refresh(dialog, response);
}

struct dialog *dialog_fork(const struct dialog *dialog, const osip_message_t *response)
{
	struct dialog *fork = dialog_new_uac(&dialog->path, dialog->local_uri, dialog->remote_uri);
	char *call_id = strdup(dialog->call_id);

	if (!fork || !call_id) {
		dialog_free(fork);
		free(call_id);
		return NULL;
	}
	free(fork->call_id);
	fork->call_id = call_id;
	memcpy(fork->local_tag, dialog->local_tag, sizeof(fork->local_tag));
	fork->local_cseq = dialog->local_cseq;
	/* Without a Contact, BYE goes where INVITE went. */
	dialog_learn(fork, response);
	return fork;
}

int dialog_check(struct dialog *dialog, const osip_message_t *request)
{
	uint32_t cseq = strtoul(request->cseq->number, NULL, 10);

	if (dialog->remote_cseq_known && cseq <= dialog->remote_cseq)
		return 500;
	dialog->remote_cseq = cseq;
	dialog->remote_cseq_known = true;
	return 0;
}
