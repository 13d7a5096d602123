// SPDX-License-Identifier: GPL-2.0
/* Anything happens to a line in any order: it stays whole, and comes to rest. */
#include "cas_rig.h"

#define LINES 20000
#define STEPS 40

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const int events[] = { DAHDI_EVENT_ONHOOK,	   DAHDI_EVENT_RINGOFFHOOK,
			      DAHDI_EVENT_WINKFLASH,	   DAHDI_EVENT_ALARM,
			      DAHDI_EVENT_NOALARM,	   DAHDI_EVENT_HOOKCOMPLETE,
			      DAHDI_EVENT_DIALCOMPLETE,	   DAHDI_EVENT_RINGBEGIN,
			      DAHDI_EVENT_POLARITY,	   DAHDI_EVENT_RINGERON,
			      DAHDI_EVENT_PULSE_START,	   DAHDI_EVENT_PULSEDIGIT | '1',
			      DAHDI_EVENT_PULSEDIGIT | '#' };

static uint32_t seed;

static unsigned int any(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static void fire_if_set(struct loop_timer *timer)
{
	if (timer->slot)
		fire(timer);
}

static bool is_known(void)
{
	return line->call.stage > STAGE_SETTLING;
}

static void ask(void)
{
	struct cas_call *call;

	switch (any(4)) {
	case 0:
		if (!cas_call_new(line, "12345", NULL, &call))
			told.call = call;
		break;
	case 1:
		if (is_known())
			cas_answer(&line->call);
		break;
	case 2:
		if (is_known())
			cas_call_digit(&line->call, "0123456789*#"[any(12)]);
		break;
	default:
		if (is_known())
			cas_hangup(&line->call, 16);
	}
}

static void step(void)
{
	fake.status = (struct channel_status){ .offhook = any(2), .open = any(2), .bits = any(16) };
	fake.hook_err = any(10) ? 0 : -EBUSY;
	fake.dial_err = any(10) ? 0 : -ENODATA;
	told.refuse = !any(5);
	switch (any(8)) {
	case 0:
		fire_if_set(&line->timer);
		break;
	case 1:
		fire_if_set(&line->call.timer);
		break;
	case 2:
	case 3:
	case 4:
		tell(events[any(ARRAY_LEN(events))]);
		break;
	default:
		ask();
	}
}

/* A line is busy for as long as it has a call, and held for a daemon after for as long as one is answered. */
static void assert_whole(void)
{
	assert_int_equal(line->state == CAS_BUSY, line->call.stage != STAGE_NONE);
	assert_int_equal(told.active, line->call.stage == STAGE_ACTIVE);
}

static void assert_rests(void)
{
	fake.hook_err = 0;
	fake.status = (struct channel_status){ 0 };
	told.refuse = false;
	tell(DAHDI_EVENT_NOALARM);
	tell(DAHDI_EVENT_ONHOOK);
	for (int i = 0; i < 30 && line->state != CAS_IDLE; i++) {
		fire_if_set(&line->call.timer);
		if (is_known())
			cas_hangup(&line->call, 16);
		fire_if_set(&line->timer);
	}
	assert_int_equal(line->state, CAS_IDLE);
	assert_false(line->timer.slot || line->call.timer.slot);
}

static void test_anything(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < LINES; i++) {
		struct cas_line_conf conf = { .signalling = i % (CAS_EM + 1), .number = "123" };

		seed = i * 7919;
		conf.supervision = any(2);
		open_conf(&conf);
		fake.busy_err = any(2) ? 0 : -ENOSYS;
		for (int n = 0; n < STEPS; n++) {
			step();
			assert_whole();
		}
		assert_rests();
		close_line();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
