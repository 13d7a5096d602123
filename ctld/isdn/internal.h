/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_ISDN_INTERNAL_H
#define PHONION_ISDN_INTERNAL_H

#include <libpri.h>

#include "isdn/isdn.h"

struct isdn_channel {
	enum isdn_channel_state state;
	struct isdn_call *call; /* that has it */
};

enum call_stage {
	STAGE_SETUP,   /* nothing was answered to SETUP yet */
	STAGE_OVERLAP, /* digits are awaited, by us or the peer */
	STAGE_PROCEEDING,
	STAGE_ALERTING,
	STAGE_ACTIVE,
	STAGE_CLEARING, /* nobody above knows of it any more */
};

struct isdn_call {
	struct isdn_call *next;
	struct isdn_span *span;
	q931_call *q931;
	void *owner;
	enum call_stage stage;
	bool incoming;
	unsigned int channel;
	char number[ISDN_NUMBER_SIZE];
	struct loop_timer t302;
};

struct isdn_span {
	struct loop *loop;
	struct isdn_span_conf conf;
	const struct isdn_ops *ops;
	void *arg;
	int fd;
	struct loop_io *io;
	struct loop_timer timer; /* libpri's schedule */
	struct pri *pri;
	bool up, alarm, restarted;
	bool got;	/* dchannel_read() found a frame, of whatever use */
	bool replaying; /* nothing is written, and read is what adopt.c has */
	const uint8_t *heard;
	size_t heard_len;
	unsigned int restarting; /* channel whose RESTART is not acknowledged; 0: none */
	struct loop_timer t316;	 /* and when it is sent again */
	struct isdn_channel channels[ISDN_MAX_CHANNELS + 1];
	struct isdn_call *calls;
};

/* dchannel.c: frames and what DAHDI says of the line */
int dchannel_read(struct pri *pri, void *buf, int len);
int dchannel_write(struct pri *pri, void *buf, int len);
/* Is the line in alarm now? False of what is no DAHDI channel. */
bool dchannel_alarm(int fd);
/* The next event of the line: 1 alarm, 0 its end, -EAGAIN none (any more). */
int dchannel_event(int fd);

/* message.c: may libpri see it? */
bool message_good(const struct isdn_span *span, const uint8_t *message, size_t len);

/* span.c */
/* After every call into libpri: its timers may have changed. */
void span_schedule(struct isdn_span *span);
void span_tell(struct isdn_span *span, enum isdn_state before);

/* event.c */
void event_handle(struct isdn_span *span, pri_event *event);

/* channel.c */
void channels_init(struct isdn_span *span);
/* The one to propose; 0: none is free. */
unsigned int channel_hunt(const struct isdn_span *span);
/* -EBUSY: another has it, or it is no B channel in service. */
int channel_take(struct isdn_call *call, unsigned int channel);
void channel_put(struct isdn_call *call);
/*
 * The channel for a call that came in, when the peer wants WANTED (0: any) and
 * would take another if FLEXIBLE. 0 or a cause.
 */
int channel_admit(struct isdn_call *call, unsigned int wanted, bool flexible);

/* restart.c */
void restart_begin(struct isdn_span *span);
void restart_next(struct isdn_span *span);
void restart_again(struct isdn_span *span);
/* The peer's RESTART of CHANNEL; 0: of all. */
void restart_received(struct isdn_span *span, unsigned int channel);

/* call.c */
struct isdn_call *call_add(struct isdn_span *span, q931_call *q931);
struct isdn_call *call_find(const struct isdn_span *span, const q931_call *q931);
/* Its reference; 0: libpri knows it no more. */
unsigned int call_reference(const struct isdn_call *call);
struct isdn_call *call_with(const struct isdn_span *span, bool incoming, unsigned int reference);
void call_remove(struct isdn_call *call);
/* Tells above that it is over, if it was told of it and does not know. */
void call_ended(struct isdn_call *call, int cause);
/* The same, and it is forgotten without a word to the peer. */
void call_clear(struct isdn_call *call, int cause);

#endif
