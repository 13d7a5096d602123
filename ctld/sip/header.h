/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A SIP message cut into start line, header fields and body, by pointers into
 * the octets that were received. It comes before any parser of values: what
 * check.c refuses on its strength, libosip2 never sees.
 */
#ifndef PHONION_HEADER_H
#define PHONION_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#define HEADER_MAX   128
#define SIP_MAX_SIZE 65535 /* RFC 3261, 18.1.1 */

struct slice {
	const char *at;
	size_t len;
};

enum header_id {
	HDR_VIA,
	HDR_FROM,
	HDR_TO,
	HDR_CALL_ID,
	HDR_CSEQ,
	HDR_MAX_FORWARDS,
	HDR_CONTACT,
	HDR_CONTENT_TYPE,
	HDR_CONTENT_LENGTH,
	HDR_CONTENT_ENCODING,
	HDR_RECORD_ROUTE,
	HDR_ROUTE,
	HDR_REQUIRE,
	HDR_RETRY_AFTER,
	HDR_EXPIRES,
	HDR_DATE,
	HDR_OTHER,
};

struct header {
	enum header_id id;
	struct slice name;
	struct slice value; /* may be folded over several lines */
};

struct raw_message {
	bool response;
	struct slice method, uri, version; /* of a request */
	struct slice start_line;
	struct header headers[HEADER_MAX];
	size_t n;
	struct slice body; /* all that follows the empty line */
};

/*
 * -EBADMSG: not even the lines of a message. -E2BIG: more header fields than
 * we hold. Values are not looked at.
 */
int header_scan(struct raw_message *msg, const char *buf, size_t len);

/* Octets up to and with the empty line; 0 if it is not there yet. */
size_t header_end(const char *buf, size_t len);

const char *header_name(enum header_id id);
size_t header_count(const struct raw_message *msg, enum header_id id);
/* The first of its kind, or NULL. */
const struct slice *header_first(const struct raw_message *msg, enum header_id id);

bool slice_is(struct slice slice, const char *text); /* case-insensitively */
bool slice_same(struct slice a, struct slice b);     /* to the octet */
struct slice slice_trim(struct slice slice);	     /* linear white space */
bool slice_is_token(struct slice slice);	     /* RFC 3261, 25.1 */
/* 0 to max, or -1: not all digits, none, or more than that. */
long slice_number(struct slice slice, long max);

#endif
