// SPDX-License-Identifier: GPL-2.0
/* A SIP message cut into start line, header fields and body. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/header.h"

static const struct {
	const char *name;
	char compact; /* RFC 3261, 7.3.3 */
} names[HDR_OTHER] = {
	[HDR_VIA] = { "Via", 'v' },
	[HDR_FROM] = { "From", 'f' },
	[HDR_TO] = { "To", 't' },
	[HDR_CALL_ID] = { "Call-ID", 'i' },
	[HDR_CSEQ] = { "CSeq", 0 },
	[HDR_MAX_FORWARDS] = { "Max-Forwards", 0 },
	[HDR_CONTACT] = { "Contact", 'm' },
	[HDR_CONTENT_TYPE] = { "Content-Type", 'c' },
	[HDR_CONTENT_LENGTH] = { "Content-Length", 'l' },
	[HDR_CONTENT_ENCODING] = { "Content-Encoding", 'e' },
	[HDR_RECORD_ROUTE] = { "Record-Route", 0 },
	[HDR_ROUTE] = { "Route", 0 },
	[HDR_REQUIRE] = { "Require", 0 },
	[HDR_RETRY_AFTER] = { "Retry-After", 0 },
	[HDR_EXPIRES] = { "Expires", 0 },
	[HDR_DATE] = { "Date", 0 },
};

const char *header_name(enum header_id id)
{
	return names[id].name;
}

bool slice_is(struct slice slice, const char *text)
{
	return slice.len == strlen(text) && !strncasecmp(slice.at, text, slice.len);
}

bool slice_same(struct slice a, struct slice b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static bool is_lws(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice slice)
{
	while (slice.len && is_lws(slice.at[0])) {
		slice.at++;
		slice.len--;
	}
	while (slice.len && is_lws(slice.at[slice.len - 1]))
		slice.len--;
	return slice;
}

bool slice_is_token(struct slice slice)
{
	size_t i;

	for (i = 0; i < slice.len; i++) {
		unsigned char c = slice.at[i];

		if (c >= 0x80 || (!isalnum(c) && (!c || !strchr("-.!%*_+`'~", c))))
			return false;
	}
	return slice.len > 0;
}

long slice_number(struct slice slice, long max)
{
	long value = 0;
	size_t i;

	for (i = 0; i < slice.len; i++) {
		if (slice.at[i] < '0' || slice.at[i] > '9')
			return -1;
		value = value * 10 + (slice.at[i] - '0');
		if (value > max)
			return -1;
	}
	return slice.len ? value : -1;
}

size_t header_end(const char *buf, size_t len)
{
	const char *end = memmem(buf, len, "\r\n\r\n", 4);

	return end ? (size_t)(end - buf) + 4 : 0;
}

static enum header_id header_find(struct slice name)
{
	enum header_id id;

	for (id = 0; id < HDR_OTHER; id++) {
		if (slice_is(name, names[id].name))
			break;
		if (name.len == 1 && names[id].compact &&
		    tolower((unsigned char)name.at[0]) == names[id].compact)
			break;
	}
	return id;
}

/* A line with its continuation lines, without the last CRLF. */
static struct slice logical_line(const char **at, const char *end)
{
	struct slice line = { .at = *at };
	const char *eol = *at;

	do {
		eol = memmem(eol, end - eol, "\r\n", 2);
		eol += 2;
	} while (eol < end && (*eol == ' ' || *eol == '\t'));
	line.len = eol - 2 - line.at;
	*at = eol;
	return line;
}

/*
 * Octets that no header field may hold (RFC 3261, 25.1): control characters,
 * and CR or LF anywhere but at the end of a line. Parsers differ on them, and
 * where parsers differ, messages can be smuggled.
 */
static bool clean_octets(const char *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = buf[i];

		if (c == '\r'	? i + 1 == len || buf[i + 1] != '\n'
		    : c == '\n' ? !i || buf[i - 1] != '\r'
				: (c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static int scan_header(struct raw_message *msg, struct slice line)
{
	const char *colon = memchr(line.at, ':', line.len);
	struct header *header;

	if (!colon)
		return -EBADMSG;
	if (msg->n == HEADER_MAX)
		return -E2BIG;
	header = &msg->headers[msg->n];
	header->name = slice_trim((struct slice){ line.at, colon - line.at });
	header->value = slice_trim((struct slice){ colon + 1, line.at + line.len - colon - 1 });
	header->id = header_find(header->name);
	msg->n++;
	return 0;
}

/*
 * Method SP Request-URI SP SIP-Version, with single spaces (RFC 3261, 7.1).
 * What else is there makes a URI with a space in it, which check.c refuses.
 */
static void scan_start(struct raw_message *msg)
{
	struct slice line = msg->start_line;
	const char *first = memchr(line.at, ' ', line.len);
	const char *last = memrchr(line.at, ' ', line.len);

	if (line.len >= 4 && !strncasecmp(line.at, "SIP/", 4)) {
		msg->response = true;
		return;
	}
	if (!first) {
		msg->method = line;
		return;
	}
	msg->method = (struct slice){ line.at, first - line.at };
	msg->version = (struct slice){ last + 1, line.at + line.len - last - 1 };
	if (last > first)
		msg->uri = (struct slice){ first + 1, last - first - 1 };
}

int header_scan(struct raw_message *msg, const char *buf, size_t len)
{
	size_t head = header_end(buf, len);
	const char *at = buf, *end = buf + head - 2;
	int err;

	msg->response = false;
	msg->method = msg->uri = msg->version = (struct slice){ "", 0 };
	msg->n = 0;
	if (!head || !clean_octets(buf, head))
		return -EBADMSG;
	msg->start_line = logical_line(&at, end);
	scan_start(msg);
	while (at < end) {
		err = scan_header(msg, logical_line(&at, end));
		if (err)
			return err;
	}
	msg->body = (struct slice){ buf + head, len - head };
	return 0;
}

const struct slice *header_first(const struct raw_message *msg, enum header_id id)
{
	size_t i;

	for (i = 0; i < msg->n; i++)
		if (msg->headers[i].id == id)
			return &msg->headers[i].value;
	return NULL;
}

size_t header_count(const struct raw_message *msg, enum header_id id)
{
	size_t i, count = 0;

	for (i = 0; i < msg->n; i++)
		count += msg->headers[i].id == id;
	return count;
}
