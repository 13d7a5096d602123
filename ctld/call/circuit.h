/* SPDX-License-Identifier: GPL-2.0 */
/* Which circuit a dialled number is the ingress of, and may it be used now? */
#ifndef PHONION_CIRCUIT_H
#define PHONION_CIRCUIT_H

#include "call/call.h"
#include "protocol/hop.h"

#define CIRCUIT_NAME_SIZE 64

/* What a call is placed by: the configuration's circuit or a reservation. */
struct circuit {
	char name[CIRCUIT_NAME_SIZE]; /* of a reservation: # and its id; see circuit_shown() */
	const struct conf_trunk *out;
	char next[64];			      /* number to dial; wipe after use */
	char postd[HOP_POSTD_SIZE];	      /* digits to send after the answer; wipe too */
	uint64_t not_before_ns, not_after_ns; /* CLOCK_REALTIME; 0: none */
	unsigned int max_calls;
	struct hop_timing timing;
	bool ask_code; /* a shared number: what follows is told by circuit_by_code() */
};

/*
 * What may be read of a circuit's NAME: of a reservation, whose id is a secret that its
 * broker has too, the stand-in that reservation.list has.
 */
const char *circuit_shown(const char *name);
/*
 * CAUSE_NORMAL and *CIRCUIT, or why not. A number that is known to the book but
 * has no open reservation is as good as one that is not known.
 */
enum cause circuit_select(const struct calls *calls, const struct conf_trunk *trunk,
			  const char *number, struct circuit *circuit);
/* The same of a shared number and an access code. CAUSE_CODE_WRONG: of none that is open. */
enum cause circuit_by_code(const struct calls *calls, const struct conf_trunk *trunk,
			   const char *number, const char *code, struct circuit *circuit);
/* The same of a reservation that is open, by its name; its calls are not counted. */
enum cause circuit_by_name(const struct calls *calls, const char *name, struct circuit *circuit);
/* Is there an open reservation of this name? */
bool circuit_open(const struct calls *calls, const char *name);
/* Each open reservation whose far side is raised before its caller, or stays after him. */
void circuit_each_standing(const struct calls *calls,
			   void (*fn)(const struct circuit *circuit, void *arg), void *arg);
/* Near sides that are set up or up, of a circuit; by a trunk, either way. */
unsigned int circuit_calls(const struct calls *calls, const char *circuit);
unsigned int trunk_calls(const struct calls *calls, const char *trunk);

#endif
