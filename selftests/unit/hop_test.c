// SPDX-License-Identifier: GPL-2.0
/* Hops: opened by the relay they were sealed to, as they were sealed, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/hop.h"

/* Where the fields are, from Documentation/protocol.md. */
#define AT_VERSION    0
#define AT_TIMING     1
#define AT_NOT_BEFORE 2
#define AT_NOT_AFTER  10
#define AT_INGRESS    18
#define AT_CODE	      51
#define AT_NEXT	      68
#define AT_POSTD      101
#define AT_REPLY_KEY  134
#define AT_CANCEL     166
#define AT_ZEROS      198
#define AAD_LEN	      89

#define START (1000ull * 1800)

static uint8_t private_key[HPKE_KEY_LEN], public_key[HPKE_KEY_LEN];

static const struct hop_bind booking = {
	.relay = { 1, 2, 3, [31] = 32 },
	.ingress = "+493012345678",
	.slots = { .length_s = 1800, .first = 1000, .count = 4 },
	.expires = START + 7200,
};

static const struct hop good = {
	.not_before = START + 60,
	.not_after = START + 7000,
	.ingress = "+493012345678",
	.code = "12345678",
	.next = "+33123456789",
	.postd = "p12*#",
	.reply_key = { 9, [31] = 8 },
	.cancel_hash = { 7, [31] = 6 },
};

static int make_keys(void **state)
{
	(void)state;
	return hpke_keypair(private_key, public_key);
}

static void assert_wiped(const struct hop *hop)
{
	static const struct hop zero;

	assert_memory_equal(hop, &zero, sizeof(zero));
}

static int open_with(const struct hop_bind *with, const uint8_t key[HPKE_KEY_LEN],
		     const uint8_t *box, struct hop *hop)
{
	uint8_t *copy = malloc(HOP_BOX_LEN);
	int err;

	memcpy(copy, box, HOP_BOX_LEN);
	memset(hop, 0xa5, sizeof(*hop));
	err = hop_open(hop, with, key, copy);
	if (err)
		assert_wiped(hop);
	free(copy);
	return err;
}

static void assert_same(const struct hop *a, const struct hop *b)
{
	assert_int_equal(a->not_before, b->not_before);
	assert_int_equal(a->not_after, b->not_after);
	assert_string_equal(a->ingress, b->ingress);
	assert_string_equal(a->code, b->code);
	assert_string_equal(a->next, b->next);
	assert_string_equal(a->postd, b->postd);
	assert_int_equal(a->timing.raise, b->timing.raise);
	assert_int_equal(a->timing.keep, b->timing.keep);
	assert_int_equal(a->timing.near, b->timing.near);
	assert_int_equal(a->timing.spread_s, b->timing.spread_s);
	assert_memory_equal(a->reply_key, b->reply_key, sizeof(a->reply_key));
	assert_memory_equal(a->cancel_hash, b->cancel_hash, sizeof(a->cancel_hash));
}

static void goes_there_and_back(const struct hop *hop)
{
	uint8_t box[HOP_BOX_LEN];
	struct hop again;

	assert_int_equal(hop_seal(hop, &booking, public_key, box), 0);
	assert_int_equal(open_with(&booking, private_key, box, &again), 0);
	assert_same(hop, &again);
}

static void opens_what_was_sealed(void **state)
{
	struct hop hop = good;

	(void)state;
	goes_there_and_back(&hop);
	hop.code[0] = hop.postd[0] = '\0';
	hop.not_before = START;
	hop.not_after = START + 7200;
	goes_there_and_back(&hop);
	strcpy(hop.code, "1234567890123456");
	strcpy(hop.next, "+123456789012345");
	strcpy(hop.postd, "0123456789*#p0123456789*#p012345");
	goes_there_and_back(&hop);
	hop.timing = (struct hop_timing){ HOP_RAISE_WINDOW, HOP_KEEP_LINGER, HOP_NEAR_RING,
					  HOP_SPREAD_MAX_S };
	goes_there_and_back(&hop);
	hop.timing = (struct hop_timing){ HOP_RAISE_TOLD, HOP_KEEP_CALL, HOP_NEAR_RELAY, 0 };
	goes_there_and_back(&hop);
}

/* What stands after a text's NUL is of the caller's memory, and must not leave it. */
static void sends_nothing_that_is_behind_a_text(void **state)
{
	struct hop hop = good, again;
	uint8_t box[HOP_BOX_LEN];

	(void)state;
	memset(hop.next, 'x', sizeof(hop.next));
	memset(hop.code, 'x', sizeof(hop.code));
	memset(hop.postd, 'x', sizeof(hop.postd));
	strcpy(hop.next, good.next);
	strcpy(hop.code, good.code);
	strcpy(hop.postd, good.postd);
	assert_int_equal(hop_seal(&hop, &booking, public_key, box), 0);
	assert_int_equal(open_with(&booking, private_key, box, &again), 0);
	assert_memory_equal(again.next, good.next, sizeof(again.next));
	assert_memory_equal(again.code, good.code, sizeof(again.code));
	assert_memory_equal(again.postd, good.postd, sizeof(again.postd));
}

static void refuses_to_seal(const struct hop *hop, const struct hop_bind *with)
{
	uint8_t box[HOP_BOX_LEN];

	assert_int_equal(hop_seal(hop, with, public_key, box), -EINVAL);
}

#define REFUSED(field, value)                    \
	do {                                     \
		struct hop bad = good;           \
		bad.field = value;               \
		refuses_to_seal(&bad, &booking); \
	} while (0)

#define REFUSED_TEXT(field, text)                \
	do {                                     \
		struct hop bad = good;           \
		strcpy(bad.field, text);         \
		refuses_to_seal(&bad, &booking); \
	} while (0)

static void seals_only_what_is_in_range(void **state)
{
	(void)state;
	REFUSED(not_before, START - 1);
	REFUSED(not_after, START + 7201);
	REFUSED(not_after, good.not_before);
	REFUSED(not_before, good.not_after + 1);
	REFUSED(timing.spread_s, 1);
	REFUSED(timing.keep, HOP_KEEP_WINDOW + 1);
	REFUSED(timing.near, HOP_NEAR_RELAY);
	REFUSED(timing.raise, HOP_RAISE_TOLD + 1);
	REFUSED_TEXT(ingress, "+493012345679");
	REFUSED_TEXT(ingress, "");
	REFUSED_TEXT(code, "1234567");
	REFUSED_TEXT(code, "1234567a");
	REFUSED_TEXT(code, "12345678*");
	REFUSED_TEXT(next, "");
	REFUSED_TEXT(next, "+");
	REFUSED_TEXT(next, "+0331234567");
	REFUSED_TEXT(next, "33123456789");
	REFUSED_TEXT(next, "+1234567890123456");
	REFUSED_TEXT(next, "+33 123456789");
	REFUSED_TEXT(next, "+3312345678a");
	REFUSED_TEXT(next, "sip:alice");
	REFUSED_TEXT(postd, "w");
	REFUSED_TEXT(postd, "1 2");
	REFUSED_TEXT(postd, "P");
}

/* All that an octet can say, with and without a spread: these are good, and nothing else is. */
static void knows_the_timings_that_make_sense(void **state)
{
	static const struct {
		uint8_t raise, keep, near; /* sets of bits */
		bool spread;
	} sense[] = {
		{ 1 << HOP_RAISE_CALL, 1 << HOP_KEEP_CALL | 1 << HOP_KEEP_WINDOW,
		  1 << HOP_NEAR_FOLLOW, false },
		{ 1 << HOP_RAISE_CALL, 1 << HOP_KEEP_LINGER, 1 << HOP_NEAR_FOLLOW, true },
		{ 1 << HOP_RAISE_WINDOW, 1 << HOP_KEEP_LINGER | 1 << HOP_KEEP_WINDOW,
		  1 << HOP_NEAR_FOLLOW | 1 << HOP_NEAR_RING | 1 << HOP_NEAR_RELAY, true },
		{ 1 << HOP_RAISE_TOLD, 1 << HOP_KEEP_CALL, 1 << HOP_NEAR_RELAY, false },
	};
	struct hop_timing timing;

	(void)state;
	for (int octet = 0; octet < 256; octet++) {
		bool good[2] = { false };

		hop_timing_decode(&timing, octet);
		assert_int_equal(hop_timing_encode(&timing), octet);
		for (size_t i = 0; i < sizeof(sense) / sizeof(*sense); i++)
			good[sense[i].spread] |= sense[i].raise >> timing.raise & 1 &&
						 sense[i].keep >> timing.keep & 1 &&
						 sense[i].near >> timing.near & 1;
		for (int spread = 0; spread < 2; spread++) {
			timing.spread_s = spread;
			assert_int_equal(hop_timing_valid(&timing), good[spread]);
		}
	}
	timing = (struct hop_timing){ HOP_RAISE_WINDOW, HOP_KEEP_WINDOW, HOP_NEAR_RELAY,
				      HOP_SPREAD_MAX_S };
	assert_true(hop_timing_valid(&timing));
	timing.spread_s++;
	assert_false(hop_timing_valid(&timing));
}

static void binds_only_what_is_in_range(void **state)
{
	struct hop_bind with = booking;
	struct hop hop = good;

	(void)state;
	with.slots.count = 0;
	refuses_to_seal(&hop, &with);
	with.slots.count = SLOT_MAX_COUNT + 1;
	refuses_to_seal(&hop, &with);
	with = booking;
	with.slots.length_s = 0;
	refuses_to_seal(&hop, &with);
	with = booking;
	with.slots.first = UINT64_MAX;
	refuses_to_seal(&hop, &with);
	with = booking;
	strcpy(with.ingress, "49301234");
	strcpy(hop.ingress, "49301234");
	refuses_to_seal(&hop, &with);
}

static void opens_for_nobody_else(void **state)
{
	uint8_t box[HOP_BOX_LEN], other[HPKE_KEY_LEN], its_public[HPKE_KEY_LEN];
	struct hop hop;

	(void)state;
	assert_int_equal(hop_seal(&good, &booking, public_key, box), 0);
	assert_int_equal(hpke_keypair(other, its_public), 0);
	assert_int_equal(open_with(&booking, other, box, &hop), -EBADMSG);
	assert_int_equal(open_with(&booking, private_key, box, &hop), 0);
}

#define UNBOUND(change)                                                               \
	do {                                                                          \
		struct hop_bind with = booking;                                       \
		change;                                                               \
		assert_int_equal(open_with(&with, private_key, box, &hop), -EBADMSG); \
	} while (0)

static void opens_for_one_booking_only(void **state)
{
	uint8_t box[HOP_BOX_LEN];
	struct hop hop;

	(void)state;
	assert_int_equal(hop_seal(&good, &booking, public_key, box), 0);
	UNBOUND(with.relay[0] ^= 1);
	UNBOUND(with.relay[31] ^= 0x80);
	UNBOUND(strcpy(with.ingress, "+493012345679"));
	UNBOUND(strcpy(with.ingress, "+49301234567"));
	UNBOUND(strcpy(with.ingress, ""));
	UNBOUND(with.slots.first++);
	UNBOUND(with.slots.first--);
	UNBOUND(with.slots.count++);
	UNBOUND(with.slots.count--);
	UNBOUND(with.slots.length_s = 3600);
	UNBOUND(with.slots.length_s = 0);
	UNBOUND(with.expires++);
	UNBOUND(with.expires = 0);
	assert_int_equal(open_with(&booking, private_key, box, &hop), 0);
}

static void every_octet_of_a_box_counts(void **state)
{
	uint8_t box[HOP_BOX_LEN];
	struct hop hop;

	(void)state;
	assert_int_equal(hop_seal(&good, &booking, public_key, box), 0);
	for (size_t i = 0; i < sizeof(box); i++) {
		box[i] ^= 1 << i % 8;
		assert_int_equal(open_with(&booking, private_key, box, &hop), -EBADMSG);
		box[i] ^= 1 << i % 8;
	}
	assert_int_equal(open_with(&booking, private_key, box, &hop), 0);
}

/* What a sealer of bad will can write: the plaintext as the documentation has it, by hand. */

static void put(uint8_t *out, uint64_t value, size_t octets)
{
	while (octets--)
		*out++ = value >> (8 * octets);
}

static void write_plain(uint8_t plain[HOP_PLAIN_LEN])
{
	memset(plain, 0, HOP_PLAIN_LEN);
	plain[AT_VERSION] = 1;
	put(plain + AT_NOT_BEFORE, good.not_before, 8);
	put(plain + AT_NOT_AFTER, good.not_after, 8);
	strcpy((char *)plain + AT_INGRESS, good.ingress);
	strcpy((char *)plain + AT_CODE, good.code);
	strcpy((char *)plain + AT_NEXT, good.next);
	strcpy((char *)plain + AT_POSTD, good.postd);
	memcpy(plain + AT_REPLY_KEY, good.reply_key, 32);
	memcpy(plain + AT_CANCEL, good.cancel_hash, 32);
}

static int open_plain(const uint8_t plain[HOP_PLAIN_LEN], struct hop *hop)
{
	uint8_t aad[AAD_LEN] = { 0 }, box[HOP_BOX_LEN];

	memcpy(aad, booking.relay, 32);
	strcpy((char *)aad + 32, booking.ingress);
	put(aad + 65, booking.slots.first, 8);
	put(aad + 73, booking.slots.count, 4);
	put(aad + 77, booking.slots.length_s, 4);
	put(aad + 81, booking.expires, 8);
	assert_int_equal(hpke_seal(public_key, (struct hpke_bytes){ "phonion hop 1", 13 },
				   (struct hpke_bytes){ aad, sizeof(aad) },
				   (struct hpke_bytes){ plain, HOP_PLAIN_LEN }, box),
			 0);
	return open_with(&booking, private_key, box, hop);
}

static void is_written_as_documented(void **state)
{
	uint8_t plain[HOP_PLAIN_LEN];
	struct hop hop;

	(void)state;
	write_plain(plain);
	assert_int_equal(open_plain(plain, &hop), 0);
	assert_same(&hop, &good);
}

#define INVALID(change)                                             \
	do {                                                        \
		write_plain(plain);                                 \
		change;                                             \
		assert_int_equal(open_plain(plain, &hop), -EINVAL); \
	} while (0)

static void opens_nothing_that_is_no_hop(void **state)
{
	uint8_t plain[HOP_PLAIN_LEN];
	struct hop hop;

	(void)state;
	INVALID(plain[AT_VERSION] = 0);
	INVALID(plain[AT_VERSION] = 2);
	INVALID(plain[AT_TIMING] = HOP_RAISE_TOLD + 1);
	INVALID(plain[AT_TIMING] = HOP_RAISE_TOLD);			     /* not from a relay */
	INVALID(plain[AT_TIMING] = HOP_RAISE_WINDOW | HOP_KEEP_WINDOW << 2); /* no spread */
	INVALID(plain[AT_TIMING] = 1 << 6);
	INVALID(plain[AT_TIMING] = 255);
	INVALID(put(plain + AT_NOT_BEFORE, START - 1, 8));
	INVALID(put(plain + AT_NOT_BEFORE, good.not_after, 8));
	INVALID(put(plain + AT_NOT_BEFORE, UINT64_MAX, 8));
	INVALID(put(plain + AT_NOT_AFTER, START + 7201, 8));
	INVALID(put(plain + AT_NOT_AFTER, UINT64_MAX, 8));
	INVALID(plain[AT_INGRESS + 5] ^= 1);
	INVALID(plain[AT_NEXT] = '0');
	INVALID(memset(plain + AT_NEXT, 0, 33));
	INVALID(strcpy((char *)plain + AT_CODE, "1234567"));
	INVALID(plain[AT_CODE] = ' ');
	INVALID(plain[AT_POSTD] = 'w');
	INVALID(memset(plain, 0, sizeof(plain)));
	INVALID(memset(plain, 0xff, sizeof(plain)));
}

/* A text fills its field, or has something behind its NUL. */
static void texts_end_and_are_padded_with_zeros(void **state)
{
	static const struct {
		size_t at, size;
	} texts[] = { { AT_INGRESS, 33 }, { AT_CODE, 17 }, { AT_NEXT, 33 }, { AT_POSTD, 33 } };
	uint8_t plain[HOP_PLAIN_LEN];
	struct hop hop;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		INVALID(memset(plain + texts[i].at, '1', texts[i].size));
		INVALID(plain[texts[i].at + texts[i].size - 1] = 1);
		INVALID(plain[texts[i].at + strlen((char *)plain + texts[i].at) + 1] = '1');
	}
}

static void the_rest_is_zeros(void **state)
{
	uint8_t plain[HOP_PLAIN_LEN];
	struct hop hop;

	(void)state;
	for (size_t i = AT_ZEROS; i < HOP_PLAIN_LEN; i++)
		INVALID(plain[i] = 1 << i % 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_was_sealed),
		cmocka_unit_test(sends_nothing_that_is_behind_a_text),
		cmocka_unit_test(seals_only_what_is_in_range),
		cmocka_unit_test(knows_the_timings_that_make_sense),
		cmocka_unit_test(binds_only_what_is_in_range),
		cmocka_unit_test(opens_for_nobody_else),
		cmocka_unit_test(opens_for_one_booking_only),
		cmocka_unit_test(every_octet_of_a_box_counts),
		cmocka_unit_test(is_written_as_documented),
		cmocka_unit_test(opens_nothing_that_is_no_hop),
		cmocka_unit_test(texts_end_and_are_padded_with_zeros),
		cmocka_unit_test(the_rest_is_zeros),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
