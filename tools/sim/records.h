/* SPDX-License-Identifier: GPL-2.0 */
/* What carriers write down of the links behind a relay, ordered for those who look for one. */
#ifndef PHONION_SIM_RECORDS_H
#define PHONION_SIM_RECORDS_H

#include "tools/sim/circuits.h"

/* 24 octets. */
struct record {
	double key;	/* when it started; of a link that stands, its slot */
	float seconds;	/* how long it was */
	uint32_t call;	/* which call it is of: what attacks are to find out */
	uint32_t group; /* twice the relay that dialled, and 1 when it dialled the callee */
	uint8_t carriers[2];
	uint8_t link;
};

struct records {
	struct record *list;
	size_t n;
};

/* A link's record as the two carriers' clocks have it. */
void record_of(const struct sim *sim, const struct circuit *circuit, const struct legs *legs,
	       unsigned int link, struct record *record);

/*
 * The last link of every call, by key; or, BY_RELAY, all links behind a relay, by
 * group and key. -ENOMEM.
 */
int records_make(const struct sim *sim, const struct calls *calls, bool by_relay,
		 struct records *records);
/* Those that carriers in SET have, a bit each; those of relays below BAD. -ENOMEM. */
int records_seen(const struct records *all, unsigned int set, struct records *seen);
int records_bad(const struct records *all, unsigned int bad, struct records *seen);
bool record_seen(unsigned int set, const uint8_t carriers[2]);
void records_free(struct records *records);

/* The first whose key is KEY or more; with BY_RELAY, of GROUP. */
size_t records_find(const struct records *records, double key);
size_t records_find_at(const struct records *records, uint32_t group, double key);

#endif
