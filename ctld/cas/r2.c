// SPDX-License-Identifier: GPL-2.0
/*
 * MFC/R2 (ITU-T Q.400 to Q.490): both ends are alike. Bits A and B say what the line does;
 * numbers, and whether who is called can be had, are tones that each end answers with one
 * of its own. Only when they are through is the channel's sound the call's.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "cas/r2.h"
#include "dahdi/dahdi.h"
#include "log/log.h"

#define AB	  (DAHDI_ABIT | DAHDI_BBIT)
#define IDLE	  DAHDI_ABIT /* Q.421 */
#define BLOCKED	  AB
#define SETTLE_MS 20 /* Q.422: a change is recognized when it has lasted so long */
/* For the next tone. Who is called may be far away, or find a number's end by waiting only. */
#define TONE_IN_MS  15000
#define TONE_OUT_MS 30000

static const char *const faults[] = {
	[CAS_FAULT_BITS] = "bits out of place",
	[CAS_FAULT_TONE] = "tones out of place",
	[CAS_FAULT_TIMEOUT] = "the other end took too long",
	[CAS_FAULT_INTERNAL] = "the library gave up",
};

static void fault(struct cas_line *line, enum cas_fault fault)
{
	line->counters.faults[fault]++;
	log_warn("a line's MFC/R2 failed: %s", faults[fault]);
}

/* Of a line without a call. */
static void rest(struct cas_line *line)
{
	unsigned int bits = line_status(line).bits & AB;

	r2_library_wipe(line->r2);
	if (bits == IDLE)
		line->state = CAS_IDLE;
	else
		line->state = bits == BLOCKED ? CAS_BLOCKED : CAS_CLEARING;
}

static void on_timer(void *arg);

/* The library was let do something: what it waits for now, and what the line is. */
static void follow(struct cas_line *line)
{
	struct r2 *r2 = line->r2;
	int ms = openr2_chan_get_time_to_next_event(r2->chan);
	short more = r2->exchanging ? POLLIN | (r2->sending ? POLLOUT : 0) : 0;

	if (line->io)
		loop_io_set(line->io, POLLPRI | more);
	loop_timer_del(&r2->timer);
	if (ms >= 0)
		loop_timer_set(line->loop, &r2->timer, ms, on_timer, line);
	if (!r2->busy && line->call.stage == STAGE_NONE)
		rest(line);
}

static void process(struct cas_line *line)
{
	openr2_chan_process_event(line->r2->chan);
	follow(line);
}

static void on_timer(void *arg)
{
	process(arg);
}

/* What nobody has read since the last call is not to be taken for tones. */
static void exchange(struct cas_line *line, bool exchanging)
{
	int what = DAHDI_FLUSH_READ;
	struct r2 *r2 = line->r2;

	r2->exchanging = exchanging;
	if (exchanging) {
		ioctl(line->fd, DAHDI_FLUSH, &what);
		openr2_chan_enable_read(r2->chan);
	} else {
		openr2_chan_disable_read(r2->chan);
	}
}

static void begin(struct cas_line *line, bool incoming, enum call_stage stage)
{
	struct r2 *r2 = line->r2;

	cas_begin(line, stage);
	r2->busy = true;
	r2->incoming = incoming;
	r2->offered = r2->accepting = r2->sending = false;
	exchange(line, true);
	r2_proceeds(line);
}

/* The library has no call any more, and its bits are idle. */
static void over(struct cas_line *line)
{
	line->r2->busy = line->r2->accepting = false;
	exchange(line, false);
}

static void on_limit(void *arg)
{
	struct cas_line *line = arg;

	fault(line, CAS_FAULT_TIMEOUT);
	cas_ended(line, line->r2->incoming ? Q850_INVALID_NUMBER : Q850_NETWORK_OUT_OF_ORDER);
}

void r2_proceeds(struct cas_line *line)
{
	if (line->call.stage != STAGE_NONE)
		cas_await(line, line->r2->incoming ? TONE_IN_MS : TONE_OUT_MS, on_limit);
}

static void on_init(openr2_chan_t *chan)
{
	begin(r2_line(chan), true, STAGE_SETTLING);
}

static void refuse(struct cas_line *line, int cause)
{
	line->counters.incoming++;
	cas_ended(line, cause);
}

/* Nobody pays here for who wants to be called at others' cost. */
static void on_offered(openr2_chan_t *chan, const char *ani, const char *dnis,
		       openr2_calling_party_category_t category)
{
	struct cas_line *line = r2_line(chan);
	struct cas_setup setup = { .number = dnis, .complete = true };
	int cause = Q850_INVALID_NUMBER;

	(void)ani;
	line->r2->offered = true;
	if (category == OR2_CALLING_PARTY_CATEGORY_COLLECT_CALL)
		cause = r2_cause(OR2_CAUSE_COLLECT_CALL_REJECTED);
	else if (*dnis)
		cause = line->ops->offered(&line->call, &setup, line->arg);
	if (cause) {
		refuse(line, cause);
		return;
	}
	line->r2->accepting = true;
	openr2_chan_accept_call(chan, OR2_CALL_WITH_CHARGE);
}

/* Who hung up meanwhile left it to be done now. */
static void accepted_in(struct cas_line *line)
{
	line->r2->accepting = false;
	if (line->call.stage == STAGE_NONE) {
		line_clear(line);
		return;
	}
	loop_timer_del(&line->call.timer);
	cas_incoming(line, openr2_chan_get_dnis(line->r2->chan));
}

static void accepted_out(struct cas_line *line)
{
	if (line->call.stage != STAGE_DIALLING)
		return;
	loop_timer_del(&line->call.timer);
	line->call.stage = STAGE_DIALLED;
	line->ops->dialled(&line->call, line->arg);
}

static void on_accepted(openr2_chan_t *chan, openr2_call_mode_t mode)
{
	struct cas_line *line = r2_line(chan);

	(void)mode;
	exchange(line, false);
	if (line->r2->incoming)
		accepted_in(line);
	else
		accepted_out(line);
}

static void on_answered(openr2_chan_t *chan)
{
	struct cas_line *line = r2_line(chan);

	if (line->call.stage == STAGE_DIALLED)
		cas_answered(line);
}

/* Both ends seized the line: 1.3.3 calls that a forced release, whose bits are the same. */
static bool is_glare(const struct r2 *r2, openr2_call_disconnect_cause_t cause)
{
	return !r2->incoming && !r2->tones && cause == OR2_CAUSE_FORCED_RELEASE;
}

static int cause_of(struct cas_line *line, openr2_call_disconnect_cause_t cause)
{
	if (line->r2->incoming || line->call.stage == STAGE_ACTIVE)
		return Q850_NORMAL_CLEARING;
	if (!is_glare(line->r2, cause))
		return r2_cause(cause);
	line->counters.glare++;
	return Q850_CHANNEL_UNAVAILABLE;
}

/* The other end is done with the call; it waits for us to clear, too. */
static void on_disconnect(openr2_chan_t *chan, openr2_call_disconnect_cause_t cause)
{
	struct cas_line *line = r2_line(chan);

	line->r2->accepting = false;
	exchange(line, false);
	if (line->call.stage == STAGE_NONE)
		line_clear(line);
	else
		cas_ended(line, cause_of(line, cause));
}

static void on_end(openr2_chan_t *chan)
{
	over(r2_line(chan));
}

static void on_error(openr2_chan_t *chan, openr2_protocol_error_t error)
{
	struct cas_line *line = r2_line(chan);

	over(line);
	fault(line, r2_fault(error));
	if (line->call.stage != STAGE_NONE)
		cas_ended(line, Q850_NETWORK_OUT_OF_ORDER);
}

static void on_hardware_alarm(openr2_chan_t *chan, int alarm)
{
	struct cas_line *line = r2_line(chan);

	line->r2->alarmed = alarm;
	line_set_alarm(line, alarm);
}

/* A channel that is gone tells so by its poll; a buffer that is full is no matter. */
static void on_os_error(openr2_chan_t *chan, int error)
{
	(void)chan;
	(void)error;
}

static int on_dnis(openr2_chan_t *chan, char digit)
{
	(void)chan;
	(void)digit;
	return 1;
}

static void on_ani(openr2_chan_t *chan, char digit)
{
	(void)chan;
	(void)digit;
}

static void on_read(openr2_chan_t *chan, const unsigned char *buf, int len)
{
	(void)chan;
	(void)buf;
	(void)len;
}

/* follow() looks at the bits. */
static void on_bits_only(openr2_chan_t *chan)
{
	(void)chan;
}

static void on_log(openr2_context_t *context, openr2_log_level_t level, const char *fmt, va_list ap)
{
	(void)context;
	(void)level;
	(void)fmt;
	(void)ap;
}

static const openr2_event_interface_t events = {
	.on_call_init = on_init,
	.on_call_offered = on_offered,
	.on_call_accepted = on_accepted,
	.on_call_answered = on_answered,
	.on_call_disconnect = on_disconnect,
	.on_call_end = on_end,
	.on_call_read = on_read,
	.on_hardware_alarm = on_hardware_alarm,
	.on_os_error = on_os_error,
	.on_protocol_error = on_error,
	.on_line_blocked = on_bits_only,
	.on_line_idle = on_bits_only,
	.on_context_log = on_log,
	.on_dnis_digit_received = on_dnis,
	.on_ani_digit_received = on_ani,
	.on_billing_pulse_received = on_bits_only,
};

static int r2_open(struct cas_line *line)
{
	return r2_library_new(line, &events);
}

/* Whom the daemon does not serve is told so. */
static void r2_close(struct cas_line *line)
{
	if (!line->r2)
		return;
	loop_timer_del(&line->r2->timer);
	loop_timer_del(&line->r2->settle);
	openr2_chan_set_blocked(line->r2->chan);
	r2_library_free(line->r2);
	line->r2 = NULL;
}

static void on_settled(void *arg)
{
	struct cas_line *line = arg;

	if (!line->alarm)
		openr2_chan_handle_cas(line->r2->chan);
	follow(line);
}

static void settle(struct cas_line *line)
{
	loop_timer_set(line->loop, &line->r2->settle, SETTLE_MS, on_settled, line);
}

/* DAHDI's looped spans tell of other channels' bits, too, of which nothing comes. */
static bool r2_event(struct cas_line *line, int event)
{
	if (event != DAHDI_EVENT_BITSCHANGED)
		return false;
	settle(line);
	return true;
}

static void r2_media(struct cas_line *line)
{
	process(line);
}

static int r2_seize(struct cas_line *line)
{
	const char *ani = *line->conf.number ? line->conf.number : NULL;
	struct r2 *r2 = line->r2;
	int err = openr2_chan_make_call(r2->chan, ani, line->call.number,
					OR2_CALLING_PARTY_CATEGORY_NATIONAL_SUBSCRIBER);

	explicit_bzero(line->call.number, sizeof(line->call.number));
	if (!err) {
		r2->tones = 0;
		begin(line, false, STAGE_DIALLING);
	}
	follow(line);
	return err ? -EBUSY : 0;
}

static int r2_answer(struct cas_line *line)
{
	return openr2_chan_answer_call(line->r2->chan) ? -EIO : 0;
}

/* An incoming call that was not offered is none to the library, which cannot end it. */
static void disconnect(struct cas_line *line)
{
	struct r2 *r2 = line->r2;
	bool offered = r2->incoming && r2->exchanging && r2->offered;

	if (line->alarm || (r2->incoming && !r2->offered)) {
		over(line);
		openr2_chan_set_idle(r2->chan);
		return;
	}
	if (!offered)
		exchange(line, false);
	openr2_chan_disconnect_call(r2->chan, r2_refusal(line->cause));
}

/*
 * Either of us may take an event from the channel. If the library had an alarm's begin, and
 * not its end, it would look at no bits any more.
 */
static void renew(struct cas_line *line)
{
	struct r2 *old = line->r2;

	if (r2_library_new(line, &events))
		return;
	loop_timer_del(&old->timer);
	loop_timer_del(&old->settle);
	r2_library_free(old);
}

/* What the bits are is looked at from the loop: this may come from within the library. */
static void r2_clear(struct cas_line *line)
{
	if (line->r2->alarmed && !line->alarm)
		renew(line);
	if (!line->r2->busy) {
		openr2_chan_set_idle(line->r2->chan);
		settle(line);
	} else if (line->alarm || !line->r2->accepting) {
		disconnect(line);
	}
	follow(line);
}

const struct end_ops end_r2 = { .open = r2_open,
				.close = r2_close,
				.event = r2_event,
				.media = r2_media,
				.seize = r2_seize,
				.answer = r2_answer,
				.clear = r2_clear };
