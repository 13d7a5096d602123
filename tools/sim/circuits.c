// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "tools/sim/circuits.h"
#include "tools/sim/rng.h"

static unsigned int by_share(const struct anonymity_circuit *c, struct rng *rng)
{
	double at = rng_unit(rng);
	unsigned int i;

	for (i = 0; i + 1 < c->carriers; i++) {
		at -= c->shares[i];
		if (at < 0)
			break;
	}
	return i;
}

static bool allowed(enum anonymity_path path, const struct circuit *c)
{
	unsigned int caller = c->first[0], ingress = c->first[1], dials = c->last[0];
	unsigned int callee = c->last[1];

	if (path == ANONYMITY_OBLIVIOUS)
		return true;
	if (ingress == dials || ingress == callee)
		return false;
	/* Whoever has the caller's carrier himself cannot be kept away from it. */
	return path == ANONYMITY_DISJOINT || caller == callee || caller != dials;
}

void circuit_relays(const struct sim *sim, const struct call *call, uint64_t index,
		    struct circuit *circuit)
{
	const struct anonymity_circuit *c = &sim->circuit;
	struct rng rng;
	bool twice;

	rng_init(&rng, sim->workload.seed, RNG_CIRCUITS, index);
	for (unsigned int i = 0; i < c->hops; i++)
		do {
			circuit->relays[i] = rng_below(&rng, c->relays);
			twice = false;
			for (unsigned int j = 0; j < i; j++)
				twice |= circuit->relays[j] == circuit->relays[i];
		} while (twice);
	circuit->first[0] = workload_carrier(&sim->workload, call->caller);
	circuit->last[1] = workload_carrier(&sim->workload, call->callee);
	if (c->path == ANONYMITY_INTERNET) {
		circuit->first[1] = circuit->first[0];
		circuit->last[0] = circuit->last[1];
		return;
	}
	do {
		circuit->first[1] = by_share(c, &rng);
		circuit->last[0] = by_share(c, &rng);
	} while (!allowed(c->path, circuit));
}

bool circuit_stands(const struct anonymity_circuit *c, unsigned int link)
{
	if (!link)
		return false;
	return c->timing == ANONYMITY_STANDBY || (c->timing == ANONYMITY_EARLY && link < c->hops);
}

double circuit_clock(const struct sim *sim, unsigned int carrier)
{
	struct rng rng;

	rng_init(&rng, sim->workload.seed, RNG_CLOCKS, carrier);
	return sim->skew_s * (rng_unit(&rng) - 0.5);
}

/* What is left of the window when clocks have had their part is for the relays' set-up. */
static double setup(const struct sim *sim, struct rng *rng)
{
	const struct anonymity_circuit *c = &sim->circuit;

	return rng_unit(rng) * (c->window_s - 2 * sim->skew_s) / c->hops;
}

void circuit_legs(const struct sim *sim, const struct call *call, uint64_t index, struct legs *legs)
{
	const struct anonymity_circuit *c = &sim->circuit;
	double start = call_start(call), up = start, end;
	double slot = floor(start / c->slot_s) * c->slot_s;
	struct rng rng;

	rng_init(&rng, sim->workload.seed, RNG_TIMES, index);
	for (unsigned int link = 0; link <= c->hops; link++) {
		if (link)
			up += setup(sim, &rng);
		end = up + call_duration(call);
		/* Clearing takes its time, too: a part of what durations are known to. */
		if (c->timing != ANONYMITY_LINGER)
			end += (rng_unit(&rng) - 0.5) * c->within_s / 2;
		else if (link)
			end += rng_exp(&rng, c->linger_s);
		/* A slot's end is its reservation's. */
		legs->start[link] =
			link && c->timing == ANONYMITY_EARLY ? fmin(up, slot + c->slot_s) : up;
		legs->end[link] = fmax(up, end);
		if (circuit_stands(c, link))
			legs->start[link] = slot + rng_unit(&rng) * sim->spread_s;
		if (circuit_stands(c, link) || (link && c->timing == ANONYMITY_QUANTISED))
			legs->end[link] = slot + c->slot_s;
	}
}
