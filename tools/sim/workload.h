/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls between subscribers: who calls whom, when, and for how long.
 *
 * Arrivals are a Poisson process, whose rate may follow the hours of the day.
 * Subscribers live in communities; each has a few contacts, most of them in his own
 * community, and calls the first ones most. Nothing of that is stored: contacts and
 * carriers of a subscriber are worked out from the seed whenever they are needed.
 */
#ifndef PHONION_SIM_WORKLOAD_H
#define PHONION_SIM_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKLOAD_CONTACTS 8
#define WORKLOAD_MAX	  4000000000u /* subscribers */

enum workload_graph { WORKLOAD_UNIFORM, WORKLOAD_SOCIAL };
enum workload_durations { WORKLOAD_EXPONENTIAL, WORKLOAD_LOGNORMAL };

struct workload {
	uint64_t seed;
	double calls_s; /* in the mean of a day */
	double mean_s;	/* of durations */
	double sigma;	/* of the logarithm of log-normal ones */
	enum workload_graph graph;
	enum workload_durations durations;
	bool diurnal;
	uint32_t subscribers;
	uint32_t community; /* subscribers in each */
	double local;	    /* of a subscriber's contacts, so many are in his community */
	const double *shares;
	unsigned int carriers;
	unsigned int threads;
};

/* 16 octets: 10^8 of them are 1.6 GB. */
struct call {
	uint64_t start_ms : 40;
	uint64_t duration_cs : 24; /* in 10 ms */
	uint32_t caller, callee;
};

struct calls {
	struct call *list; /* by start */
	size_t n;
	double seconds; /* that they were made in */
};

void workload_init(struct workload *workload);

/* About ABOUT calls, more or less as chance has it. -ENOMEM, -ERANGE: too many. */
int workload_generate(const struct workload *workload, uint64_t about, struct calls *calls);
void workload_free(struct calls *calls);

/* The CONTACT'th (from 0) of a subscriber; never himself. */
uint32_t workload_contact(const struct workload *workload, uint32_t subscriber,
			  unsigned int contact);
unsigned int workload_carrier(const struct workload *workload, uint32_t subscriber);
/* The rate of the hour that starts so many hours after midnight, by the mean's. */
double workload_hour(const struct workload *workload, unsigned int hour);

static inline double call_start(const struct call *call)
{
	return call->start_ms / 1000.0;
}

static inline double call_duration(const struct call *call)
{
	return call->duration_cs / 100.0;
}

#endif
