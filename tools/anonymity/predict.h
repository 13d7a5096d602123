/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How likely each class of adversary links the two ends of one call through a circuit.
 * It is given one end's record and names the other end; what it gets by guessing
 * without any record that fits counts as nothing. Documentation/anonymity says what
 * each class sees. The probability is that of the named attack: the best one known
 * here, which is no proof that there is no better one.
 */
#ifndef PHONION_ANONYMITY_PREDICT_H
#define PHONION_ANONYMITY_PREDICT_H

#include <stddef.h>

/* Link 0 is the caller's and always has the call's own times; the others: */
enum anonymity_timing {
	ANONYMITY_ON_DEMAND, /* go up and down with the call */
	ANONYMITY_LINGER,    /* go up with the call, down a random time (exponential) after it */
	ANONYMITY_QUANTISED, /* go up with the call, down at the end of the slot */
	ANONYMITY_EARLY,     /* stand for the whole slot, but the callee's goes with the call */
	ANONYMITY_STANDBY,   /* stand for the whole slot, the callee's too */
	ANONYMITY_TIMINGS
};

/* How relays were chosen. A link's carriers are the caller's side's and the called side's. */
enum anonymity_path {
	ANONYMITY_OBLIVIOUS, /* whatever their carriers */
	ANONYMITY_DISJOINT,  /* no carrier at two links, as far as known: not the caller's */
	ANONYMITY_TOLD,	     /* the same, and the caller's carrier is known */
	ANONYMITY_INTERNET,  /* no circuit: only the two ends' own networks see its ends */
	ANONYMITY_PATHS
};

extern const char *const anonymity_timing_names[ANONYMITY_TIMINGS];
extern const char *const anonymity_path_names[ANONYMITY_PATHS];

#define ANONYMITY_MAX_HOPS     8
#define ANONYMITY_MAX_CARRIERS 32

struct anonymity_circuit {
	enum anonymity_timing timing;
	enum anonymity_path path;
	unsigned int hops; /* 1 to ANONYMITY_MAX_HOPS */
	double calls_s;	   /* calls a second through all relays, this one's crowd */
	double window_s;   /* starts of a call's legs are known to so many s: set-up and clocks */
	double within_s;   /* and durations to within so many */
	double mean_s;	   /* a call's mean duration */
	double linger_s;   /* mean, of ANONYMITY_LINGER */
	double slot_s;	   /* the slot's length */
	const double *shares;	/* of the carriers; they sum to 1 */
	unsigned int carriers;	/* how many: 1 to ANONYMITY_MAX_CARRIERS */
	unsigned int coalition; /* so many of the largest ones work together */
	unsigned int relays;	/* in the directory; hops or more */
	unsigned int bad;	/* of these: how many the adversary runs */
	double submit_s;	/* a circuit's reservations reach a broker within so many s */
};

/* 2 calls/s, 3 s, 2 s, 180 s, 60 s linger, slots of 3600 s; 8 carriers, 100 relays, 5 bad. */
void anonymity_init(struct anonymity_circuit *circuit);
/* What is out of its range, as a sentence; NULL: nothing. */
const char *anonymity_check(const struct anonymity_circuit *circuit);

enum anonymity_class {
	ANONYMITY_SUBSCRIBER,	   /* one subscriber's records: a bribed clerk */
	ANONYMITY_CARRIER,	   /* the largest carrier's records */
	ANONYMITY_CARRIERS,	   /* those of the COALITION largest */
	ANONYMITY_ALL_CARRIERS,	   /* everyone's */
	ANONYMITY_RELAYS,	   /* what BAD of the relays see */
	ANONYMITY_BROKER,	   /* what passes the broker */
	ANONYMITY_CARRIERS_RELAYS, /* all carriers, and BAD relays */
	ANONYMITY_CARRIERS_BROKER, /* all carriers, and the broker */
	ANONYMITY_CLASSES
};

struct anonymity_prediction {
	double link[ANONYMITY_CLASSES];
	double same_carrier; /* both ends are at one carrier: what no choice of relays helps against */
	double some_carrier; /* there is a carrier at both ends' links */
	double leg_minutes; /* that the legs between relays, and the callee's, are up for one call */
};

extern const char *const anonymity_class_names[ANONYMITY_CLASSES];
extern const char *const anonymity_class_sees[ANONYMITY_CLASSES];

void anonymity_predict(struct anonymity_prediction *prediction,
		       const struct anonymity_circuit *circuit);

/* The parts of which it is made, for a simulation to be held against. */

/* Has both access links, of which there are RATE a second, and their times. */
double anonymity_ends(const struct anonymity_circuit *circuit, double rate);
/* Has all links, and follows them from relay to relay. */
double anonymity_chain(const struct anonymity_circuit *circuit);
/* The same; bad relays say what they have joined. */
double anonymity_chain_bad(const struct anonymity_circuit *circuit);
/* Bad relays alone. */
double anonymity_relays(const struct anonymity_circuit *circuit);
/* Has the broker's bookings, and all links. */
double anonymity_broker(const struct anonymity_circuit *circuit);
/* Has the records of the carriers in SET, a bit each. */
double anonymity_by_set(const struct anonymity_circuit *circuit, unsigned int set);
/* The COUNT carriers that have the largest shares. */
unsigned int anonymity_largest(const struct anonymity_circuit *circuit, unsigned int count);

/* Carriers as bits of a set: the chance that the set has records of the links. */
struct anonymity_seen {
	double first, last, both;
};
void anonymity_seen(struct anonymity_seen *seen, const struct anonymity_circuit *circuit,
		    unsigned int set);

#endif
