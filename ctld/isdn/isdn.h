/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ISDN: a primary rate span and its calls, by libpri (Q.921 and Q.931) on the
 * daemon's loop. All that is read or written is frames of the D channel; what
 * the B channels carry is the data plane's.
 *
 * Functions return 0 or a negative errno. Callbacks come from the loop, never
 * from within a function of this header.
 */
#ifndef PHONION_ISDN_H
#define PHONION_ISDN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

#define ISDN_NUMBER_SIZE  64 /* with the NUL; more is cut by libpri */
#define ISDN_MAX_CHANNELS 31

enum isdn_switch { ISDN_NI2, ISDN_EUROISDN, ISDN_DMS100, ISDN_5ESS, ISDN_4ESS, ISDN_QSIG };

/* What is between two alarms of the line, and who is at its other end. */
enum isdn_state {
	ISDN_ALARM, /* no signal */
	ISDN_DOWN,  /* layer 2 is not established */
	ISDN_UP,
};

struct isdn_span_conf {
	enum isdn_switch variant;
	bool network;	       /* NET; otherwise CPE */
	bool overlap;	       /* digits may come one by one */
	bool alaw;	       /* E1's; otherwise u-law */
	bool restart;	       /* RESTART each channel when first up */
	unsigned int channels; /* time slots, the D channel's included: 24 or 31, or fewer */
	unsigned int dchannel; /* time slot of the D channel, from 1 */
	uint32_t t302_ms;      /* a dialled digit is waited for so long; 0: 15 s (Q.931, 9.2) */
};

struct isdn_span;
struct isdn_call;

/* A call that came in. Overlap: isdn_ops.digits says what comes later. */
struct isdn_setup {
	const char *number; /* with + when it is of the international type */
	bool complete;	    /* no more digits will come */
	unsigned int channel;
};

struct isdn_ops {
	void (*incoming)(struct isdn_call *call, const struct isdn_setup *setup, void *arg);
	void (*digits)(struct isdn_call *call, const struct isdn_setup *setup, void *arg);
	/* Of calls that went out; INBAND: what is to be heard comes by the channel. */
	void (*proceeding)(struct isdn_call *call, bool inband, void *arg);
	void (*progress)(struct isdn_call *call, bool inband, void *arg);
	void (*alerting)(struct isdn_call *call, bool inband, void *arg);
	void (*answered)(struct isdn_call *call, void *arg);
	/* It was not hung up by us; CALL is gone afterwards. CAUSE is Q.850's. */
	void (*ended)(struct isdn_call *call, int cause, void *arg);
	void (*state)(struct isdn_span *span, enum isdn_state state, void *arg);
};

/*
 * A D channel by its number in DAHDI: a descriptor, non-blocking, that gives and
 * takes frames with two octets of FCS at their end.
 */
int isdn_dchannel_open(unsigned int channel, int *fd);

/*
 * Takes FD over, also on error. It may be a socket that keeps frames apart.
 * ARG is for all of the span's callbacks; each of OPS must be there.
 */
int isdn_span_new(struct isdn_span **span, struct loop *loop, const struct isdn_span_conf *conf,
		  int fd, const struct isdn_ops *ops, void *arg);
/*
 * Calls are forgotten without a word to the peer, and without isdn_ops.ended:
 * isdn_hangup() those first that it should know of. Not from within a callback.
 */
void isdn_span_free(struct isdn_span *span);

/* Every call ends with CAUSE: the peer is told, and isdn_ops.ended is called. */
void isdn_span_clear(struct isdn_span *span, int cause);

enum isdn_state isdn_span_state(const struct isdn_span *span);
/* Its descriptor is of no use any more: all that is left is to free it. */
bool isdn_span_lost(const struct isdn_span *span);

enum isdn_channel_state {
	ISDN_CHANNEL_NONE, /* the D channel's, or none of this span */
	ISDN_CHANNEL_IDLE,
	ISDN_CHANNEL_BUSY,
	ISDN_CHANNEL_RESTARTING,
	ISDN_CHANNEL_OUT, /* taken out of service by the peer */
};
enum isdn_channel_state isdn_channel_state(const struct isdn_span *span, unsigned int channel);
/* Channels that could carry a call, and those that do. */
void isdn_span_count(const struct isdn_span *span, unsigned int *usable, unsigned int *busy);

struct isdn_dial {
	const char *number; /* with + it is of the international type */
	bool more;	    /* isdn_dial_more() will follow */
	const char *caller; /* our number; NULL: none is told */
	bool restricted;    /* the caller's number must not be shown */
	void *owner;
};

/*
 * SETUP, on a channel that is chosen here. -ENETDOWN: layer 2 is down or the line in
 * alarm; -EBUSY: no channel is free; -EINVAL: the number is empty, too long or has
 * what is no digit.
 */
int isdn_call_new(struct isdn_span *span, const struct isdn_dial *dial, struct isdn_call **call);
/* INFORMATION with more of the number, once the peer wants it. -ENOTCONN: it does not. */
int isdn_dial_more(struct isdn_call *call, const char *digits);

/*
 * Of a call that came in; CALL PROCEEDING has been sent (SETUP ACKNOWLEDGE when
 * digits are missing, and CALL PROCEEDING at the first of these).
 */
int isdn_progress(struct isdn_call *call); /* in-band tones are there */
int isdn_alerting(struct isdn_call *call, bool inband);
int isdn_answer(struct isdn_call *call);

/* CALL must not be used any more; no callback of it comes. */
void isdn_hangup(struct isdn_call *call, int cause);

void *isdn_call_owner(const struct isdn_call *call);
void isdn_call_set_owner(struct isdn_call *call, void *owner);
struct isdn_span *isdn_call_span(const struct isdn_call *call);
/* Time slot; 0 while the peer is still to name one. It may change until the answer. */
unsigned int isdn_call_channel(const struct isdn_call *call);

/* What has to be kept of a call that is to outlive the daemon. */
struct isdn_saved {
	unsigned int reference; /* Q.931's call reference value, 1 to 32767 */
	bool incoming;
	unsigned int channel;
};

/* -ENOTCONN: it is not answered, or is over. What was saved stays true until it ends. */
int isdn_call_save(const struct isdn_call *call, struct isdn_saved *saved);
/*
 * A call of before, on a new span: after isdn_span_new(), before the loop runs. It is
 * active from the start, and its channel busy. If the peer has lost it meanwhile, or
 * layer 2 is not up in time (T309, 6 s), isdn_ops.ended says so; what only the peer
 * still has ends there by a RESTART, or once it says a word about it.
 * -EINVAL: no call of such a span could be so; -EBUSY: another call has the channel or
 * the reference; -EISCONN: layer 2 is up.
 */
int isdn_span_adopt(struct isdn_span *span, const struct isdn_saved *saved, void *owner,
		    struct isdn_call **call);

#endif
