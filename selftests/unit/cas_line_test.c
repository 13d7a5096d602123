// SPDX-License-Identifier: GPL-2.0
/* What a line does, whatever its channel tells. selftests/cas/line has DAHDI's own. */
#include "cas_rig.h"

static void pulses(const char *digits)
{
	for (; *digits; digits++) {
		tell(DAHDI_EVENT_PULSE_START);
		tell(DAHDI_EVENT_PULSEDIGIT | *digits);
	}
}

static void open_line(enum cas_signalling signalling)
{
	struct cas_line_conf conf = { .signalling = signalling, .number = "+4930123" };

	open_conf(&conf);
	if (cas_line_state(line) == CAS_CLEARING)
		fire(&line->timer);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
}

static void off_hook(void)
{
	fake.status.offhook = true;
	tell(DAHDI_EVENT_RINGOFFHOOK);
}

static void seize(void)
{
	off_hook();
	assert_int_equal(told.incoming, 0); /* DAHDI hears no digits yet */
	fire(&line->call.timer);
	assert_int_equal(told.incoming, 1);
}

/* Nobody is told of what was over before he could have dialled. */
static void test_lifted_for_a_moment(void **state)
{
	(void)state;
	open_line(CAS_FXO_KS);
	off_hook();
	pulses("1");
	fake.status.offhook = false;
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.incoming, 0);
	assert_int_equal(told.ended, 0);
	assert_int_equal(told.digits, 0);
	assert_int_equal(cas_line_counters(line)->ended[16], 1);
	close_line();
}

static void test_rotary(void **state)
{
	(void)state;
	open_line(CAS_FXO_KS);
	seize();
	assert_int_equal(fake.hook, DAHDI_OFFHOOK);
	assert_string_equal(told.number, "");
	assert_false(told.complete);
	pulses("5720");
	fire(&line->call.timer);
	assert_string_equal(told.number, "5720");
	assert_false(told.complete);
	fire(&line->call.timer);
	assert_true(told.complete);
	assert_int_equal(cas_call_digit(told.call, '1'), -ENOTCONN);
	pulses("7");
	assert_int_equal(told.pulse, '7');
	assert_string_equal(told.number, "5720");
	assert_int_equal(told.active, 0);
	assert_int_equal(cas_answer(told.call), 0);
	assert_int_equal(cas_answer(told.call), -ENOTCONN);
	assert_int_equal(told.active, 1); /* held from now on, for a daemon after */
	tell(DAHDI_EVENT_WINKFLASH);
	assert_int_equal(told.flash, 1);
	fake.status.offhook = false;
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.cause, 16);
	assert_int_equal(told.active, 0);
	assert_string_equal(line->call.number, "");
	assert_int_equal(cas_line_counters(line)->ended[16], 1);
	assert_int_equal(cas_line_counters(line)->ignored, 0);
	close_line();
}

static void test_digits(void **state)
{
	(void)state;
	open_line(CAS_FXO_LS);
	seize();
	assert_int_equal(cas_call_digit(told.call, 'A'), -EINVAL);
	assert_int_equal(cas_call_digit(told.call, 0), -EINVAL);
	assert_int_equal(cas_call_digit(told.call, '#'), 0); /* begins it */
	assert_int_equal(cas_call_digit(told.call, '1'), 0);
	assert_int_equal(told.digits, 0); /* not from within */
	fire(&line->call.timer);
	assert_string_equal(told.number, "#1");
	assert_int_equal(cas_call_digit(told.call, '#'), 0); /* ends it */
	fire(&line->call.timer);
	assert_string_equal(told.number, "#1");
	assert_true(told.complete);
	close_line();
}

static void test_too_many_digits(void **state)
{
	(void)state;
	open_line(CAS_FXO_KS);
	seize();
	for (int i = 0; i < CAS_NUMBER_SIZE - 1; i++)
		assert_int_equal(cas_call_digit(told.call, '1'), 0);
	assert_int_equal(cas_call_digit(told.call, '1'), -ENOSPC);
	assert_int_equal(told.ended, 0);
	tell(DAHDI_EVENT_PULSEDIGIT | '1');
	assert_int_equal(told.cause, 28);
	close_line();
}

/* Who is refused hears so for a while; then it is as without a tone. */
static void refuse_with_tone(void)
{
	open_line(CAS_FXO_KS);
	fake.busy_err = 0;
	seize();
	cas_hangup(told.call, 17);
	assert_int_equal(fake.busy, true);
	assert_int_equal(fake.hook, DAHDI_OFFHOOK);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	assert_int_equal(cas_call_new(line, "", NULL, &told.call), -EBUSY);
}

static void test_busy_tone(void **state)
{
	(void)state;
	refuse_with_tone();
	pulses("1");
	tell(DAHDI_EVENT_WINKFLASH);
	assert_int_equal(told.flash + told.ended + told.digits, 0);
	fire(&line->timer);
	assert_int_equal(fake.busy, false);
	fire(&line->timer); /* no time has passed: DAHDI's debounce */
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	fake.status.offhook = false;
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void test_busy_tone_replaced(void **state)
{
	(void)state;
	refuse_with_tone();
	fake.status.offhook = false;
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(fake.busy, false);
	fire(&line->timer);
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void test_busy_tone_alarm(void **state)
{
	(void)state;
	refuse_with_tone();
	tell(DAHDI_EVENT_ALARM);
	assert_int_equal(cas_line_state(line), CAS_ALARM);
	tell(DAHDI_EVENT_NOALARM);
	assert_int_equal(fake.busy, false);
	close_line();
	open_line(CAS_FXO_KS);
	fake.busy_err = 0;
	seize();
	tell(DAHDI_EVENT_ALARM);
	assert_int_equal(told.ended, 1);
	assert_int_equal(fake.busy, NOTHING); /* who would hear it? */
	close_line();
}

/* The receiver is replaced during an alarm: what was awaited before must not clear the next call. */
static void test_busy_tone_and_next_call(void **state)
{
	struct cas_call *call;

	(void)state;
	refuse_with_tone();
	line->settled_at = 0; /* that is long ago */
	tell(DAHDI_EVENT_ALARM);
	fake.status.offhook = false;
	tell(DAHDI_EVENT_NOALARM);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	assert_false(line->timer.slot);
	assert_int_equal(cas_call_new(line, "", NULL, &call), 0);
	assert_int_equal(cas_line_state(line), CAS_BUSY);
	close_line();
}

/* Of a call that he has ended himself, and at the exchange's other ends, nobody hears it. */
static void test_no_busy_tone(void **state)
{
	(void)state;
	open_line(CAS_FXO_KS);
	fake.busy_err = 0;
	seize();
	fake.status.offhook = false;
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.ended, 1);
	assert_int_equal(fake.busy, NOTHING);
	close_line();
	open_line(CAS_FXO_KS);
	fake.busy_err = 0;
	assert_int_equal(cas_call_new(line, "", NULL, &told.call), 0);
	cas_hangup(told.call, 16); /* it only rang */
	assert_int_equal(fake.busy, NOTHING);
	close_line();
	open_line(CAS_FXS_KS);
	fake.busy_err = 0;
	tell(DAHDI_EVENT_RINGOFFHOOK);
	cas_hangup(told.call, 17);
	assert_int_equal(fake.busy, NOTHING);
	close_line();
}

/* Nothing is dialled: the call ends, and the line waits for the receiver. */
static void test_no_digit(void **state)
{
	(void)state;
	open_line(CAS_FXO_KS);
	seize();
	fire(&line->call.timer);
	assert_int_equal(told.cause, 28);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	fire(&line->timer); /* DAHDI's debounce is over */
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	fire(&line->timer);
	assert_int_equal(cas_call_new(line, "", NULL, &told.call), -EBUSY);
	fake.status.offhook = false;
	fire(&line->timer); /* once may be a flash */
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	fire(&line->timer);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void test_refused(void **state)
{
	(void)state;
	open_line(CAS_FXO_GS);
	told.refuse = true;
	seize();
	assert_int_equal(told.ended, 0);
	assert_int_equal(cas_line_counters(line)->ended[1], 1);
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(cas_line_state(line), CAS_CLEARING); /* not before we are on hook */
	fire(&line->timer);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void test_ring(void **state)
{
	struct cas_call *call;

	(void)state;
	open_line(CAS_FXO_LS);
	fake.status.offhook = true;
	assert_int_equal(cas_call_new(line, NULL, NULL, &call), -EBUSY); /* lifted just now */
	fake.status.offhook = false;
	fake.hook_err = -ENODATA;
	assert_int_equal(cas_call_new(line, NULL, NULL, &call), -ENODATA);
	fake.hook_err = 0;
	assert_int_equal(cas_call_new(line, NULL, &told, &call), 0);
	assert_int_equal(fake.hook, DAHDI_RING);
	assert_int_equal(told.alerting, 0);
	fire(&line->call.timer);
	assert_int_equal(told.alerting, 1);
	assert_ptr_equal(cas_call_owner(call), &told);
	tell(DAHDI_EVENT_RINGEROFF);
	tell(DAHDI_EVENT_RINGERON);
	assert_int_equal(cas_answer(call), -ENOTCONN);
	fake.status = (struct channel_status){ .offhook = true, .bits = 0xf };
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.answered, 1);
	assert_int_equal(fake.hook, DAHDI_OFFHOOK);
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.cause, 16);
	close_line();
}

static void test_ring_glare(void **state)
{
	struct cas_call *call;

	(void)state;
	open_line(CAS_FXO_GS);
	assert_int_equal(cas_call_new(line, NULL, NULL, &call), 0);
	fire(&line->call.timer);
	fake.status = (struct channel_status){ .offhook = true, .bits = DAHDI_ABIT };
	tell(DAHDI_EVENT_RINGOFFHOOK); /* ground on the ring is no answer */
	assert_int_equal(told.answered, 0);
	assert_int_equal(cas_line_counters(line)->glare, 1);
	fake.status.bits = 0xf;
	tell(DAHDI_EVENT_WINKFLASH); /* off hook soon after */
	assert_int_equal(told.answered, 1);
	close_line();
}

static void dial(enum cas_signalling signalling, const char *number)
{
	struct cas_call *call;

	open_line(signalling);
	fake.status.offhook = false;
	assert_int_equal(cas_call_new(line, number, NULL, &call), 0);
}

static void test_dial(void **state)
{
	(void)state;
	dial(CAS_FXS_KS, "+4930#");
	assert_int_equal(fake.hook, DAHDI_OFFHOOK);
	fire(&line->call.timer);
	assert_string_equal(fake.dialled, "T004930#");
	assert_string_equal(line->call.number, "");
	assert_int_equal(told.dialled, 0);
	tell(DAHDI_EVENT_DIALCOMPLETE);
	assert_int_equal(told.dialled, 1);
	assert_int_equal(told.answered, 1); /* nothing would tell */
	tell(DAHDI_EVENT_POLARITY);
	assert_int_equal(told.ended, 0);
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.cause, 16);
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	close_line();
}

static void test_polarity(void **state)
{
	struct cas_line_conf conf = {
		.signalling = CAS_FXS_LS, .supervision = CAS_POLARITY, .pulse = true, .plus = "011"
	};
	struct cas_call *call;

	(void)state;
	open_conf(&conf);
	fire(&line->timer);
	assert_int_equal(cas_call_new(line, "1*", NULL, &call), -EINVAL);
	assert_int_equal(cas_call_new(line, "", NULL, &call), -EINVAL);
	assert_int_equal(cas_call_new(line, "+", NULL, &call), -EINVAL);
	assert_int_equal(cas_call_new(line, "+49", NULL, &call), 0);
	fire(&line->call.timer);
	assert_string_equal(fake.dialled, "P01149");
	tell(DAHDI_EVENT_POLARITY); /* before it is dialled */
	tell(DAHDI_EVENT_DIALCOMPLETE);
	assert_int_equal(told.answered, 0);
	tell(DAHDI_EVENT_POLARITY);
	assert_int_equal(told.answered, 1);
	tell(DAHDI_EVENT_POLARITY);
	assert_int_equal(told.cause, 16);
	close_line();
	conf.signalling = CAS_FXO_LS;
	open_conf(&conf);
	seize();
	fake.reverse_err = -ENOTTY;
	assert_int_equal(cas_answer(told.call), 0); /* a card that cannot */
	assert_int_equal(fake.reversed, 1);
	tell(DAHDI_EVENT_ONHOOK);
	fire(&line->timer);
	assert_int_equal(fake.reversed, 0);
	close_line();
}

static void test_numbers(void **state)
{
	char longest[CAS_NUMBER_SIZE + 1];
	struct cas_call *call;

	(void)state;
	open_line(CAS_FXS_LS);
	memset(longest, '1', sizeof(longest));
	longest[CAS_NUMBER_SIZE] = 0;
	assert_int_equal(cas_call_new(line, longest, NULL, &call), -EINVAL);
	assert_int_equal(cas_call_new(line, "12a", NULL, &call), -EINVAL);
	assert_int_equal(cas_call_new(line, "1+2", NULL, &call), -EINVAL);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	assert_int_equal(cas_line_counters(line)->outgoing, 0);
	longest[CAS_NUMBER_SIZE - 1] = 0;
	assert_int_equal(cas_call_new(line, longest, NULL, &call), 0);
	close_line();
}

static void test_no_tone_zone(void **state)
{
	(void)state;
	dial(CAS_FXS_LS, "1");
	fake.dial_err = -ENODATA;
	fire(&line->call.timer);
	assert_int_equal(told.cause, 41);
	close_line();
}

static void test_never_dialled(void **state)
{
	(void)state;
	dial(CAS_FXS_LS, "1");
	fire(&line->call.timer);
	fire(&line->call.timer);
	assert_int_equal(told.cause, 41);
	close_line();
}

static void test_carrier_rings(void **state)
{
	(void)state;
	open_line(CAS_FXS_KS);
	tell(DAHDI_EVENT_RINGBEGIN);
	assert_int_equal(told.incoming, 1);
	assert_true(told.complete);
	assert_string_equal(told.number, "+4930123");
	tell(DAHDI_EVENT_RINGOFFHOOK);
	tell(DAHDI_EVENT_RINGBEGIN);
	assert_int_equal(told.incoming, 1);
	assert_int_equal(cas_answer(told.call), 0);
	assert_int_equal(fake.hook, DAHDI_OFFHOOK);
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.cause, 16);
	tell(DAHDI_EVENT_RINGBEGIN); /* it is to rest */
	assert_int_equal(told.incoming, 1);
	fire(&line->timer);
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.incoming, 2);
	fire(&line->call.timer); /* no more ringing */
	assert_int_equal(told.ended, 2);
	close_line();
}

/* In the debounce of our off hook, of which DAHDI tells nothing. */
static void test_carrier_gives_up_at_once(void **state)
{
	(void)state;
	for (enum cas_signalling kind = CAS_FXS_LS; kind <= CAS_FXS_KS; kind++) {
		open_line(kind);
		tell(DAHDI_EVENT_RINGBEGIN);
		assert_int_equal(cas_answer(told.call), 0);
		fake.status.open = true;
		if (kind == CAS_FXS_LS) {
			assert_false(line->call.timer.slot);
			close_line();
			continue;
		}
		fire(&line->call.timer);
		fake.status.open = false; /* for a moment: no end */
		fire(&line->call.timer);
		fake.status.open = true;
		fire(&line->call.timer);
		assert_int_equal(told.ended, 0);
		fire(&line->call.timer);
		assert_int_equal(told.ended, 1);
		assert_int_equal(told.cause, 16);
		assert_int_equal(told.active, 0);
		assert_false(line->call.timer.slot);
		close_line();
	}
}

/* Once DAHDI hears of it, it is not looked at any more. */
static void test_carrier_settles(void **state)
{
	(void)state;
	open_line(CAS_FXS_KS);
	tell(DAHDI_EVENT_RINGBEGIN);
	assert_int_equal(cas_answer(told.call), 0);
	line->call.until = loop_now(loop);
	fire(&line->call.timer);
	assert_false(line->call.timer.slot);
	assert_int_equal(told.ended, 0);
	close_line();
}

static void test_telephone_glare(void **state)
{
	(void)state;
	dial(CAS_FXS_GS, "1");
	assert_int_equal(fake.hook, DAHDI_START);
	tell(DAHDI_EVENT_RINGOFFHOOK); /* is not ringing that begins */
	assert_int_equal(told.ended, 0);
	tell(DAHDI_EVENT_RINGBEGIN);
	assert_int_equal(told.cause, 44);
	assert_int_equal(cas_line_counters(line)->glare, 1);
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	close_line();
}

static void test_ground_start(void **state)
{
	(void)state;
	dial(CAS_FXS_GS, "12");
	tell(DAHDI_EVENT_HOOKCOMPLETE); /* no ground on the tip yet */
	fire(&line->call.timer);
	assert_string_equal(fake.dialled, "");
	fake.status = (struct channel_status){ .offhook = true, .bits = DAHDI_BBIT };
	fire(&line->call.timer);
	fire(&line->call.timer);
	assert_string_equal(fake.dialled, "T12");
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.cause, 31);
	close_line();
}

static void test_ground_start_unanswered(void **state)
{
	(void)state;
	dial(CAS_FXS_GS, "12");
	line->call.until = 0;
	fire(&line->call.timer);
	assert_int_equal(told.cause, 38);
	assert_string_equal(fake.dialled, "");
	close_line();
}

static void test_em_outgoing(void **state)
{
	(void)state;
	dial(CAS_EM, "12");
	assert_int_equal(fake.hook, DAHDI_START);
	tell(DAHDI_EVENT_WINKFLASH);
	fire(&line->call.timer);
	assert_string_equal(fake.dialled, "T12");
	tell(DAHDI_EVENT_RINGOFFHOOK); /* which is not so */
	tell(DAHDI_EVENT_DIALCOMPLETE);
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.answered, 0);
	fake.status.offhook = true;
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.answered, 1);
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.cause, 16);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void test_em_early_answer(void **state)
{
	(void)state;
	dial(CAS_EM, "12");
	tell(DAHDI_EVENT_WINKFLASH);
	fire(&line->call.timer);
	fake.status.offhook = true;
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.answered, 0);
	tell(DAHDI_EVENT_DIALCOMPLETE);
	assert_int_equal(told.dialled, 1);
	assert_int_equal(told.answered, 1);
	close_line();
}

static void test_em_no_wink(void **state)
{
	(void)state;
	dial(CAS_EM, "12");
	fire(&line->call.timer);
	assert_int_equal(told.cause, 38);
	close_line();
}

static void test_em_glare(void **state)
{
	(void)state;
	dial(CAS_EM, "12");
	fake.status.offhook = true;
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.cause, 44);
	assert_int_equal(told.incoming, 0);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void test_em_incoming(void **state)
{
	(void)state;
	open_line(CAS_EM);
	fake.status.offhook = false;
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.incoming, 0);
	off_hook();
	assert_int_equal(told.incoming, 1);
	assert_int_equal(fake.hook, DAHDI_WINK);
	tell(DAHDI_EVENT_HOOKCOMPLETE);
	assert_int_equal(cas_call_digit(told.call, '1'), 0);
	assert_int_equal(cas_answer(told.call), 0);
	assert_int_equal(fake.hook, DAHDI_OFFHOOK);
	cas_hangup(told.call, 16);
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	assert_int_equal(told.ended, 0);
	close_line();
}

static void test_alarm(void **state)
{
	struct cas_call *call;

	(void)state;
	open_line(CAS_FXO_KS);
	seize();
	tell(DAHDI_EVENT_ALARM);
	assert_int_equal(told.cause, 38);
	assert_int_equal(cas_line_state(line), CAS_ALARM);
	assert_int_equal(cas_call_new(line, NULL, NULL, &call), -ENETDOWN);
	tell(DAHDI_EVENT_RINGOFFHOOK); /* what a line in alarm seems to do */
	tell(DAHDI_EVENT_ALARM);
	assert_int_equal(told.incoming, 1);
	assert_int_equal(told.alarms, 1);
	fake.status.offhook = false;
	tell(DAHDI_EVENT_NOALARM);
	assert_false(told.alarm);
	fire(&line->timer);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	assert_int_equal(cas_line_counters(line)->alarms, 1);
	close_line();
}

static void test_lost(void **state)
{
	static const int events[] = { -ENODEV, DAHDI_EVENT_REMOVED };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		open_line(CAS_FXO_KS);
		seize();
		assert_false(cas_line_lost(line));
		tell(events[i]);
		assert_true(cas_line_lost(line));
		assert_int_equal(told.cause, 38);
		assert_int_equal(cas_line_state(line), CAS_ALARM);
		close_line();
	}
}

static void test_unknown_events(void **state)
{
	static const enum cas_signalling all[] = { CAS_FXO_LS, CAS_FXO_GS, CAS_FXO_KS, CAS_FXS_LS,
						   CAS_FXS_GS, CAS_FXS_KS, CAS_EM };
	static const int events[] = { 6,
				      7,
				      8,
				      15,
				      19,
				      30,
				      999,
				      DAHDI_EVENT_DIALCOMPLETE,
				      DAHDI_EVENT_POLARITY,
				      DAHDI_EVENT_PULSEDIGIT | '1' };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		open_line(all[i]);
		for (size_t j = 0; j < sizeof(events) / sizeof(*events); j++)
			tell(events[j]);
		assert_int_equal(cas_line_counters(line)->ignored, 10);
		assert_int_equal(cas_line_state(line), CAS_IDLE);
		assert_int_equal(told.incoming + told.ended + told.digits, 0);
		close_line();
	}
}

/* The receiver is lifted while DAHDI still drops the battery. */
static void test_off_hook_too_soon(void **state)
{
	(void)state;
	open_line(CAS_FXO_KS);
	fake.hook_err = -EBUSY;
	fake.status.offhook = true;
	tell(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(told.incoming, 0);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	assert_int_equal(cas_line_counters(line)->ended[41], 1);
	close_line();
}

static void test_opened_off_hook(void **state)
{
	struct cas_line_conf conf = { .signalling = CAS_FXO_KS };

	(void)state;
	fake.status = (struct channel_status){ .offhook = true, .alaw = true };
	open_conf(&conf);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	assert_true(cas_line_alaw(line));
	close_line();
	assert_int_equal(loop_new(&loop), 0);
	fake.status_err = -ENODEV;
	assert_int_equal(line_new(&line, loop, &conf, &channel, eventfd(0, 0), &ops, &told),
			 -ENODEV);
	loop_free(loop);
	memset(&fake, 0, sizeof(fake));
}

static void test_no_dahdi(void **state)
{
	int fd;

	(void)state;
	assert_true(cas_channel_open(100000, CAS_EM, &fd) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotary),
		cmocka_unit_test(test_lifted_for_a_moment),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_too_many_digits),
		cmocka_unit_test(test_busy_tone),
		cmocka_unit_test(test_busy_tone_replaced),
		cmocka_unit_test(test_busy_tone_alarm),
		cmocka_unit_test(test_busy_tone_and_next_call),
		cmocka_unit_test(test_no_busy_tone),
		cmocka_unit_test(test_no_digit),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_ring_glare),
		cmocka_unit_test(test_dial),
		cmocka_unit_test(test_polarity),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_no_tone_zone),
		cmocka_unit_test(test_never_dialled),
		cmocka_unit_test(test_carrier_rings),
		cmocka_unit_test(test_carrier_gives_up_at_once),
		cmocka_unit_test(test_carrier_settles),
		cmocka_unit_test(test_telephone_glare),
		cmocka_unit_test(test_ground_start),
		cmocka_unit_test(test_ground_start_unanswered),
		cmocka_unit_test(test_em_outgoing),
		cmocka_unit_test(test_em_early_answer),
		cmocka_unit_test(test_em_no_wink),
		cmocka_unit_test(test_em_glare),
		cmocka_unit_test(test_em_incoming),
		cmocka_unit_test(test_alarm),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_unknown_events),
		cmocka_unit_test(test_off_hook_too_soon),
		cmocka_unit_test(test_opened_off_hook),
		cmocka_unit_test(test_no_dahdi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
