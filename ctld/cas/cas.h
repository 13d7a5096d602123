/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Channel-associated signalling: one line, which is one channel of DAHDI, and its
 * call. Hooks, winks and dial pulses are DAHDI's events; no audio is touched here. DTMF
 * of who calls is told by whoever hears it.
 *
 * Functions return 0 or a negative errno. Callbacks come from the loop, never
 * from within a function of this header, but for cas_ops.active.
 */
#ifndef PHONION_CAS_H
#define PHONION_CAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

#define CAS_NUMBER_SIZE 64 /* with the NUL */
#define CAS_PLUS_SIZE	8

/*
 * DAHDI's, which names what it talks to: with CAS_FXO_* we are the exchange and the
 * telephone is at the other end, with CAS_FXS_* we are the telephone on a carrier's line.
 * LS: loop start, GS: ground start, KS: kewlstart, which is loop start and an exchange
 * that drops the battery when it disconnects. CAS_EM is E&M, wink start. CAS_R2 is MFC/R2, by
 * ITU-T Q.400 to Q.490: it knows the whole number, and tells nothing of digits.
 */
enum cas_signalling {
	CAS_FXO_LS,
	CAS_FXO_GS,
	CAS_FXO_KS,
	CAS_FXS_LS,
	CAS_FXS_GS,
	CAS_FXS_KS,
	CAS_EM,
	CAS_R2,
};

/*
 * By what the telephone's end knows of an answer, and whether the exchange's gives it.
 * E&M needs neither: it goes off hook.
 */
enum cas_supervision {
	CAS_DIALLED,  /* a call counts as answered when it is dialled */
	CAS_POLARITY, /* reversed with the answer, and back with the end */
};

enum cas_state {
	CAS_ALARM,
	CAS_IDLE,
	CAS_BUSY,
	CAS_CLEARING, /* its call is over; the other end is still off hook, or to be let rest */
	CAS_BLOCKED,  /* the other end takes no calls; R2 alone tells */
};

/* Whose deviations from Q.400 to Q.490 are MFC/R2's. */
enum cas_r2_variant {
	CAS_R2_ITU,
	CAS_R2_ARGENTINA,
	CAS_R2_BRAZIL,
	CAS_R2_CHINA,
	CAS_R2_CZECHIA,
	CAS_R2_COLOMBIA,
	CAS_R2_ECUADOR,
	CAS_R2_INDONESIA,
	CAS_R2_MEXICO,
	CAS_R2_PHILIPPINES,
	CAS_R2_VENEZUELA,
};

/* How MFC/R2 can go wrong. */
enum cas_fault {
	CAS_FAULT_BITS, /* not among those that may follow */
	CAS_FAULT_TONE,
	CAS_FAULT_TIMEOUT,
	CAS_FAULT_INTERNAL,
	CAS_FAULTS
};

/* Times in ms; 0 is the default. */
struct cas_line_conf {
	enum cas_signalling signalling;
	enum cas_supervision supervision;
	bool pulse;		  /* the number is dialled by pulses; otherwise DTMF */
	uint32_t first_digit_ms;  /* until the first digit; 15 s */
	uint32_t interdigit_ms;	  /* until the next: then the number is complete; 4 s */
	uint32_t dial_delay_ms;	  /* from off hook until we dial, for the dial tone; 1 s */
	char plus[CAS_PLUS_SIZE]; /* dialled for a + at the beginning; empty: "00" */
	/*
	 * Of a carrier's line: what who calls has dialled. Of R2: our own, digits, for who asks
	 * for it; if it is empty he is told that it is restricted.
	 */
	char number[CAS_NUMBER_SIZE];
	enum cas_r2_variant r2_variant;
	unsigned int max_dnis; /* digits of a number that R2 asks who calls for, 1 to 32 */
	unsigned int max_ani;  /* and of his own, of which nothing is kept; 0 to 32 */
};

/* What happened since the line was made. */
struct cas_counters {
	uint64_t incoming, outgoing, answered;
	uint64_t glare;	  /* both ends seized the line */
	uint64_t flash;	  /* hook flashes, which have no effect */
	uint64_t ignored; /* events that DAHDI told and nothing came of */
	uint64_t alarms;
	uint64_t faults[CAS_FAULTS];
	uint64_t ended[128]; /* calls, by their cause */
};

struct cas_line;
struct cas_call;

struct cas_setup {
	const char *number; /* so far */
	bool complete;	    /* no more digits will come */
};

struct cas_ops {
	/*
	 * Of R2, before INCOMING: may SETUP's number be called? 0, or Q.850's cause, with which
	 * he is refused who calls. INCOMING comes when he has been told that it may.
	 */
	int (*offered)(struct cas_call *call, const struct cas_setup *setup, void *arg);
	/* The number is empty when who calls has still to dial. */
	void (*incoming)(struct cas_call *call, const struct cas_setup *setup, void *arg);
	void (*digits)(struct cas_call *call, const struct cas_setup *setup, void *arg);
	/*
	 * Of calls that went out. Until DIALLED the channel's sound is DAHDI's, which sends
	 * DTMF by it: nothing may be connected with it before. Then the far end is heard.
	 */
	void (*dialled)(struct cas_call *call, void *arg);
	void (*alerting)(struct cas_call *call, void *arg); /* the telephone rings */
	void (*answered)(struct cas_call *call, void *arg);
	void (*flash)(struct cas_call *call, void *arg);
	/* A digit that a rotary dial gave when the number was complete, or after the answer. */
	void (*pulse)(struct cas_call *call, char digit, void *arg);
	/* It was not hung up by us; CALL is gone afterwards. CAUSE is Q.850's. */
	void (*ended)(struct cas_call *call, int cause, void *arg);
	void (*alarm)(struct cas_line *line, bool alarm, void *arg);
	/* The line has an answered call that can outlive the daemon, or has it no more. */
	void (*active)(struct cas_line *line, bool active, void *arg);
};

/*
 * A channel by its number in DAHDI: a descriptor, non-blocking. -EPROTOTYPE: DAHDI has it
 * configured for another signalling. -EBUSY: somebody has it open. -EPROTONOSUPPORT: this is
 * built without that signalling.
 */
int cas_channel_open(unsigned int channel, enum cas_signalling signalling, int *fd);

/*
 * Is FD, from who knows where, one of this channel? -ENOTTY: of no channel; -ENXIO: of another, or
 * of one that is gone; -EPROTOTYPE: as above.
 */
int cas_channel_check(int fd, unsigned int channel, enum cas_signalling signalling);

/*
 * Takes FD over, also on error. ARG is for all callbacks; each of OPS must be there, OFFERED
 * for R2 only.
 */
int cas_line_new(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
		 int fd, const struct cas_ops *ops, void *arg);
/*
 * As cas_line_new(), of a channel that has not been closed since a daemon before had it: CALL
 * is the answered one that it has, which is active and OWNER's. Whatever has come of it meanwhile
 * is told from the loop. -EOPNOTSUPP: no call of that signalling outlives a daemon.
 */
int cas_line_adopt(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
		   int fd, const struct cas_ops *ops, void *arg, void *owner,
		   struct cas_call **call);
/* Its call is over, as if the other end had hung up; without one nothing happens. */
void cas_line_drop(struct cas_line *line);
/*
 * The line goes on hook unless its descriptor is held elsewhere, and cas_ops.ended is not
 * called. Not from within a callback.
 */
void cas_line_free(struct cas_line *line);

enum cas_state cas_line_state(const struct cas_line *line);
/* Its descriptor is of no use any more: all that is left is to free it. */
bool cas_line_lost(const struct cas_line *line);
const struct cas_counters *cas_line_counters(const struct cas_line *line);
/* A-law; otherwise u-law. */
bool cas_line_alaw(const struct cas_line *line);
/* For whoever connects the channel: DAHDI opens none twice. It stays the line's. */
int cas_line_fd(const struct cas_line *line);

/*
 * Rings the telephone, or seizes the line and dials NUMBER, which a telephone that is rung
 * does not get. -ENETDOWN: alarm; -EBUSY: the line is not idle; -EINVAL: the number is
 * empty, too long or has what cannot be dialled on this line; -ENODATA: DAHDI has no tone
 * zone, without which it neither rings nor dials (dahdi_cfg loads one).
 */
int cas_call_new(struct cas_line *line, const char *number, void *owner, struct cas_call **call);

/*
 * Of a call that came in, whose number is not complete: another digit was heard, 0 to 9, *,
 * or # which ends the number unless it begins it. -ENOTCONN: no digits are awaited; -ENOSPC:
 * there are too many.
 */
int cas_call_digit(struct cas_call *call, char digit);
/* -ENOTCONN: it did not come in, or is answered. */
int cas_answer(struct cas_call *call);

/* CALL must not be used any more; no callback of it comes. */
void cas_hangup(struct cas_call *call, int cause);

void *cas_call_owner(const struct cas_call *call);
void cas_call_set_owner(struct cas_call *call, void *owner);
struct cas_line *cas_call_line(const struct cas_call *call);

#endif
