/* SPDX-License-Identifier: GPL-2.0 */
/* One simulation: what is simulated, and what was found. */
#ifndef PHONION_SIM_H
#define PHONION_SIM_H

#include "tools/anonymity/predict.h"
#include "tools/sim/tally.h"
#include "tools/sim/workload.h"

struct sim {
	struct workload workload;
	struct anonymity_circuit circuit; /* its rates, times and shares are the workload's */
	double skew_s;			  /* no two carriers' clocks differ by more */
	double spread_s;		  /* in which standing legs go up, from the slot's begin */
	uint64_t tries;			  /* calls that are attacked, about */
	uint32_t people;		  /* that are suspected, of repeated calls */
	unsigned int repeats;		  /* calls of the same two */
};

struct finding {
	const char *system, *adversary, *attack;
	double predicted; /* NAN: there is no closed form */
	bool at_least;	  /* it is no more than a lower bound */
	struct tally tally;
	bool again; /* it missed its interval at first, and was done once more */
};

struct findings {
	struct finding *list;
	size_t n;
};

void sim_init(struct sim *sim);
/* What is out of its range, as a sentence; NULL: nothing. */
const char *sim_check(const struct sim *sim);
/* Puts what the workload and the circuit have in common where both look for it. */
void sim_settle(struct sim *sim);

/* -ENOMEM. */
int findings_add(struct findings *findings, const struct finding *finding);
void findings_free(struct findings *findings);

/* Does the simulation agree with the closed form, if there is one? */
bool finding_agrees(const struct finding *finding);

#endif
