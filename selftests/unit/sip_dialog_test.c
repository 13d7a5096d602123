// SPDX-License-Identifier: GPL-2.0
/* Dialogs, and the messages that are made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <osip2/osip.h>
#include <osipparser2/osip_parser.h>

#include "sip/addr.h"
#include "sip/message.h"

static struct sip_path path;

static int setup(void **state)
{
	(void)state;
	parser_init();
	addr_parse(&path.local, AF_INET, "192.0.2.1");
	addr_set_port(&path.local, 5060);
	addr_parse(&path.peer, AF_INET, "192.0.2.9");
	addr_set_port(&path.peer, 5070);
	return 0;
}

static osip_message_t *parsed(const char *text)
{
	osip_message_t *msg;

	assert_int_equal(osip_message_init(&msg), 0);
	assert_int_equal(osip_message_parse(msg, text, strlen(text)), 0);
	return msg;
}

#define INVITE                                                                              \
	"INVITE sip:1@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKa\r\n"  \
	"Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bKb\r\nMax-Forwards: 70\r\n"                \
	"From: \"A\" <sip:a@192.0.2.9>;tag=ra\r\nTo: <sip:1@192.0.2.1>\r\nCall-ID: cid\r\n" \
	"CSeq: 7 INVITE\r\nContact: <sip:a@192.0.2.9:5070>\r\n"                             \
	"Record-Route: <sip:r1;lr>\r\nRecord-Route: <sip:r2;lr>\r\n"

#define OK(tag)                                                                \
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"     \
	"From: <sip:1@h>;tag=l\r\nTo: <sip:2@h>;tag=" tag "\r\nCall-ID: c\r\n" \
	"CSeq: 7 INVITE\r\nContact: <sip:phone@192.0.2.77>\r\n"                \
	"Record-Route: <sip:q1;lr>, <sip:q2;lr>\r\nContent-Length: 0\r\n\r\n"

static void test_uas(void **state)
{
	osip_message_t *invite = parsed(INVITE "Content-Length: 0\r\n\r\n");
	struct dialog *dialog = dialog_new_uas(&path, invite);
	char buf[MESSAGE_SIZE];
	struct text text;

	(void)state;
	assert_non_null(dialog);
	text_init(&text, buf, sizeof(buf));
	assert_int_equal(message_request(&text, dialog, "BYE", NULL), 0);
	assert_ptr_equal(strstr(buf, "BYE sip:a@192.0.2.9:5070 SIP/2.0\r\n"), buf);
	assert_non_null(strstr(buf, "Route: <sip:r1;lr>\r\nRoute: <sip:r2;lr>\r\n"));
	assert_non_null(strstr(buf, "From: <sip:1@192.0.2.1>;tag="));
	assert_non_null(strstr(buf, "To: <sip:a@192.0.2.9>;tag=ra\r\n"));
	assert_non_null(strstr(buf, "Call-ID: cid\r\n"));
	dialog_free(dialog);
	osip_message_free(invite);
}

static void test_reply(void **state)
{
	osip_message_t *invite = parsed(INVITE "Content-Length: 0\r\n\r\n");
	struct message_reply reply = { .status = 486, .tag = "mine" };
	char buf[MESSAGE_SIZE];
	struct text text;

	(void)state;
	text_init(&text, buf, sizeof(buf));
	assert_int_equal(message_reply(&text, invite, &reply), 0);
	assert_ptr_equal(strstr(buf, "SIP/2.0 486 Busy Here\r\n"), buf);
	assert_non_null(strstr(buf, "branch=z9hG4bKa\r\nVia: SIP/2.0/UDP 192.0.2.8"));
	assert_non_null(strstr(buf, "To: <sip:1@192.0.2.1>;tag=mine\r\n"));
	assert_null(strstr(buf, "Contact"));
	assert_null(strstr(buf, "Record-Route"));
	osip_message_free(invite);
}

static void test_uas_needs_contact(void **state)
{
	osip_message_t *msg =
		parsed("INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n"
		       "From: <sip:a@h>;tag=1\r\nTo: <sip:1@h>\r\nCall-ID: c\r\n"
		       "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");

	(void)state;
	assert_null(dialog_new_uas(&path, msg));
	osip_message_free(msg);
}

static void test_uac_learns(void **state)
{
	struct dialog *dialog = dialog_new_uac(&path, "sip:1@h", "sip:2@h");
	osip_message_t *ok = parsed(OK("t1")), *other = parsed(OK("t2"));
	struct dialog *fork;
	char buf[MESSAGE_SIZE];
	struct text text;

	(void)state;
	assert_int_equal(dialog_learn(dialog, ok), 0);
	text_init(&text, buf, sizeof(buf));
	assert_int_equal(message_ack(&text, dialog, 7, NULL), 0);
	assert_ptr_equal(strstr(buf, "ACK sip:phone@192.0.2.77 SIP/2.0\r\n"), buf);
	assert_non_null(strstr(buf, "Route: <sip:q2;lr>\r\nRoute: <sip:q1;lr>\r\n"));
	assert_non_null(strstr(buf, "CSeq: 7 ACK\r\n"));
	fork = dialog_fork(dialog, other);
	assert_string_equal(fork->remote_tag, "t2");
	assert_string_equal(fork->call_id, dialog->call_id);
	assert_string_equal(fork->local_tag, dialog->local_tag);
	dialog_free(fork);
	dialog_free(dialog);
	osip_message_free(ok);
	osip_message_free(other);
}

/* RFC 3261, 12.2.1.1: a router without lr is a strict one. */
static void test_strict_route(void **state)
{
	struct dialog *dialog = dialog_new_uac(&path, "sip:1@h", "sip:2@h");
	char buf[MESSAGE_SIZE];
	struct text text;

	(void)state;
	dialog->routes[0] = strdup("<sip:strict>");
	dialog->routes[1] = strdup("<sip:next;lr>");
	dialog->n_routes = 2;
	text_init(&text, buf, sizeof(buf));
	assert_int_equal(message_request(&text, dialog, "BYE", NULL), 0);
	assert_ptr_equal(strstr(buf, "BYE sip:strict SIP/2.0\r\n"), buf);
	assert_non_null(strstr(buf, "Route: <sip:next;lr>\r\nRoute: <sip:2@h>\r\n"));
	dialog_free(dialog);
}

static void test_cseq(void **state)
{
	osip_message_t *invite = parsed(INVITE "Content-Length: 0\r\n\r\n");
	struct dialog *dialog = dialog_new_uas(&path, invite);

	(void)state;
	assert_int_equal(dialog_check(dialog, invite), 500);
	dialog->remote_cseq = 6;
	assert_int_equal(dialog_check(dialog, invite), 0);
	assert_int_equal(dialog->remote_cseq, 7);
	dialog_free(dialog);
	osip_message_free(invite);
}

static void test_table(void **state)
{
	struct dialog *dialog = dialog_new_uac(&path, "sip:1@h", "sip:2@h");
	struct dialog_table *table;

	(void)state;
	assert_int_equal(dialog_table_new(&table), 0);
	dialog_add(table, dialog);
	assert_ptr_equal(dialog_find(table, dialog->call_id, dialog->local_tag, "any"), dialog);
	dialog->remote_tag = strdup("r");
	assert_null(dialog_find(table, dialog->call_id, dialog->local_tag, "other"));
	assert_ptr_equal(dialog_find(table, dialog->call_id, dialog->local_tag, NULL), dialog);
	assert_null(dialog_find(table, dialog->call_id, "other", "r"));
	assert_null(dialog_find(table, "other", dialog->local_tag, "r"));
	dialog_remove(table, dialog);
	dialog_remove(table, dialog);
	assert_null(dialog_find(table, dialog->call_id, dialog->local_tag, "r"));
	dialog_free(dialog);
	dialog_table_free(table);
}

/* What a peer escaped in its Contact must not become a line of ours. */
static void test_no_injection(void **state)
{
	osip_message_t *invite = parsed(
		"INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n"
		"From: <sip:a%0d%0aX:y@h>;tag=1\r\nTo: <sip:1@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
		"Contact: <sip:a%0d%0aX:y@h;p%0d%0aX=%0d%0aZ>\r\nContent-Length: 0\r\n\r\n");
	struct dialog *dialog = dialog_new_uas(&path, invite);
	char buf[MESSAGE_SIZE];
	struct text text;

	(void)state;
	if (dialog) {
		text_init(&text, buf, sizeof(buf));
		message_request(&text, dialog, "BYE", NULL);
		assert_null(strstr(buf, "\nX"));
		assert_null(strstr(buf, "\nZ"));
	}
	dialog_free(dialog);
	osip_message_free(invite);
}

static void test_users(void **state)
{
	(void)state;
	assert_true(message_user_valid("+4420"));
	assert_true(message_user_valid("*31#"));
	assert_false(message_user_valid(""));
	assert_false(message_user_valid("1@evil"));
	assert_false(message_user_valid("1\r\nX: y"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uas),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_uas_needs_contact),
		cmocka_unit_test(test_uac_learns),
		cmocka_unit_test(test_strict_route),
		cmocka_unit_test(test_cseq),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_no_injection),
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
