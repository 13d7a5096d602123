// SPDX-License-Identifier: GPL-2.0
/* Telephone events, heard and sent, and sounds that are played. */
#include "dataplane_call.h"

static void send_event(uint16_t seq, uint8_t end)
{
	uint8_t p[16] = { 0x80, 101, 0, seq, 0, 0, 0, 9, 1, 2, 3, 4, 5, end | 10, 3, 32 };

	send_to(a.fd, &a.local, p, sizeof(p));
}

static void test_dtmf_heard(void **state)
{
	struct got got;

	(void)state;
	if (!dp)
		skip();
	call();
	send_event(1, 0);
	for (int i = 2; i < 5; i++)
		send_event(i, 0x80);
	for (int i = 1; i < 5; i++)
		hear(&b, &got);
	assert_memory_equal(got.data + 12, "\5\x8a\3\x20", 4);
	until_events(2);
	assert_int_equal(events[1].type, DP_DTMF);
	assert_int_equal(events[1].digit, 5);
	assert_int_equal(events[1].leg, a.leg);
	hang_up();
}

/* 100 ms in packets each 20, and the end three times; nothing else meanwhile. */
static void test_dtmf_sent(void **state)
{
	struct got got[7];

	(void)state;
	if (!dp)
		skip();
	call();
	assert_int_equal(ops->leg_dtmf(dp, b.leg, "5"), 0);
	say(&a, 1);
	until(&a, DROP_DTMF, 1);
	for (int i = 0; i < 7; i++)
		hear(&b, &got[i]);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(got[i].len, 16);
		assert_int_equal(got[i].data[1], i ? 101 : 101 | 0x80);
		assert_int_equal(seq_of(&got[i]), (uint16_t)(seq_of(&got[0]) + i));
		assert_int_equal(word(&got[i], 4), word(&got[0], 4));
		assert_int_equal(got[i].data[12], 5);
		assert_int_equal(got[i].data[13], i < 4 ? 10 : 0x8a);
		assert_int_equal(got[i].data[14] << 8 | got[i].data[15],
				 i < 4 ? (i + 1) * 160 : 800);
	}
	until_events(2);
	assert_int_equal(events[1].type, DP_DTMF_SENT);
	assert_int_equal(count(&b, TX_EVENTS), 1);
	say(&a, 2);
	hear(&b, &got[0]);
	assert_int_equal(seq_of(&got[0]), (uint16_t)(seq_of(&got[6]) + 1));
	hang_up();
}

static void test_play_sound(void **state)
{
	uint8_t tone[320];
	struct dp_sound sound = { .tone = tone, .tone_len = sizeof(tone), .on_ms = 60000 };
	struct got first, got;

	(void)state;
	if (!dp)
		skip();
	for (size_t i = 0; i < sizeof(tone); i++)
		tone[i] = i / 2;
	call();
	assert_int_equal(ops->leg_play(dp, b.leg, &sound), 0);
	hear(&b, &first);
	assert_int_equal(first.data[1], 0x80);
	assert_memory_equal(first.data + 12, tone, 160);
	for (int i = 1; i < 10; i++) {
		hear(&b, &got);
		assert_int_equal(got.data[1], 0);
		assert_int_equal(seq_of(&got), (uint16_t)(seq_of(&first) + i));
		assert_int_equal((word(&got, 4) - word(&first, 4)) % 160, 0);
		assert_memory_equal(got.data + 12, tone + i % 2 * 160, 160);
	}
	say(&a, 1);
	until(&a, DROP_DTMF, 1);
	assert_int_equal(ops->leg_play(dp, b.leg, NULL), 0);
	assert_true(count(&b, TX_PLAYED) >= 10);
	while (receive(b.fd, &got))
		;
	say(&a, 2);
	hear(&b, &got);
	same_payload(&got, 2);
	hang_up();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_both(test_dtmf_heard),
		on_both(test_dtmf_sent),
		on_both(test_play_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
