// SPDX-License-Identifier: GPL-2.0
/*
 * What is at the other end of a relay's PRI span, an exchange or a private branch exchange, as a
 * test moves it by hand. Usage: phone DCHANNEL cpe|net t1|e1 SWITCH [overlap] [frames]. Commands
 * are lines of standard input, CALL being any number below 64 that is free; at its end the phone
 * ends too:
 *   dial CALL NUMBER [more]   more CALL DIGITS     answer CALL
 *   dial CALL NUMBER from CALLER                   clear CAUSE    all calls
 *   alert CALL [inband]       progress CALL        hang CALL CAUSE
 * What comes is told, a line each; a call that came in is given a CALL from 63 downwards:
 *   state NAME                incoming CALL NUMBER complete|more SLOT
 *   digits CALL NUMBER complete|more              proceeding|progress|alerting CALL SLOT [inband]
 *   answered CALL SLOT        ended CALL CAUSE     error CALL ERRNO
 * and, if asked for, each frame of the D channel, as it is with its check:
 *   frame in|out HEXADECIMAL
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/pri.h"
#include "isdn/isdn.h"
#include "loop/loop.h"

#define CALLS  64
#define CALLER "+4930555001"

struct phone {
	struct loop *loop;
	struct isdn_span *span;
	struct isdn_call *calls[CALLS];
	char input[4096];
	size_t n_input;
};

static int framed = -1; /* the descriptor whose frames are told */

/* The linker's --wrap: what the library reads and writes goes by here. */
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __real_write(int fd, const void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);
ssize_t __wrap_write(int fd, const void *buf, size_t size);

static ssize_t tell_frame(const char *way, int fd, const unsigned char *frame, ssize_t len)
{
	if (fd != framed || len <= 0)
		return len;
	printf("frame %s ", way);
	for (ssize_t i = 0; i < len; i++)
		printf("%02x", frame[i]);
	printf("\n");
	return len;
}

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	return tell_frame("in", fd, buf, __real_read(fd, buf, size));
}

ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	return tell_frame("out", fd, buf, __real_write(fd, buf, size));
}

static int number_of(const struct phone *phone, const struct isdn_call *call)
{
	for (int i = 0; i < CALLS; i++)
		if (phone->calls[i] == call)
			return i;
	return -1;
}

static void on_setup(struct phone *phone, const char *what, struct isdn_call *call,
		     const struct isdn_setup *setup)
{
	printf("%s %d %s %s %u\n", what, number_of(phone, call), setup->number,
	       setup->complete ? "complete" : "more", isdn_call_channel(call));
}

static void on_incoming(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	struct phone *phone = arg;
	int i = CALLS - 1;

	while (phone->calls[i])
		i--;
	phone->calls[i] = call;
	on_setup(phone, "incoming", call, setup);
}

static void on_digits(struct isdn_call *call, const struct isdn_setup *setup, void *arg)
{
	on_setup(arg, "digits", call, setup);
}

static void on_step(const char *what, struct isdn_call *call, bool inband, void *arg)
{
	printf("%s %d %u%s\n", what, number_of(arg, call), isdn_call_channel(call),
	       inband ? " inband" : "");
}

static void on_proceeding(struct isdn_call *call, bool inband, void *arg)
{
	on_step("proceeding", call, inband, arg);
}

static void on_progress(struct isdn_call *call, bool inband, void *arg)
{
	on_step("progress", call, inband, arg);
}

static void on_alerting(struct isdn_call *call, bool inband, void *arg)
{
	on_step("alerting", call, inband, arg);
}

static void on_answered(struct isdn_call *call, void *arg)
{
	on_step("answered", call, false, arg);
}

static void on_ended(struct isdn_call *call, int cause, void *arg)
{
	struct phone *phone = arg;
	int i = number_of(phone, call);

	printf("ended %d %d\n", i, cause);
	phone->calls[i] = NULL;
}

static void on_state(struct isdn_span *span, enum isdn_state state, void *arg)
{
	static const char *const names[] = { "alarm", "down", "up" };

	(void)span;
	(void)arg;
	printf("state %s\n", names[state]);
}

static const struct isdn_ops ops = {
	.incoming = on_incoming,
	.digits = on_digits,
	.proceeding = on_proceeding,
	.progress = on_progress,
	.alerting = on_alerting,
	.answered = on_answered,
	.ended = on_ended,
	.state = on_state,
};

static int dial(struct phone *phone, int i, const char *number, const char *how, const char *caller)
{
	struct isdn_dial dial = { .number = number,
				  .more = !strcmp(how, "more"),
				  .caller = *caller ? caller : CALLER };

	return isdn_call_new(phone->span, &dial, &phone->calls[i]);
}

static int hang(struct phone *phone, int i, int cause)
{
	isdn_hangup(phone->calls[i], cause);
	phone->calls[i] = NULL;
	return 0;
}

static int with_call(struct phone *phone, int i, const char *verb, const char *what)
{
	struct isdn_call *call = phone->calls[i];

	if (!strcmp(verb, "more"))
		return isdn_dial_more(call, what);
	if (!strcmp(verb, "answer"))
		return isdn_answer(call);
	if (!strcmp(verb, "alert"))
		return isdn_alerting(call, *what);
	if (!strcmp(verb, "progress"))
		return isdn_progress(call);
	if (!strcmp(verb, "hang"))
		return hang(phone, i, atoi(what));
	return -EINVAL;
}

static void command(struct phone *phone, const char *line)
{
	char verb[16] = "", what[80] = "", how[16] = "", caller[80] = "";
	int i = -1, err = -EINVAL;

	sscanf(line, "%15s %d %79s %15s %79s", verb, &i, what, how, caller);
	if (!strcmp(verb, "clear"))
		isdn_span_clear(phone->span, i);
	else if (i < 0 || i >= CALLS)
		printf("error %d %d\n", i, EINVAL);
	else if (!strcmp(verb, "dial") && !phone->calls[i])
		err = dial(phone, i, what, how, caller);
	else if (phone->calls[i])
		err = with_call(phone, i, verb, what);
	if (err && i >= 0 && strcmp(verb, "clear"))
		printf("error %d %d\n", i, -err);
}

static void on_input(int fd, short revents, void *arg)
{
	struct phone *phone = arg;
	ssize_t n =
		read(fd, phone->input + phone->n_input, sizeof(phone->input) - phone->n_input - 1);
	char *line = phone->input, *end;

	(void)revents;
	if (n <= 0) {
		loop_stop(phone->loop);
		return;
	}
	phone->n_input += n;
	phone->input[phone->n_input] = '\0';
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		command(phone, line);
		line = end + 1;
	}
	phone->n_input -= line - phone->input;
	memmove(phone->input, line, phone->n_input);
}

static int index_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	exit(2);
}

static bool has_word(char **words, const char *word)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

int main(int argc, char **argv)
{
	struct phone phone = { 0 };
	struct isdn_span_conf conf = { .restart = false };
	struct conf_pri pri = { 0 };
	struct loop_io *input;
	int fd, err;

	if (argc < 5)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	pri.line = index_of(conf_pri_lines, argv[3]);
	conf.network = index_of(conf_pri_sides, argv[2]);
	conf.variant = index_of(conf_pri_switches, argv[4]);
	conf.overlap = has_word(argv + 5, "overlap");
	conf.alaw = pri.line;
	conf.channels = conf_pri_channels(&pri);
	conf.dchannel = conf_pri_slot(&pri);
	err = loop_new(&phone.loop) ?: isdn_dchannel_open(atoi(argv[1]), &fd);
	if (!err && has_word(argv + 5, "frames"))
		framed = fd;
	err = err ?: isdn_span_new(&phone.span, phone.loop, &conf, fd, &ops, &phone);
	err = err ?: loop_io_add(phone.loop, &input, 0, POLLIN, on_input, &phone);
	if (err) {
		fprintf(stderr, "phone: %s\n", strerror(-err));
		return 1;
	}
	err = loop_run(phone.loop);
	isdn_span_free(phone.span);
	loop_free(phone.loop);
	return err ? 1 : 0;
}
