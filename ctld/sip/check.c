// SPDX-License-Identifier: GPL-2.0
/*
 * What a message must fulfil before libosip2 sees it. libosip2 5.3.0 accepts
 * ten of the nineteen invalid messages of RFC 4475; they are refused here.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/check.h"
#include "sip/grammar.h"

#define CSEQ_MAX 0x7fffffffL /* RFC 3261, 8.1.1.5 */

static bool headers_well_formed(const struct raw_message *msg)
{
	size_t i;

	for (i = 0; i < msg->n; i++)
		if (!slice_is_token(msg->headers[i].name))
			return false;
	return true;
}

static bool counts_right(const struct raw_message *msg)
{
	static const enum header_id one[] = { HDR_FROM, HDR_TO, HDR_CALL_ID, HDR_CSEQ };
	static const enum header_id at_most_one[] = { HDR_MAX_FORWARDS, HDR_CONTENT_TYPE,
						      HDR_CONTENT_LENGTH, HDR_EXPIRES, HDR_DATE };
	size_t i;

	for (i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		if (header_count(msg, one[i]) != 1)
			return false;
	for (i = 0; i < sizeof(at_most_one) / sizeof(at_most_one[0]); i++)
		if (header_count(msg, at_most_one[i]) > 1)
			return false;
	return header_count(msg, HDR_VIA) > 0;
}

/* CSeq: number LWS method. The method is compared by the caller. */
static bool parse_cseq(struct slice value, struct slice *method)
{
	size_t i;

	for (i = 0; i < value.len && isdigit((unsigned char)value.at[i]); i++)
		;
	if (slice_number((struct slice){ value.at, i }, CSEQ_MAX) < 0)
		return false;
	*method = slice_trim((struct slice){ value.at + i, value.len - i });
	return method->at > value.at + i && slice_is_token(*method);
}

static bool length_right(const struct raw_message *msg, bool datagram)
{
	const struct slice *value = header_first(msg, HDR_CONTENT_LENGTH);
	long length;

	if (!value)
		return datagram; /* a stream cannot be framed without (18.3) */
	length = slice_number(*value, SIP_MAX_SIZE);
	return length >= 0 && (size_t)length <= msg->body.len;
}

/*
 * SIP dates are in GMT only (RFC 3261, 20.17). A response is not dropped for its date,
 * which nobody reads: the caller would wait for it in vain.
 */
static bool date_right(const struct raw_message *msg)
{
	const struct slice *date = header_first(msg, HDR_DATE);

	return !date || (date->len > 4 && !memcmp(date->at + date->len - 4, " GMT", 4));
}

static bool contacts_right(const struct raw_message *msg)
{
	size_t i;

	for (i = 0; i < msg->n; i++) {
		struct slice value = msg->headers[i].value;

		if (msg->headers[i].id != HDR_CONTACT || slice_is(value, "*"))
			continue;
		if (!grammar_address_list(value))
			return false;
	}
	return true;
}

static bool routes_right(const struct raw_message *msg)
{
	size_t i;

	for (i = 0; i < msg->n; i++) {
		enum header_id id = msg->headers[i].id;

		if ((id == HDR_ROUTE || id == HDR_RECORD_ROUTE) &&
		    !grammar_address_list(msg->headers[i].value))
			return false;
		if (id == HDR_VIA && !grammar_via(msg->headers[i].value))
			return false;
	}
	return true;
}

static struct slice body_within_length(const struct raw_message *msg)
{
	const struct slice *value = header_first(msg, HDR_CONTENT_LENGTH);
	struct slice body = msg->body;

	if (value)
		body.len = slice_number(*value, SIP_MAX_SIZE);
	return body;
}

/* The media type without parameters, as one strict token "/" token. */
static bool media_type(const struct raw_message *msg, struct slice *type, struct slice *subtype)
{
	const struct slice *value = header_first(msg, HDR_CONTENT_TYPE);
	const char *slash, *end;

	if (!value)
		return false;
	end = memchr(value->at, ';', value->len);
	if (!end)
		end = value->at + value->len;
	slash = memchr(value->at, '/', end - value->at);
	if (!slash)
		return false;
	*type = slice_trim((struct slice){ value->at, slash - value->at });
	*subtype = slice_trim((struct slice){ slash + 1, end - slash - 1 });
	return slice_is_token(*type) && slice_is_token(*subtype);
}

struct slice check_sdp_body(const struct raw_message *msg)
{
	struct slice type, subtype, none = { "", 0 };

	if (!media_type(msg, &type, &subtype) || header_count(msg, HDR_CONTENT_ENCODING))
		return none;
	if (!slice_is(type, "application") || !slice_is(subtype, "sdp"))
		return none;
	return body_within_length(msg);
}

/* RFC 3261, 8.2.3: a body that we do not understand is refused, not skipped. */
static int check_body(const struct raw_message *msg)
{
	bool typed = header_count(msg, HDR_CONTENT_TYPE) > 0;
	struct slice type, subtype;

	if (typed && !media_type(msg, &type, &subtype))
		return 400;
	if (typed && slice_is(type, "multipart"))
		return 415;
	if (!body_within_length(msg).len)
		return 0;
	if (!typed)
		return 400;
	if (header_count(msg, HDR_CONTENT_ENCODING))
		return 415;
	if (!slice_is(msg->method, "INVITE"))
		return 0;
	return check_sdp_body(msg).len ? 0 : 415;
}

static int check_uri(struct slice uri)
{
	struct slice scheme;

	if (!grammar_uri(uri, &scheme))
		return 400;
	return slice_is(scheme, "sip") ? 0 : 416;
}

/* 0, or 400: the max-forwards value 0 is told from its absence. */
static int check_hops(const struct raw_message *msg)
{
	const struct slice *value = header_first(msg, HDR_MAX_FORWARDS);
	long hops = value ? slice_number(*value, 255) : -1;

	if (hops < 0)
		return 400;
	return hops ? 0 : 483;
}

/* No option is supported. */
static int check_require(const struct raw_message *msg)
{
	return header_count(msg, HDR_REQUIRE) ? 420 : 0;
}

/*
 * To refuse what ends or takes back a call would only keep it up, at the peer's cost; to drop
 * its ACK would end it. Nor can ACK and CANCEL ask for an option (8.2.2.3).
 */
static bool is_obeyed(const struct raw_message *msg)
{
	return slice_is(msg->method, "ACK") || slice_is(msg->method, "CANCEL") ||
	       (slice_is(msg->method, "BYE") && grammar_tag(*header_first(msg, HDR_TO), 0));
}

static int check_method(const struct raw_message *msg)
{
	static const char *const allowed[] = { "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS" };
	static const char *const known[] = { "REGISTER", "PRACK",     "UPDATE",	 "INFO",   "REFER",
					     "NOTIFY",	 "SUBSCRIBE", "MESSAGE", "PUBLISH" };
	size_t i;

	/* Methods are case-sensitive (7.1). */
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (slice_same(msg->method, (struct slice){ allowed[i], strlen(allowed[i]) }))
			return 0;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_same(msg->method, (struct slice){ known[i], strlen(known[i]) }))
			return 405;
	return 501;
}

static bool dialog_headers_right(const struct raw_message *msg, struct slice *cseq_method)
{
	const struct slice *from = header_first(msg, HDR_FROM);
	const struct slice *to = header_first(msg, HDR_TO);

	return headers_well_formed(msg) && counts_right(msg) &&
	       parse_cseq(*header_first(msg, HDR_CSEQ), cseq_method) && grammar_address(*from) &&
	       grammar_address(*to) && grammar_tag(*from, 0) && grammar_tag(*to, 1) &&
	       grammar_call_id(*header_first(msg, HDR_CALL_ID)) && contacts_right(msg) &&
	       routes_right(msg);
}

static int check_request(const struct raw_message *msg, bool datagram)
{
	struct slice method;
	int status;

	if (!slice_is_token(msg->method) || !msg->uri.len)
		return 400;
	if (!slice_is(msg->version, "SIP/2.0"))
		return grammar_version(msg->version) ? 505 : 400;
	if (!dialog_headers_right(msg, &method) || !slice_same(method, msg->method) ||
	    !length_right(msg, datagram))
		return 400;
	status = check_method(msg);
	if (!status)
		status = check_uri(msg->uri);
	if (status || is_obeyed(msg))
		return status;
	status = date_right(msg) ? check_hops(msg) : 400;
	if (!status)
		status = check_require(msg);
	return status ? status : check_body(msg);
}

/* "SIP/2.0" SP 3DIGIT SP reason: the only thing to do with a bad one is to drop it. */
static bool status_line_right(struct slice line)
{
	return line.len >= 12 && !strncasecmp(line.at, "SIP/2.0 ", 8) && line.at[8] >= '1' &&
	       line.at[8] <= '6' && isdigit((unsigned char)line.at[9]) &&
	       isdigit((unsigned char)line.at[10]) && line.at[11] == ' ';
}

static int check_response(const struct raw_message *msg, bool datagram)
{
	struct slice method;

	/* A second Via means that it is not for us (RFC 3261, 8.1.3.3). */
	if (!status_line_right(msg->start_line) || !dialog_headers_right(msg, &method) ||
	    header_count(msg, HDR_VIA) != 1 || !length_right(msg, datagram))
		return -EBADMSG;
	return 0;
}

int check_message(const struct raw_message *msg, bool datagram)
{
	int status;

	if (msg->response)
		return check_response(msg, datagram);
	status = check_request(msg, datagram);
	/* ACK is never answered (RFC 3261, 17). */
	return status && slice_is(msg->method, "ACK") ? -EBADMSG : status;
}

static bool kept(enum header_id id)
{
	return id <= HDR_CONTACT || id == HDR_RECORD_ROUTE || id == HDR_ROUTE ||
	       id == HDR_RETRY_AFTER;
}

int check_write_clean(struct text *text, const struct raw_message *msg)
{
	struct slice sdp = check_sdp_body(msg);
	size_t i;

	if (msg->response) /* its reason phrase is of no use to us */
		text_add(text, "SIP/2.0 %.3s OK\r\n", msg->start_line.at + 8);
	else
		text_add(text, "%.*s %.*s SIP/2.0\r\n", (int)msg->method.len, msg->method.at,
			 (int)msg->uri.len, msg->uri.at);
	for (i = 0; i < msg->n; i++) {
		const struct header *header = &msg->headers[i];

		if (!kept(header->id))
			continue;
		text_add(text, "%s: ", header_name(header->id));
		text_add_unfolded(text, header->value.at, header->value.len);
		text_add(text, "\r\n");
	}
	if (sdp.len)
		text_add(text, "Content-Type: application/sdp\r\n");
	text_add(text, "Content-Length: %zu\r\n\r\n", sdp.len);
	text_add_bytes(text, sdp.at, sdp.len);
	return text->full ? -EMSGSIZE : 0;
}
