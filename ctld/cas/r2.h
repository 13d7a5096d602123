/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MFC/R2 on a channel, by libopenr2, which is named in r2.c and r2_library.c alone. Each
 * line has a context of the library to itself, which reads and writes the channel from
 * the loop, without blocking, while the registers exchange their tones, and is asked for
 * signalling bits only otherwise.
 */
#ifndef PHONION_CAS_R2_H
#define PHONION_CAS_R2_H

#include <stddef.h> /* which openr2.h does not include, and needs */

#include <openr2.h>

#include "cas/internal.h"

struct r2 {
	openr2_context_t *context;
	openr2_chan_t *chan;
	openr2_event_interface_t events;
	openr2_mflib_interface_t mf;	  /* ours, in front of */
	openr2_mflib_interface_t library; /* the library's */
	void *tx, *rx;			  /* what that keeps */
	struct loop_timer timer;	  /* the library's next */
	struct loop_timer settle;	  /* for bits that changed to be believed */
	unsigned int tones;		  /* that we sent in this call */
	bool sending;			  /* a tone */
	bool exchanging;		  /* the registers are at it: the sound is theirs */
	bool busy;			  /* the library has a call, or clears one */
	bool incoming, offered, accepting;
	bool alarmed; /* as the library has it */
};

/* r2_library.c: a context and a channel of the library, which report to EVENTS. -errno. */
int r2_library_new(struct cas_line *line, const openr2_event_interface_t *events);
/* Numbers that were in it are wiped. */
void r2_library_free(struct r2 *r2);
void r2_library_wipe(struct r2 *r2);
/* The line that CHAN is of. */
struct cas_line *r2_line(openr2_chan_t *chan);

/* r2_cause.c */
/* Q.850's, of a call that went out and was not answered yet. */
int r2_cause(openr2_call_disconnect_cause_t cause);
/* The tone of group B with which who calls is refused; every variant has it. */
openr2_call_disconnect_cause_t r2_refusal(int cause);
enum cas_fault r2_fault(openr2_protocol_error_t error);

/* r2.c: the registers got on; they have another while for the next tone. */
void r2_proceeds(struct cas_line *line);

#endif
