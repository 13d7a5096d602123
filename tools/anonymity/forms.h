/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What records betray, in closed form. Documentation/anonymity has the theorems and
 * their proofs; phonion-sim is held against every one of them. Pure: no I/O, no state.
 *
 * A CROWD is the mean number of other calls that an attack cannot tell from the one
 * it looks for, before it looks at durations: calls a second by width of the window
 * in which their start may lie. Others come as a Poisson process, and the attack
 * picks one of those that fit, evenly.
 */
#ifndef PHONION_ANONYMITY_FORMS_H
#define PHONION_ANONYMITY_FORMS_H

#include <stddef.h>

/* (1 - e^-CROWD) / CROWD; CROWD from 0. By start time at 2 calls/s and 3 s: 0.166. */
double anonymity_start(double crowd);

/* The mean of 1 / (K + OWN), K Poisson of mean CROWD, OWN from 1: OWN of one's own, one of them right. */
double anonymity_one_of(double crowd, unsigned int own);

/*
 * Which booking at a broker is the last hop's, known is the first's. Each circuit books
 * HOPS (2 or more) hops at random times within its own span, as long as all others'; CROWD
 * is the mean number of other circuits whose span begins in one such time.
 */
double anonymity_bookings(double crowd, unsigned int hops);

/*
 * By start, and duration to within WITHIN s (above 0), of calls that last MEAN s
 * (above 0), exponentially. At a crowd of 6, 2 s and 180 s: 0.968.
 */
double anonymity_start_duration(double crowd, double within, double mean);

/*
 * The leg that is looked for lasts LINGER s more in the mean (exponentially; above 0)
 * than the call, MEAN s: by start, taking the shortest leg that is not shorter than
 * the call. Others linger alike.
 */
double anonymity_start_linger(double crowd, double mean, double linger);

/* The sum of squares: two subscribers, of carriers with these SHARES (which sum to 1), have the same. */
double anonymity_same_carrier(const double *shares, size_t n);

/*
 * BAD of RELAYS are bad, a circuit has HOPS different ones: first and last are bad;
 * all of them are; exactly N of them are. HOPS from 1 to RELAYS, BAD up to RELAYS.
 */
double anonymity_bad_ends(unsigned int bad, unsigned int relays, unsigned int hops);
double anonymity_bad_all(unsigned int bad, unsigned int relays, unsigned int hops);
double anonymity_bad_some(unsigned int bad, unsigned int relays, unsigned int hops, unsigned int n);

/*
 * Nobody but the one looked for, of SUBSCRIBERS, fits each of CALLS calls; any other
 * fits a call by chance P, independently: (1 - P^CALLS)^(SUBSCRIBERS - 1).
 */
double anonymity_intersection(double p, unsigned int calls, double subscribers);

/* Erlang B: the part of reservations that find all LANES taken; LOAD in Erlang, from 0. */
double anonymity_erlang_b(double load, unsigned int lanes);

#endif
