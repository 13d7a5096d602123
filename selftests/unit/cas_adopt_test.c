// SPDX-License-Identifier: GPL-2.0
/* A line that goes on with the call of a daemon before. */
#include <unistd.h>

#include "cas_rig.h"

static char owner;

static void adopt(enum cas_signalling signalling, bool offhook)
{
	struct cas_line_conf conf = { .signalling = signalling, .supervision = CAS_POLARITY };

	memset(&told, 0, sizeof(told));
	fake.hook = fake.reversed = NOTHING;
	fake.busy_err = -ENOSYS;
	fake.status.offhook = offhook;
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(line_adopt(&line, loop, &conf, &channel, eventfd(0, 0), &ops, &told,
				    &owner, &told.call),
			 0);
	assert_ptr_equal(cas_call_owner(told.call), &owner);
	assert_ptr_equal(cas_call_line(told.call), line);
	assert_int_equal(cas_line_state(line), CAS_BUSY);
	assert_int_equal(told.active, 0); /* it is held already */
}

/* What DAHDI has to tell has waited since the daemon before went. */
static void waits(int event)
{
	fake.events[fake.n_events++] = event;
}

static void look(void)
{
	fire(&line->call.timer);
}

/* It is as if nothing had been: no hook is touched. */
static void test_goes_on(void **state)
{
	static const enum cas_signalling all[] = { CAS_FXO_LS, CAS_FXO_GS, CAS_FXO_KS, CAS_FXS_LS,
						   CAS_FXS_GS, CAS_FXS_KS, CAS_EM };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		adopt(all[i], all[i] <= CAS_FXO_KS || all[i] == CAS_EM);
		look();
		assert_false(line->call.timer.slot);
		assert_int_equal(fake.hook, NOTHING);
		assert_int_equal(fake.reversed, NOTHING);
		assert_int_equal(cas_line_state(line), CAS_BUSY);
		assert_int_equal(cas_answer(told.call), -ENOTCONN);
		cas_hangup(told.call, 16);
		assert_int_equal(told.active, -1);
		assert_int_equal(told.ended, 0);
		assert_int_equal(fake.hook, DAHDI_ONHOOK);
		assert_int_equal(cas_line_state(line), CAS_CLEARING);
		close_line();
		assert_int_equal(told.active, -1);
	}
}

static void test_pulse(void **state)
{
	(void)state;
	adopt(CAS_FXO_KS, true);
	look();
	tell(DAHDI_EVENT_PULSEDIGIT | '7');
	assert_int_equal(told.pulse, '7');
	tell(DAHDI_EVENT_WINKFLASH);
	assert_int_equal(told.flash, 1);
	close_line();
	assert_int_equal(told.active, -1); /* who ends with a call has it held no more */
}

static void test_hung_up_since(void **state)
{
	(void)state;
	adopt(CAS_FXO_KS, true);
	look();
	fake.status.offhook = false;
	tell(DAHDI_EVENT_ONHOOK);
	assert_int_equal(told.ended, 1);
	assert_int_equal(told.cause, 16);
	assert_int_equal(told.active, -1);
	assert_int_equal(fake.hook, DAHDI_ONHOOK);
	assert_int_equal(fake.reversed, false);
	assert_int_equal(cas_line_state(line), CAS_IDLE);
	close_line();
}

static void hung_up_meanwhile(enum cas_signalling signalling, int event, enum cas_state then)
{
	adopt(signalling, false);
	waits(event);
	assert_int_equal(told.ended, 0); /* not from within */
	look();
	assert_int_equal(told.ended, 1);
	assert_int_equal(told.cause, 16);
	assert_int_equal(cas_line_state(line), then);
	close_line();
}

static void test_hung_up_meanwhile(void **state)
{
	(void)state;
	hung_up_meanwhile(CAS_FXO_KS, DAHDI_EVENT_ONHOOK, CAS_IDLE);
	hung_up_meanwhile(CAS_EM, DAHDI_EVENT_ONHOOK, CAS_IDLE);
	hung_up_meanwhile(CAS_FXS_KS, DAHDI_EVENT_ONHOOK, CAS_CLEARING);
	hung_up_meanwhile(CAS_FXS_LS, DAHDI_EVENT_POLARITY, CAS_CLEARING);
}

/* DAHDI had no room for the event. */
static void test_seen_on_hook(void **state)
{
	(void)state;
	adopt(CAS_FXO_LS, false);
	look();
	assert_int_equal(told.ended, 0); /* once may be a flash */
	look();
	assert_int_equal(told.ended, 1);
	assert_int_equal(told.cause, 16);
	close_line();
}

static void test_flash(void **state)
{
	(void)state;
	adopt(CAS_FXO_LS, false);
	look();
	fake.status.offhook = true;
	tell(DAHDI_EVENT_WINKFLASH);
	look();
	assert_false(line->call.timer.slot);
	assert_int_equal(told.ended, 0);
	assert_int_equal(told.flash, 1);
	close_line();
}

static void test_alarm_meanwhile(void **state)
{
	(void)state;
	adopt(CAS_FXO_KS, true);
	fake.status.alarm = true;
	look();
	assert_int_equal(told.cause, 38);
	assert_true(told.alarm);
	assert_int_equal(cas_line_state(line), CAS_ALARM);
	close_line();
	adopt(CAS_FXO_KS, true);
	waits(DAHDI_EVENT_ALARM);
	waits(DAHDI_EVENT_NOALARM);
	look();
	assert_int_equal(told.cause, 38);
	assert_false(told.alarm);
	assert_int_equal(cas_line_state(line), CAS_CLEARING);
	close_line();
}

static void test_gone_meanwhile(void **state)
{
	struct cas_line_conf conf = { .signalling = CAS_EM };

	(void)state;
	adopt(CAS_EM, true);
	waits(-ENODEV);
	look();
	assert_int_equal(told.cause, 38);
	assert_true(cas_line_lost(line));
	close_line();
	fake.status_err = -ENODEV;
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(line_adopt(&line, loop, &conf, &channel, eventfd(0, 0), &ops, &told, NULL,
				    &told.call),
			 -ENODEV);
	loop_free(loop);
	memset(&fake, 0, sizeof(fake));
}

/* What is no channel of DAHDI's is not asked as if it were. */
static void test_no_channel(void **state)
{
	int fd = eventfd(0, 0);

	(void)state;
	assert_int_equal(cas_channel_check(fd, 1, CAS_EM), -ENOTTY);
	assert_int_equal(cas_channel_check(-1, 1, CAS_EM), -ENOTTY);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_on),		cmocka_unit_test(test_pulse),
		cmocka_unit_test(test_hung_up_since),	cmocka_unit_test(test_hung_up_meanwhile),
		cmocka_unit_test(test_seen_on_hook),	cmocka_unit_test(test_flash),
		cmocka_unit_test(test_alarm_meanwhile), cmocka_unit_test(test_gone_meanwhile),
		cmocka_unit_test(test_no_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
