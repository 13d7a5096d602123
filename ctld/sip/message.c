// SPDX-License-Identifier: GPL-2.0
/* Requests and responses, all made fresh. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osipparser2/osip_parser.h>

#include "sip/addr.h"
#include "sip/check.h"
#include "sip/message.h"

static int result(const struct text *text)
{
	return text->full ? -EMSGSIZE : 0;
}

static void add_body(struct text *text, const struct text *sdp)
{
	if (sdp)
		text_add(text, "Content-Type: application/sdp\r\n");
	text_add(text, "Content-Length: %zu\r\n\r\n", sdp ? sdp->len : 0);
	if (sdp)
		text_add_bytes(text, sdp->buf, sdp->len);
}

static void add_contact(struct text *text, const struct sip_path *path)
{
	char host[ADDR_TEXT_SIZE];

	text_add(text, "Contact: <sip:%s%s>\r\n", addr_hostport(&path->local, host),
		 path->protocol == SIP_TCP ? ";transport=tcp" : "");
}

static bool is_loose(const char *route)
{
	return strstr(route, ";lr") != NULL;
}

/* "<sip:a;x>" to "sip:a;x". */
static void add_bare_uri(struct text *text, const char *route)
{
	const char *open = strchr(route, '<');
	const char *start = open ? open + 1 : route;

	text_add(text, "%.*s", (int)strcspn(start, ">"), start);
}

/* RFC 3261, 12.2.1.1: a strict first router gets itself as Request-URI. */
static void add_start(struct text *text, const struct dialog *dialog, const char *method)
{
	text_add(text, "%s ", method);
	if (dialog->n_routes && !is_loose(dialog->routes[0]))
		add_bare_uri(text, dialog->routes[0]);
	else
		text_add(text, "%s", dialog->target);
	text_add(text, " SIP/2.0\r\n");
}

static void add_routes(struct text *text, const struct dialog *dialog)
{
	bool strict = dialog->n_routes && !is_loose(dialog->routes[0]);
	size_t i;

	for (i = strict; i < dialog->n_routes; i++)
		text_add(text, "Route: %s\r\n", dialog->routes[i]);
	if (strict)
		text_add(text, "Route: <%s>\r\n", dialog->target);
}

static void write_request(struct text *text, const struct dialog *dialog, const char *method,
			  uint32_t cseq)
{
	const struct sip_path *path = &dialog->path;
	char branch[TOKEN_SIZE], host[ADDR_TEXT_SIZE];

	token_make(branch);
	add_start(text, dialog, method);
	text_add(text, "Via: SIP/2.0/%s %s;branch=z9hG4bK%s;rport\r\n",
		 path->protocol == SIP_TCP ? "TCP" : "UDP", addr_hostport(&path->local, host),
		 branch);
	text_add(text, "Max-Forwards: 70\r\n");
	add_routes(text, dialog);
	text_add(text, "From: <%s>;tag=%s\r\n", dialog->local_uri, dialog->local_tag);
	text_add(text, "To: <%s>", dialog->remote_uri);
	if (dialog->remote_tag)
		text_add(text, ";tag=%s", dialog->remote_tag);
	text_add(text, "\r\nCall-ID: %s\r\nCSeq: %u %s\r\n", dialog->call_id, cseq, method);
}

int message_request(struct text *text, struct dialog *dialog, const char *method,
		    const struct text *sdp)
{
	write_request(text, dialog, method, ++dialog->local_cseq);
	if (!strcmp(method, "INVITE")) {
		add_contact(text, &dialog->path);
		text_add(text, "Allow: " SIP_METHODS_ALLOWED "\r\n");
	}
	add_body(text, sdp);
	return result(text);
}

int message_ack(struct text *text, const struct dialog *dialog, uint32_t cseq,
		const struct text *sdp)
{
	write_request(text, dialog, "ACK", cseq);
	add_body(text, sdp);
	return result(text);
}

static void add_taken(struct text *text, const char *name, char *value, int err)
{
	if (err || !value) {
		text->full = true;
		return;
	}
	text_add(text, "%s: %s\r\n", name, value);
	osip_free(value);
}

static void add_list(struct text *text, const char *name, const osip_list_t *list,
		     int (*to_str)(const void *, char **), int limit)
{
	int i;

	for (i = 0; i < osip_list_size(list) && i < limit; i++) {
		char *value = NULL;
		int err = to_str(osip_list_get(list, i), &value);

		add_taken(text, name, value, err);
	}
}

static int via_text(const void *via, char **text)
{
	return osip_via_to_str(via, text);
}

static int address_text(const void *address, char **text)
{
	return osip_from_to_str(address, text);
}

static void add_from_call_id(struct text *text, const osip_message_t *msg)
{
	char *value = NULL;
	int err = osip_from_to_str(msg->from, &value);

	add_taken(text, "From", value, err);
	value = NULL;
	err = osip_call_id_to_str(msg->call_id, &value);
	add_taken(text, "Call-ID", value, err);
}

static void add_to(struct text *text, const osip_message_t *msg, const char *tag)
{
	char *value = NULL;

	if (osip_to_to_str(msg->to, &value)) {
		text->full = true;
		return;
	}
	text_add(text, "To: %s", value);
	osip_free(value);
	if (tag && !message_tag(msg->to))
		text_add(text, ";tag=%s", tag);
	text_add(text, "\r\n");
}

/* The INVITE's own Via, route, From, To, Call-ID and number (RFC 3261, 9.1). */
int message_cancel(struct text *text, const osip_message_t *invite)
{
	char *uri = NULL;

	if (osip_uri_to_str(invite->req_uri, &uri))
		return -ENOMEM;
	text_add(text, "CANCEL %s SIP/2.0\r\n", uri);
	osip_free(uri);
	add_list(text, "Via", &invite->vias, via_text, 1);
	text_add(text, "Max-Forwards: 70\r\n");
	add_list(text, "Route", &invite->routes, address_text, DIALOG_MAX_ROUTES);
	add_from_call_id(text, invite);
	add_to(text, invite, NULL);
	text_add(text, "CSeq: %s CANCEL\r\n", invite->cseq->number);
	add_body(text, NULL);
	return result(text);
}

/* Header fields that go with a status, whoever sends it (RFC 3261, 21). */
static void add_status_headers(struct text *text, int status)
{
	if (status == 405)
		text_add(text, "Allow: " SIP_METHODS_ALLOWED "\r\n");
	if (status == 415)
		text_add(text, "Accept: application/sdp\r\nAccept-Encoding: identity\r\n");
}

static const char *reason(int status)
{
	const char *phrase = osip_message_get_reason(status);

	return phrase ? phrase : "Refused";
}

int message_reply(struct text *text, const osip_message_t *request,
		  const struct message_reply *reply)
{
	text_add(text, "SIP/2.0 %d %s\r\n", reply->status, reason(reply->status));
	add_list(text, "Via", &request->vias, via_text, HEADER_MAX);
	if (reply->dialog)
		add_list(text, "Record-Route", &request->record_routes, address_text, HEADER_MAX);
	add_from_call_id(text, request);
	add_to(text, request, reply->tag);
	text_add(text, "CSeq: %s %s\r\n", request->cseq->number, request->cseq->method);
	if (reply->dialog)
		add_contact(text, &reply->dialog->path);
	if (reply->status == 200 && strcmp(request->sip_method, "BYE") &&
	    strcmp(request->sip_method, "CANCEL"))
		text_add(text, "Allow: " SIP_METHODS_ALLOWED "\r\nAccept: application/sdp\r\n");
	if (reply->retry_after_s)
		text_add(text, "Retry-After: %u\r\n", reply->retry_after_s);
	add_status_headers(text, reply->status);
	add_body(text, reply->sdp);
	return result(text);
}

static void add_raw(struct text *text, const struct raw_message *msg, enum header_id id,
		    const char *suffix)
{
	const struct slice *value = header_first(msg, id);

	if (!value)
		return;
	text_add(text, "%s: ", header_name(id));
	text_add_unfolded(text, value->at, value->len);
	text_add(text, "%s\r\n", suffix);
}

static void add_all_raw(struct text *text, const struct raw_message *msg, enum header_id id,
			const char *name)
{
	size_t i;

	for (i = 0; i < msg->n; i++) {
		if (msg->headers[i].id != id)
			continue;
		text_add(text, "%s: ", name);
		text_add_unfolded(text, msg->headers[i].value.at, msg->headers[i].value.len);
		text_add(text, "\r\n");
	}
}

/* The same for each retransmission, since no state is kept (RFC 3261, 8.2.7). */
static void add_stateless_to(struct text *text, const struct raw_message *msg)
{
	const struct slice *to = header_first(msg, HDR_TO);
	const struct slice *call_id = header_first(msg, HDR_CALL_ID);
	char suffix[32] = "";
	struct text tag;

	text_init(&tag, suffix, sizeof(suffix));
	if (to && call_id && !memmem(to->at, to->len, "tag", 3))
		text_add(&tag, ";tag=%016llx",
			 (unsigned long long)token_hash64(1, call_id->at, call_id->len));
	add_raw(text, msg, HDR_TO, suffix);
}

int message_refuse(struct text *text, const struct raw_message *request, int status)
{
	text_add(text, "SIP/2.0 %d %s\r\n", status, reason(status));
	add_all_raw(text, request, HDR_VIA, "Via");
	add_raw(text, request, HDR_FROM, "");
	add_stateless_to(text, request);
	add_raw(text, request, HDR_CALL_ID, "");
	add_raw(text, request, HDR_CSEQ, "");
	if (status == 420)
		add_all_raw(text, request, HDR_REQUIRE, "Unsupported");
	add_status_headers(text, status);
	text_add(text, "Content-Length: 0\r\n\r\n");
	return result(text);
}

bool message_user_valid(const char *user)
{
	size_t i;

	for (i = 0; user[i]; i++)
		if (!isalnum((unsigned char)user[i]) && !strchr("+*#-_.", user[i]))
			return false;
	return i > 0 && i < 64;
}
