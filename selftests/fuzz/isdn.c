// SPDX-License-Identifier: GPL-2.0
/*
 * ISDN: what comes by a D channel. The input is the peer's: frames one after the other,
 * and when above is to act and time to pass. Layer 2 is kept up by a peer of our own,
 * so that its messages get as far as Q.931. Modes: NET and CPE of each kind of switch.
 *
 * The loop is of our own as well, and its time passes only here.
 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "isdn/isdn.h"
#include "selftests/fuzz/fuzz.h"
#include "selftests/fuzz/hand.h"
#include "selftests/fuzz/pri_heap.h"

#define FRAME_SIZE 512
#define FCS	   2
#define CALLS	   64
#define FOR_GOOD   (60 * 1000) /* ms: T203, N200 times T200 twice, T309, and more */

/* What an input has: an octet that says which, one with a length, and so many octets. */
enum { MESSAGE, MESSAGE_UI, FRAME, ACT, WAIT, KINDS };

static struct peer {
	int wire;
	bool network, gone;
	uint8_t vs, vr;
} peer;
static struct isdn_span *span;
static struct isdn_call *calls[CALLS]; /* that above knows of */
static struct isdn_call *last;
static bool accepted;

static struct isdn_call **place(const struct isdn_call *call)
{
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i] == call)
			return &calls[i];
	return NULL;
}

static void add(struct isdn_call *call)
{
	struct isdn_call **free = place(NULL);

	FUZZ_ASSERT(free && !place(call));
	*free = last = call;
}

static void on_setup(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	(void)arg;
	FUZZ_ASSERT(strlen(setup->number) < ISDN_NUMBER_SIZE);
	FUZZ_ASSERT(isdn_channel_state(span, setup->channel) == ISDN_CHANNEL_BUSY);
	add(call);
	accepted = true;
}

static void on_digits(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	(void)arg;
	FUZZ_ASSERT(place(call) && strlen(setup->number) < ISDN_NUMBER_SIZE);
	accepted = true;
}

static void on_step(struct isdn_call *call, bool inband, void *arg)
{
	(void)inband;
	(void)arg;
	FUZZ_ASSERT(place(call));
	accepted = true;
}

static void on_answered(struct isdn_call *call, void *arg)
{
	on_step(call, false, arg);
	FUZZ_ASSERT(isdn_channel_state(span, isdn_call_channel(call)) == ISDN_CHANNEL_BUSY);
}

static void forget(struct isdn_call *call)
{
	struct isdn_call **at = place(call);

	FUZZ_ASSERT(at);
	*at = NULL;
	last = NULL;
}

static void on_ended(struct isdn_call *call, int cause, void *arg)
{
	(void)cause;
	(void)arg;
	forget(call);
	accepted = true;
}

static void on_state(struct isdn_span *of, enum isdn_state state, void *arg)
{
	(void)of;
	(void)state;
	(void)arg;
}

static const struct isdn_ops ops = { on_setup, on_digits,   on_step,  on_step,
				     on_step,  on_answered, on_ended, on_state };

static void send_frame(const uint8_t *frame, size_t len)
{
	uint8_t whole[FRAME_SIZE + FCS] = { 0 };

	memcpy(whole, frame, len);
	FUZZ_ASSERT(send(peer.wire, whole, len + FCS, MSG_DONTWAIT) >= 0);
	hand_turn();
}

/* Address and control of Q.921, modulo 128; commands of the network have C/R = 1. */
static void say(bool command, uint8_t control, int next, const uint8_t *info, size_t len)
{
	uint8_t frame[FRAME_SIZE] = { (command == peer.network) << 1, 1, control, next };
	size_t head = next < 0 ? 3 : 4;

	if (len > sizeof(frame) - head)
		len = sizeof(frame) - head;
	if (len)
		memcpy(frame + head, info, len);
	send_frame(frame, head + len);
}

static void say_message(const uint8_t *info, size_t len)
{
	uint8_t control = peer.vs << 1;

	peer.vs = (peer.vs + 1) & 127;
	say(true, control, peer.vr << 1, info, len);
}

static void hear_frame(const uint8_t *frame, size_t len)
{
	if (len < 3 + FCS)
		return;
	if (!(frame[2] & 1)) {
		peer.vr = ((frame[2] >> 1) + 1) & 127;
		say(false, 1, peer.vr << 1, NULL, 0); /* RR */
	} else if ((frame[2] & 0xef) == 0x6f) {	      /* SABME */
		peer.vs = peer.vr = 0;
		say(false, 0x73, -1, NULL, 0); /* UA, F = 1 */
	} else if ((frame[2] & 3) == 1 && len > 3 + FCS && frame[3] & 1 &&
		   (frame[0] & 2) >> 1 != peer.network) {
		say(false, 1, peer.vr << 1 | 1, NULL, 0); /* RR with F = 1 to a command with P */
	}
}

static void hear_all(void)
{
	uint8_t frame[1024];
	ssize_t len;

	while ((len = recv(peer.wire, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
		if (!peer.gone)
			hear_frame(frame, len);
}

static void dial(bool more)
{
	struct isdn_dial dial = { .number = "4711", .caller = "+4930", .more = more };
	struct isdn_call *call;

	if (place(NULL) && !isdn_call_new(span, &dial, &call))
		add(call);
}

static void hang_up(int cause)
{
	struct isdn_call *call = last;

	forget(call);
	isdn_hangup(call, cause);
}

static void act(uint8_t what, uint8_t more)
{
	if (what % 8 == 0)
		dial(more & 1);
	if (!last)
		return;
	switch (what % 8) {
	case 1:
		isdn_progress(last);
		break;
	case 2:
		isdn_alerting(last, more & 1);
		break;
	case 3:
		isdn_answer(last);
		break;
	case 4:
		isdn_dial_more(last, "12");
		break;
	case 5:
		hang_up(more & 127);
		break;
	case 6:
		last = calls[more % CALLS];
		break;
	}
}

static void step(unsigned int kind, const uint8_t *data, size_t len)
{
	if (kind == MESSAGE)
		say_message(data, len);
	else if (kind == MESSAGE_UI)
		say(true, 3, -1, data, len);
	else if (kind == FRAME)
		send_frame(data, len);
	else if (kind == ACT && len)
		act(data[0], len > 1 ? data[1] : 16);
	else if (kind == WAIT)
		hand_wait(len ? data[0] * 100 : 1000);
	hear_all();
}

static void steps(const struct fuzz_input *input)
{
	const uint8_t *at = input->data, *end = at + input->size;

	while (end - at >= 2) {
		size_t len = at[1] < end - at - 2 ? at[1] : end - at - 2;

		step(at[0] % KINDS, at + 2, len);
		at += 2 + len;
	}
}

static void open_span(unsigned int mode)
{
	static const struct isdn_span_conf confs[] = {
		{ .variant = ISDN_NI2, .channels = 24, .dchannel = 24 },
		{ .variant = ISDN_EUROISDN, .channels = 31, .dchannel = 16, .overlap = true },
		{ .variant = ISDN_EUROISDN, .channels = 24, .dchannel = 24 },
		{ .variant = ISDN_DMS100, .channels = 24, .dchannel = 24 },
		{ .variant = ISDN_5ESS, .channels = 24, .dchannel = 24 },
		{ .variant = ISDN_4ESS, .channels = 24, .dchannel = 24 },
		{ .variant = ISDN_QSIG, .channels = 31, .dchannel = 16 },
	};
	struct isdn_span_conf conf = confs[mode / 2];
	int fds[2];

	conf.network = mode % 2;
	FUZZ_ASSERT(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds));
	hand_ms = 1000;
	peer = (struct peer){ .wire = fds[1], .network = !conf.network };
	memset(calls, 0, sizeof(calls));
	last = NULL;
	accepted = false;
	FUZZ_ASSERT(!isdn_span_new(&span, hand_loop(), &conf, fds[0], &ops, NULL));
	hear_all();
	FUZZ_ASSERT(isdn_span_state(span) == ISDN_UP);
}

/* The peer falls silent: no call may outlive that, and no channel be lost. */
static void end(void)
{
	unsigned int usable, busy;

	peer.gone = true;
	for (int i = 0; i < 20; i++) {
		hand_wait(FOR_GOOD / 20);
		hear_all();
	}
	isdn_span_count(span, &usable, &busy);
	FUZZ_ASSERT(!busy);
	for (size_t i = 0; i < CALLS; i++)
		FUZZ_ASSERT(!calls[i]);
	isdn_span_free(span);
	close(peer.wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input;

	if (!fuzz_split(&input, data, size, 14))
		return 0;
	open_span(input.mode);
	steps(&input);
	end();
	pri_heap_empty();
	fuzz_said(accepted);
	return 0;
}
