/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attacks on the records of calls through circuits. Each adds what it found, beside
 * what the closed form says. The adversary has the record of the caller's call to the
 * first relay, and is to name the callee. -ENOMEM, -ERANGE (more calls than fit).
 */
#ifndef PHONION_SIM_ATTACKS_H
#define PHONION_SIM_ATTACKS_H

#include "tools/sim/records.h"
#include "tools/sim/targets.h"

/* By both access links' records: of one carrier, a coalition, all. */
int attack_ends(const struct sim *sim, struct findings *findings);
/* All links' records, from relay to relay; and the same with bad relays' help. */
int attack_chain(const struct sim *sim, struct findings *findings);
/* What bad relays see. */
int attack_relays(const struct sim *sim, struct findings *findings);
/* A broker's bookings tell the last relay, and the records the rest. */
int attack_broker(const struct sim *sim, struct findings *findings);
/* Several calls of the same two: whoever could have been called each time. */
int attack_intersection(const struct sim *sim, struct findings *findings);
/* Several calls of one who has more than one contact: who was likely called more often than others. */
int attack_disclosure(const struct sim *sim, struct findings *findings);
/* One telephone used for several calls: whose contacts are these? */
int attack_burner(const struct sim *sim, struct findings *findings);
/* No circuit: one record names both ends. Of a subscriber, of carriers. */
int attack_direct(const struct sim *sim, struct findings *findings);
/* A circuit, and the records of the caller alone. */
int attack_subscriber(const struct sim *sim, struct findings *findings);
/*
 * All on circuits. What misses its closed form's interval, as one in a
 * hundred does by chance, is done once more, with other random numbers and four times
 * the tries.
 */
int attack_all(const struct sim *sim, struct findings *findings);

/* One of those that fit, evenly. */
struct candidates {
	const struct record *pick;
	uint64_t n;
};

/* How two links are matched. */
enum match {
	MATCH_START,
	MATCH_DURATION,
	MATCH_NEAREST, /* the shortest that is not shorter */
	MATCH_SLOT,
};

/* What is looked for: a link's record, and which slot it is in. */
struct wanted {
	double start, slot;
	float seconds;
	struct rng *rng;
};

/* Who fits, of RECORDS from FROM to before TO, whose keys do. */
void candidates_find(struct candidates *candidates, const struct sim *sim, enum match match,
		     const struct wanted *wanted, const struct records *records, size_t from,
		     size_t to);
/* Keys that fit are from this to before the other. */
double wanted_begin(const struct sim *sim, enum match match, const struct wanted *wanted);
double wanted_end(const struct sim *sim, enum match match, const struct wanted *wanted);

/* How the two access links are best matched, when there are RATE a second of them. */
enum match match_ends(const struct sim *sim, double rate);
/* What is wanted, of link 0 of a call. */
void wanted_first(const struct sim *sim, const struct call *call, size_t index,
		  const struct circuit *circuit, struct rng *rng, struct wanted *wanted);
/* Whether there is a closed form: durations have one only where they are exponential. */
bool match_has_form(const struct sim *sim);

/* A closed form in the mean over the hours of a day, if those differ. */
double over_hours(const struct sim *sim,
		  double (*form)(const struct anonymity_circuit *circuit, const void *arg),
		  const void *arg);

#endif
