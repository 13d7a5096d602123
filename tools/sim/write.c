// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/sim/circuits.h"
#include "tools/sim/rng.h"
#include "tools/sim/write.h"

#define NUMBER 32

struct party {
	char number[NUMBER], name[NUMBER];
};

static void subscriber(struct party *p, uint32_t who)
{
	snprintf(p->number, sizeof(p->number), "+1%010u", who);
	p->name[0] = '\0';
}

/* A relay has a number at each carrier, and is known there as itself. */
static void relay(struct party *p, uint32_t who, unsigned int carrier)
{
	snprintf(p->number, sizeof(p->number), "+99%07u%02u", who, carrier);
	snprintf(p->name, sizeof(p->name), "Relay %u", who);
}

/* The links between relays have any carriers. */
static void carriers_of(const struct sim *sim, const struct circuit *circuit, uint64_t index,
			unsigned int link, uint8_t carriers[2])
{
	struct rng rng;

	if (!link || link == sim->circuit.hops) {
		memcpy(carriers, link ? circuit->last : circuit->first, 2);
		return;
	}
	rng_init(&rng, sim->workload.seed, RNG_INNER, index * (ANONYMITY_MAX_HOPS + 1) + link);
	carriers[0] = rng_below(&rng, sim->circuit.carriers);
	carriers[1] = rng_below(&rng, sim->circuit.carriers);
}

static void write_one(FILE *f, const struct party *from, const struct party *to, double start,
		      double end)
{
	fprintf(f, "%.3f|%.3f|%.3f|%s|%s||%s|%s|\n", start, end, end - start, from->number,
		from->name, to->number, to->name);
}

static void write_call(const struct sim *sim, const struct call *call, uint64_t index,
		       uint64_t epoch, FILE **files)
{
	unsigned int hops = sim->circuit.hops;
	struct circuit circuit;
	struct party from, to;
	uint8_t carriers[2];
	struct legs legs;
	double clock;

	circuit_relays(sim, call, index, &circuit);
	circuit_legs(sim, call, index, &legs);
	for (unsigned int link = 0; link <= hops; link++) {
		carriers_of(sim, &circuit, index, link, carriers);
		for (unsigned int i = 0; i < 2 && (!i || carriers[1] != carriers[0]); i++) {
			if (link)
				relay(&from, circuit.relays[link - 1], carriers[0]);
			else
				subscriber(&from, call->caller);
			if (link < hops)
				relay(&to, circuit.relays[link], carriers[1]);
			else
				subscriber(&to, call->callee);
			clock = epoch + circuit_clock(sim, carriers[i]);
			write_one(files[carriers[i]], &from, &to, legs.start[link] + clock,
				  legs.end[link] + clock);
		}
	}
}

static int open_all(const struct sim *sim, const char *dir, FILE **files, unsigned int *n)
{
	char path[4096];

	for (*n = 0; *n < sim->circuit.carriers; (*n)++) {
		if (snprintf(path, sizeof(path), "%s/carrier-%u.cdr", dir, *n) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		files[*n] = fopen(path, "we");
		if (!files[*n])
			return -errno;
	}
	return 0;
}

int write_cdrs(const struct sim *sim, const struct calls *calls, uint64_t epoch, const char *dir)
{
	FILE *files[ANONYMITY_MAX_CARRIERS];
	unsigned int n;
	int err = open_all(sim, dir, files, &n);

	for (size_t i = 0; !err && i < calls->n; i++)
		write_call(sim, &calls->list[i], i, epoch, files);
	while (n--)
		if ((ferror(files[n]) | fclose(files[n])) && !err)
			err = -EIO;
	return err;
}
