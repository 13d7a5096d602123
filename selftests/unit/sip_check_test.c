// SPDX-License-Identifier: GPL-2.0
/* What check.c lets through and what it refuses: RFC 4475's 49 messages and more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osip2/osip.h>
#include <osipparser2/osip_parser.h>

#include "sip/check.h"

#define SILENCE (-1)

/* RFC 4475, in its order. A relay supports no REGISTER and no MESSAGE: 405. */
static const struct {
	const char *name;
	int want;
} torture[] = {
	/* 3.1.1, valid */
	{ "wsinv", 0 },
	{ "intmeth", SILENCE }, /* a NUL, quoted: C strings could not carry it back */
	{ "esc01", 0 },
	{ "escnull", 405 },
	{ "esc02", 501 },
	{ "lwsdisp", 0 },
	{ "longreq", 0 },
	{ "dblreq", 405 },
	{ "semiuri", 0 },
	{ "transports", 0 },
	{ "mpart01", 405 },
	{ "unreason", 0 },
	{ "noreason", 0 },
	/* 3.1.2, invalid */
	{ "badinv01", 400 },
	{ "clerr", 400 },
	{ "ncl", 400 },
	{ "scalar02", 400 },
	{ "scalarlg", SILENCE },
	{ "quotbal", 400 },
	{ "ltgtruri", 400 },
	{ "lwsruri", 400 },
	{ "lwsstart", 400 },
	{ "trws", 400 },
	{ "escruri", 400 },
	{ "baddate", 400 },
	{ "regbadct", 400 },
	{ "badaspec", 400 },
	{ "baddn", 400 },
	{ "badvers", 505 },
	{ "mismatch01", 400 },
	{ "mismatch02", 400 },
	{ "bigcode", SILENCE },
	/* 3.2, transaction layer: the bare cookie names no transaction */
	{ "badbranch", 400 },
	/* 3.3, application layer */
	{ "insuf", 400 },
	{ "unkscm", 416 },
	{ "novelsc", 416 },
	{ "unksm2", 405 },
	{ "bext01", 420 },
	{ "invut", 415 },
	{ "regaut01", 405 },
	{ "multi01", 400 },
	{ "mcl01", 400 },
	{ "bcast", SILENCE }, /* a response with two Vias is not ours */
	{ "zeromf", 483 },
	{ "cparam01", 405 },
	{ "cparam02", 405 },
	{ "regescrt", 405 },
	{ "sdp01", 0 }, /* its SDP is for sdp.c to refuse */
	/* 3.4: RFC 2543 knew neither branch nor tag; carriers of today do */
	{ "inv2543", 400 },
};

static int check(const char *buf, size_t len, bool datagram)
{
	static struct raw_message msg;
	int status;

	if (header_scan(&msg, buf, len))
		return SILENCE;
	status = check_message(&msg, datagram);
	return status < 0 ? SILENCE : status;
}

static char *load(const char *name, size_t *len)
{
	char path[128];
	FILE *file;
	char *buf = malloc(SIP_MAX_SIZE);

	snprintf(path, sizeof(path), "selftests/sip/rfc4475/%s.dat", name);
	file = fopen(path, "re");
	assert_non_null(file);
	*len = fread(buf, 1, SIP_MAX_SIZE, file);
	fclose(file);
	return realloc(buf, *len); /* so that a read beyond the end is seen */
}

/* What is let through must be whole for libosip2 too, by the cleaned copy. */
static void osip_takes(const char *name, const char *buf, size_t len)
{
	static struct raw_message msg;
	static char clean[SIP_MAX_SIZE + 1];
	osip_event_t *event;
	struct text text;

	assert_int_equal(header_scan(&msg, buf, len), 0);
	text_init(&text, clean, sizeof(clean));
	assert_int_equal(check_write_clean(&text, &msg), 0);
	event = osip_parse(text.buf, text.len);
	if (!event)
		fail_msg("libosip2 does not take %s:\n%s", name, text.buf);
	osip_message_free(event->sip);
	osip_free(event);
}

static void test_rfc4475(void **state)
{
	size_t i, len;

	(void)state;
	parser_init();
	assert_int_equal(sizeof(torture) / sizeof(torture[0]), 49);
	for (i = 0; i < sizeof(torture) / sizeof(torture[0]); i++) {
		char *buf = load(torture[i].name, &len);
		int got = check(buf, len, true);

		if (got != torture[i].want)
			fail_msg("%s: got %d, want %d", torture[i].name, got, torture[i].want);
		if (!got)
			osip_takes(torture[i].name, buf, len);
		free(buf);
	}
}

#define HEAD                                                                              \
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@192.0.2.1>;tag=1\r\n" \
	"To: <sip:b@192.0.2.2>\r\nCall-ID: c\r\nMax-Forwards: 70\r\n"
#define INVITE_LINE "INVITE sip:b@192.0.2.2 SIP/2.0\r\n"
#define INVITE	    INVITE_LINE HEAD "CSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.1>\r\n"
#define BYE(tag, hops)                                                                \
	"BYE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKa\r\nCall-ID: c\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>" tag "\r\nCSeq: 2 BYE\r\n" hops
#define IN_UTC	 "Sat, 01 Jan 2000 02:36:14 UTC\r\n"
#define SDP_TYPE "Content-Type: application/sdp\r\n"

static const struct {
	const char *text;
	int datagram, stream;
} messages[] = {
	{ INVITE "\r\n", 0, 400 }, /* a stream needs Content-Length */
	{ INVITE "Content-Length: 0\r\n\r\n", 0, 0 },
	{ INVITE "l: 0\r\n\r\n", 0, 0 },
	{ INVITE "l: 0\r\nContent-Length: 0\r\n\r\n", 400, 400 },
	{ INVITE "Content-Length: -1\r\n\r\n", 400, 400 },
	{ INVITE "Content-Length: 0x0\r\n\r\n", 400, 400 },
	{ INVITE "Content-Length: 4294967296\r\n\r\n", 400, 400 },
	{ INVITE "Content-Length: 1\r\n\r\nx", 400, 400 }, /* a body without a type */
	{ INVITE SDP_TYPE "Content-Length: 1\r\n\r\nx", 0, 0 },
	{ INVITE "c: text/plain\r\nContent-Length: 1\r\n\r\nx", 415, 415 },
	{ INVITE "c: multipart/mixed;boundary=a\r\nl: 1\r\n\r\nx", 415, 415 },
	{ INVITE "c: MultiPart / mixed ;boundary=a\r\nl: 1\r\n\r\nx", 415, 415 },
	{ INVITE "c:\r\n multipart/mixed\r\nl: 0\r\n\r\n", 415, 415 },
	{ INVITE "c: multipart\r\nl: 0\r\n\r\n", 400, 400 },
	{ INVITE SDP_TYPE "Content-Encoding: gzip\r\nl: 1\r\n\r\nx", 415, 415 },
	{ INVITE SDP_TYPE SDP_TYPE "l: 1\r\n\r\nx", 400, 400 },
	{ INVITE "Require: 100rel\r\nl: 0\r\n\r\n", 420, 420 },
	{ INVITE "Require: timer\r\nl: 0\r\n\r\n", 420, 420 },
	{ INVITE "Supported: timer, 100rel\r\nl: 0\r\n\r\n", 0, 0 },
	{ INVITE "X: a\rb\r\nl: 0\r\n\r\n", SILENCE, SILENCE },
	{ INVITE "X: a\nb: c\r\nl: 0\r\n\r\n", SILENCE, SILENCE },
	{ INVITE "X: a\x01\r\nl: 0\r\n\r\n", SILENCE, SILENCE },
	{ INVITE "no colon\r\nl: 0\r\n\r\n", SILENCE, SILENCE },
	{ INVITE "Contact: <sip:a@b\r\nl: 0\r\n\r\n", 400, 400 },
	{ INVITE "Contact: <sip:a@b>>\r\nl: 0\r\n\r\n", 400, 400 },
	{ INVITE "Record-Route: <sip:a;lr>,<sip:b;lr>\r\nl: 0\r\n\r\n", 0, 0 },
	{ INVITE "Record-Route: <sip:a;lr>,,\r\nl: 0\r\n\r\n", 400, 400 },
	{ "INVITE sip:%00@192.0.2.2 SIP/2.0\r\n" HEAD "CSeq: 1 INVITE\r\nl: 0\r\n\r\n", 400, 400 },
	{ "INVITE sips:b@192.0.2.2 SIP/2.0\r\n" HEAD "CSeq: 1 INVITE\r\nl: 0\r\n\r\n", 416, 416 },
	{ "INVITE tel:+1 SIP/2.0\r\n" HEAD "CSeq: 1 INVITE\r\nl: 0\r\n\r\n", 416, 416 },
	{ "invite sip:b@c SIP/2.0\r\n" HEAD "CSeq: 1 invite\r\nl: 0\r\n\r\n", 501, 501 },
	{ "PRACK sip:b@c SIP/2.0\r\n" HEAD "CSeq: 1 PRACK\r\nl: 0\r\n\r\n", 405, 405 },
	{ "ACK sip:b@c SIP/2.0\r\n" HEAD "CSeq: 1 INVITE\r\nl: 0\r\n\r\n", SILENCE, SILENCE },
	{ "ACK sip:b@c SIP/2.0\r\n" HEAD "CSeq: 1 ACK\r\nRequire: x\r\nl: 0\r\n\r\n", 0, 0 },
	{ INVITE_LINE HEAD "CSeq: -1 INVITE\r\nl: 0\r\n\r\n", 400, 400 },
	{ INVITE_LINE HEAD "CSeq: 2147483648 INVITE\r\nl: 0\r\n\r\n", 400, 400 },
	{ INVITE_LINE HEAD "CSeq: 1INVITE\r\nl: 0\r\n\r\n", 400, 400 },
	{ INVITE_LINE HEAD "CSeq: 1 BYE\r\nl: 0\r\n\r\n", 400, 400 },
	{ "SIP/2.0 200 OK\r\n" HEAD "CSeq: 1 INVITE\r\nl: 0\r\n\r\n", 0, 0 },
	{ "SIP/2.0 200 OK\r\n" HEAD "CSeq: 1 INVITE\r\nDate: " IN_UTC "l: 0\r\n\r\n", 0, 0 },
	{ INVITE "Date: " IN_UTC "l: 0\r\n\r\n", 400, 400 },
	{ BYE(";tag=2", "") "Require: x\r\nl: 0\r\n\r\n", 0, 0 },
	{ BYE(";tag=2", "Max-Forwards: 0\r\n") "l: 0\r\n\r\n", 0, 0 },
	{ BYE(";tag=2", "Date: " IN_UTC) "l: 0\r\n\r\n", 0, 0 },
	{ BYE(";tag=2", "c: multipart/mixed;boundary=a\r\n") "l: 1\r\n\r\nx", 0, 0 },
	{ BYE(";tag=2", "Content-Encoding: gzip\r\n") "l: 1\r\n\r\nx", 0, 0 },
	{ BYE("", "Max-Forwards: 70\r\nc: multipart/mixed\r\n") "l: 1\r\n\r\nx", 415, 415 },
	{ "ACK sip:b@c SIP/2.0\r\n" HEAD "CSeq: 1 ACK\r\nc: multipart/mixed\r\nl: 1\r\n\r\nx", 0,
	  0 },
	{ "CANCEL sip:b@c SIP/2.0\r\n" HEAD "CSeq: 1 CANCEL\r\nl: 1\r\n\r\nx", 0, 0 },
	{ BYE("", "") "l: 0\r\n\r\n", 400, 400 }, /* of no dialog */
	{ BYE("", "Max-Forwards: 0\r\n") "l: 0\r\n\r\n", 483, 483 },
	{ BYE("", "Max-Forwards: 70\r\n") "Require: x\r\nl: 0\r\n\r\n", 420, 420 },
	{ "SIP/2.0 099 OK\r\n" HEAD "CSeq: 1 INVITE\r\nl: 0\r\n\r\n", SILENCE, SILENCE },
	{ "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP b;branch=z9hG4bKb\r\n" HEAD
	  "CSeq: 1 INVITE\r\nl: 0\r\n\r\n",
	  SILENCE, SILENCE },
	{ "\r\n\r\n", 400, 400 }, /* and without a Via nobody to be told */
	{ "INVITE\r\n\r\n", 400, 400 },
	{ " \r\n\r\n", 400, 400 },
};

static void test_messages(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		const char *text = messages[i].text;
		int datagram = check(text, strlen(text), true);
		int stream = check(text, strlen(text), false);

		if (datagram != messages[i].datagram || stream != messages[i].stream)
			fail_msg("message %zu: got %d and %d\n%s", i, datagram, stream, text);
	}
}

static void test_clean_copy(void **state)
{
	static const char text[] = INVITE
		"User-Agent: marker\r\nSubject: marker\r\nContent-Type: application/sdp\r\n"
		"P-Asserted-Identity: <sip:marker@x>\r\nMIME-Version: 1.0\r\nl: 3\r\n\r\nv=0EXTRA";
	static struct raw_message msg;
	char buf[2048];
	struct text clean;

	(void)state;
	assert_int_equal(header_scan(&msg, text, sizeof(text) - 1), 0);
	assert_int_equal(check_message(&msg, true), 0);
	text_init(&clean, buf, sizeof(buf));
	assert_int_equal(check_write_clean(&clean, &msg), 0);
	assert_null(strstr(buf, "marker"));
	assert_null(strstr(buf, "MIME"));
	assert_null(strstr(buf, "EXTRA"));
	assert_non_null(strstr(buf, "Content-Length: 3\r\n\r\nv=0"));
}

/* A response's body that is not SDP is left out, and the response still counts. */
static void test_response_body(void **state)
{
	static const char text[] = "SIP/2.0 200 OK\r\n" HEAD "CSeq: 1 INVITE\r\n"
				   "c: multipart/mixed;boundary=a\r\nl: 3\r\n\r\n--a";
	static struct raw_message msg;
	char buf[2048];
	struct text clean;

	(void)state;
	assert_int_equal(header_scan(&msg, text, sizeof(text) - 1), 0);
	assert_int_equal(check_message(&msg, true), 0);
	text_init(&clean, buf, sizeof(buf));
	assert_int_equal(check_write_clean(&clean, &msg), 0);
	assert_null(strstr(buf, "multipart"));
	assert_non_null(strstr(buf, "Content-Length: 0\r\n\r\n"));
}

static void test_too_many_headers(void **state)
{
	static struct raw_message msg;
	char buf[4096] = INVITE;
	int i;

	(void)state;
	for (i = 0; i < HEADER_MAX; i++)
		strcat(buf, "X: a\r\n");
	strcat(buf, "\r\n");
	assert_true(header_scan(&msg, buf, strlen(buf)) < 0);
}

/* Every message cut short and with every octet changed: no crash, no leak. */
static void test_mutations(void **state)
{
	size_t i, at, len;

	(void)state;
	srandom(1);
	for (i = 0; i < sizeof(torture) / sizeof(torture[0]); i++) {
		char *buf = load(torture[i].name, &len);

		for (at = 0; at < len; at += 3) {
			char *copy = malloc(len - at);
			char *changed = malloc(len);

			memcpy(copy, buf, len - at);
			check(copy, len - at, true);
			memcpy(changed, buf, len);
			changed[at] = random();
			if (!check(changed, len, true))
				check(changed, len, false);
			free(copy);
			free(changed);
		}
		free(buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4475),		 cmocka_unit_test(test_messages),
		cmocka_unit_test(test_clean_copy),	 cmocka_unit_test(test_response_body),
		cmocka_unit_test(test_too_many_headers), cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
