// SPDX-License-Identifier: GPL-2.0
/* Receipts: for who holds the reply key, from the relay that signed them, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/receipt.h"

/* Documentation/protocol.md */
#define LABEL	     "phonion receipt 1"
#define LABEL_LEN    17
#define SAID_LEN     58
#define AT_VERSION   0
#define AT_VERDICT   1
#define AT_SIGNATURE 58
#define AT_ZEROS     122

static uint8_t relay_private[SIGN_KEY_LEN], relay[SIGN_KEY_LEN];
static uint8_t reply_private[HPKE_KEY_LEN], reply_key[HPKE_KEY_LEN];

static const struct receipt good = {
	.reservation = { 1, [15] = 2 },
	.verdict = RECEIPT_ACCEPTED,
	.issued = 1796000000,
	.box_hash = { 3, [31] = 4 },
};

static int make_keys(void **state)
{
	(void)state;
	return sign_keypair(relay_private, relay) ?: hpke_keypair(reply_private, reply_key);
}

static int open_with(const uint8_t from[SIGN_KEY_LEN], const uint8_t key[HPKE_KEY_LEN],
		     const uint8_t *box, struct receipt *receipt)
{
	static const struct receipt zero;
	uint8_t *copy = malloc(RECEIPT_BOX_LEN);
	int err;

	memcpy(copy, box, RECEIPT_BOX_LEN);
	memset(receipt, 0xa5, sizeof(*receipt));
	err = receipt_open(receipt, from, key, copy);
	if (err)
		assert_memory_equal(receipt, &zero, sizeof(zero));
	free(copy);
	return err;
}

static void assert_same(const struct receipt *a, const struct receipt *b)
{
	assert_memory_equal(a->reservation, b->reservation, sizeof(a->reservation));
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->issued, b->issued);
	assert_memory_equal(a->box_hash, b->box_hash, sizeof(a->box_hash));
}

static void opens_every_verdict(void **state)
{
	struct receipt receipt = good, again;
	uint8_t box[RECEIPT_BOX_LEN];

	(void)state;
	for (unsigned int v = 0; v < RECEIPT_VERDICTS; v++) {
		receipt.verdict = v;
		assert_int_equal(receipt_seal(&receipt, relay_private, reply_key, box), 0);
		assert_int_equal(open_with(relay, reply_private, box, &again), 0);
		assert_same(&receipt, &again);
	}
	receipt.verdict = RECEIPT_VERDICTS;
	assert_int_equal(receipt_seal(&receipt, relay_private, reply_key, box), -EINVAL);
}

static void every_verdict_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned int a = 0; a < RECEIPT_VERDICTS; a++)
		for (unsigned int b = 0; b <= RECEIPT_VERDICTS; b++)
			assert_int_equal(!strcmp(receipt_verdict_name(a), receipt_verdict_name(b)),
					 a == b);
	assert_string_equal(receipt_verdict_name(RECEIPT_ACCEPTED), "accepted");
	assert_string_equal(receipt_verdict_name(RECEIPT_NO_INGRESS), "no-ingress");
}

static void is_of_one_relay_for_one_reader(void **state)
{
	uint8_t box[RECEIPT_BOX_LEN], other[32], its_public[32];
	struct receipt receipt;

	(void)state;
	assert_int_equal(receipt_seal(&good, relay_private, reply_key, box), 0);
	assert_int_equal(hpke_keypair(other, its_public), 0);
	assert_int_equal(open_with(relay, other, box, &receipt), -EBADMSG);
	assert_int_equal(sign_keypair(other, its_public), 0);
	assert_int_equal(open_with(its_public, reply_private, box, &receipt), -EKEYREJECTED);
	assert_int_equal(open_with(relay, reply_private, box, &receipt), 0);
}

static void every_octet_of_a_box_counts(void **state)
{
	uint8_t box[RECEIPT_BOX_LEN];
	struct receipt receipt;

	(void)state;
	assert_int_equal(receipt_seal(&good, relay_private, reply_key, box), 0);
	for (size_t i = 0; i < sizeof(box); i++) {
		box[i] ^= 1 << i % 8;
		assert_int_equal(open_with(relay, reply_private, box, &receipt), -EBADMSG);
		box[i] ^= 1 << i % 8;
	}
	assert_int_equal(open_with(relay, reply_private, box, &receipt), 0);
}

/* By hand, as the documentation has it. */

static void write_said(uint8_t plain[RECEIPT_PLAIN_LEN])
{
	memset(plain, 0, RECEIPT_PLAIN_LEN);
	plain[AT_VERSION] = 1;
	plain[AT_VERDICT] = good.verdict;
	for (int i = 0; i < 8; i++)
		plain[2 + i] = good.issued >> (56 - 8 * i);
	memcpy(plain + 10, good.reservation, 16);
	memcpy(plain + 26, good.box_hash, 32);
}

static void sign_said(uint8_t plain[RECEIPT_PLAIN_LEN], const char *label)
{
	uint8_t text[LABEL_LEN + SAID_LEN];

	memcpy(text, label, LABEL_LEN);
	memcpy(text + LABEL_LEN, plain, SAID_LEN);
	assert_int_equal(sign_data(relay_private, text, sizeof(text), plain + AT_SIGNATURE), 0);
}

static int open_plain(const uint8_t plain[RECEIPT_PLAIN_LEN], const char *label)
{
	uint8_t box[RECEIPT_BOX_LEN];
	struct receipt receipt;
	int err;

	assert_int_equal(hpke_seal(reply_key, (struct hpke_bytes){ label, LABEL_LEN },
				   (struct hpke_bytes){ "", 0 },
				   (struct hpke_bytes){ plain, RECEIPT_PLAIN_LEN }, box),
			 0);
	err = open_with(relay, reply_private, box, &receipt);
	if (!err)
		assert_same(&receipt, &good);
	return err;
}

static void is_written_as_documented(void **state)
{
	uint8_t plain[RECEIPT_PLAIN_LEN];

	(void)state;
	write_said(plain);
	sign_said(plain, LABEL);
	assert_int_equal(open_plain(plain, LABEL), 0);
	assert_int_equal(open_plain(plain, "phonion receipt 2"), -EBADMSG);
}

/* Neither a change of what was said, nor a signature of something else. */
static void is_signed(void **state)
{
	uint8_t plain[RECEIPT_PLAIN_LEN];

	(void)state;
	write_said(plain);
	sign_said(plain, LABEL);
	for (size_t i = 0; i < AT_ZEROS; i++) {
		plain[i] ^= 1 << i % 8;
		assert_int_equal(open_plain(plain, LABEL), -EKEYREJECTED);
		plain[i] ^= 1 << i % 8;
	}
	sign_said(plain, "phonion receipt 2");
	assert_int_equal(open_plain(plain, LABEL), -EKEYREJECTED);
	memset(plain + AT_SIGNATURE, 0, SIGN_SIGNATURE_LEN);
	assert_int_equal(open_plain(plain, LABEL), -EKEYREJECTED);
}

static void opens_nothing_that_is_no_receipt(void **state)
{
	uint8_t plain[RECEIPT_PLAIN_LEN];

	(void)state;
	write_said(plain);
	plain[AT_VERSION] = 2;
	sign_said(plain, LABEL);
	assert_int_equal(open_plain(plain, LABEL), -EINVAL);
	write_said(plain);
	plain[AT_VERDICT] = RECEIPT_VERDICTS;
	sign_said(plain, LABEL);
	assert_int_equal(open_plain(plain, LABEL), -EINVAL);
	for (size_t i = AT_ZEROS; i < RECEIPT_PLAIN_LEN; i++) {
		write_said(plain);
		sign_said(plain, LABEL);
		plain[i] = 1;
		assert_int_equal(open_plain(plain, LABEL), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_every_verdict),
		cmocka_unit_test(every_verdict_has_a_name_of_its_own),
		cmocka_unit_test(is_of_one_relay_for_one_reader),
		cmocka_unit_test(every_octet_of_a_box_counts),
		cmocka_unit_test(is_written_as_documented),
		cmocka_unit_test(is_signed),
		cmocka_unit_test(opens_nothing_that_is_no_receipt),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
