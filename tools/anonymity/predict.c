// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tools/anonymity/forms.h"
#include "tools/anonymity/predict.h"

const char *const anonymity_timing_names[] = { "on-demand", "linger", "quantised", "early",
					       "standby" };
const char *const anonymity_path_names[] = { "oblivious", "disjoint", "told", "internet" };

const char *const anonymity_class_names[] = { "subscriber",	 "carrier",	   "carriers",
					      "all-carriers",	 "relays",	   "broker",
					      "carriers-relays", "carriers-broker" };
const char *const anonymity_class_sees[] = {
	"one subscriber's records (a bribed clerk)",
	"the largest carrier's records",
	"the records of the largest carriers together",
	"all carriers' records",
	"what corrupted relays see",
	"what passes a broker",
	"all carriers' records, and corrupted relays",
	"all carriers' records, and a broker",
};

void anonymity_init(struct anonymity_circuit *circuit)
{
	/* As uneven as a national market is: four large ones, and small ones. */
	static const double shares[] = { 0.3, 0.25, 0.15, 0.1, 0.08, 0.06, 0.04, 0.02 };

	*circuit = (struct anonymity_circuit){
		.path = ANONYMITY_DISJOINT,
		.hops = 3,
		.calls_s = 2,
		.window_s = 3,
		.within_s = 2,
		.mean_s = 180,
		.linger_s = 60,
		.slot_s = 3600,
		.shares = shares,
		.carriers = sizeof(shares) / sizeof(shares[0]),
		.coalition = 2,
		.relays = 100,
		.bad = 5,
		.submit_s = 60,
	};
}

static bool positive(double x)
{
	return x > 0 && isfinite(x);
}

static const char *check_shares(const struct anonymity_circuit *c)
{
	double sum = 0;

	if (!c->carriers || c->carriers > ANONYMITY_MAX_CARRIERS)
		return "there are 1 to 32 carriers";
	for (unsigned int i = 0; i < c->carriers; i++) {
		if (!positive(c->shares[i]))
			return "a carrier's share is more than 0";
		sum += c->shares[i];
	}
	if (fabs(sum - 1) > 1e-6)
		return "the carriers' shares sum to 1";
	if (c->carriers < 2 && (c->path == ANONYMITY_DISJOINT || c->path == ANONYMITY_TOLD))
		return "disjoint paths need two carriers or more";
	if (!c->coalition || c->coalition > c->carriers)
		return "a coalition is 1 carrier to all of them";
	return NULL;
}

const char *anonymity_check(const struct anonymity_circuit *c)
{
	if (c->timing >= ANONYMITY_TIMINGS || c->path >= ANONYMITY_PATHS)
		return "there is no such policy";
	if (!c->hops || c->hops > ANONYMITY_MAX_HOPS)
		return "a circuit has 1 to 8 hops";
	if (!positive(c->calls_s) || !positive(c->window_s) || !positive(c->within_s) ||
	    !positive(c->mean_s) || !positive(c->linger_s) || !positive(c->slot_s) ||
	    !positive(c->submit_s))
		return "rates and times are more than 0";
	if (c->relays < c->hops)
		return "there are at least as many relays as hops";
	if (c->bad > c->relays)
		return "no more relays are bad than there are";
	return check_shares(c);
}

/* A: the caller's, B: the first ingress's, C: by which the last relay dials, D: the callee's. */
struct ends {
	unsigned int a, b, c, d;
};

static bool allowed(enum anonymity_path path, const struct ends *e)
{
	if (path == ANONYMITY_OBLIVIOUS)
		return true;
	if (path == ANONYMITY_INTERNET)
		return e->b == e->a && e->c == e->d;
	if (e->b == e->c || e->b == e->d)
		return false;
	return path == ANONYMITY_DISJOINT || e->a == e->d || e->a != e->c;
}

/* The part of all pairs of relays' carriers that may stand between A and D. */
static double allowed_share(const struct anonymity_circuit *circuit, struct ends e)
{
	double sum = 0;

	for (e.b = 0; e.b < circuit->carriers; e.b++)
		for (e.c = 0; e.c < circuit->carriers; e.c++)
			if (allowed(circuit->path, &e))
				sum += circuit->shares[e.b] * circuit->shares[e.c];
	return sum;
}

static bool holds(unsigned int set, unsigned int x, unsigned int y)
{
	return (set >> x | set >> y) & 1;
}

/* SET 0: any carrier, alone. */
static void count(struct anonymity_seen *seen, const struct ends *e, unsigned int set,
		  double chance)
{
	bool any = e->a == e->c || e->a == e->d || e->b == e->c || e->b == e->d;
	bool first = holds(set, e->a, e->b), last = holds(set, e->c, e->d);

	seen->first += first * chance;
	seen->last += last * chance;
	seen->both += (set ? first && last : any) * chance;
}

void anonymity_seen(struct anonymity_seen *seen, const struct anonymity_circuit *circuit,
		    unsigned int set)
{
	const double *s = circuit->shares;
	unsigned int n = circuit->carriers;
	struct ends e;
	double chance;

	memset(seen, 0, sizeof(*seen));
	for (unsigned int i = 0; i < n * n; i++) {
		e = (struct ends){ .a = i / n, .d = i % n };
		chance = s[e.a] * s[e.d] / allowed_share(circuit, e);
		for (unsigned int j = 0; j < n * n; j++) {
			e.b = j / n;
			e.c = j % n;
			if (allowed(circuit->path, &e))
				count(seen, &e, set, chance * s[e.b] * s[e.c]);
		}
	}
}

unsigned int anonymity_largest(const struct anonymity_circuit *c, unsigned int count)
{
	unsigned int set = 0, best;

	while (count--) {
		best = ANONYMITY_MAX_CARRIERS;
		for (unsigned int i = 0; i < c->carriers; i++)
			if (!(set >> i & 1) &&
			    (best == ANONYMITY_MAX_CARRIERS || c->shares[i] > c->shares[best]))
				best = i;
		set |= 1u << best;
	}
	return set;
}

double anonymity_ends(const struct anonymity_circuit *c, double rate)
{
	double crowd = rate * c->window_s;

	switch (c->timing) {
	case ANONYMITY_STANDBY:
		return anonymity_start(rate * c->slot_s);
	case ANONYMITY_LINGER:
		return fmax(anonymity_start(crowd),
			    anonymity_start_linger(crowd, c->mean_s, c->linger_s));
	case ANONYMITY_QUANTISED:
		return anonymity_start(crowd);
	default:
		return anonymity_start_duration(crowd, c->within_s, c->mean_s);
	}
}

/*
 * From one link of a relay to the next. Whether the next number is a relay's or a
 * subscriber's is known; HOP counts from 0.
 */
static double step(const struct anonymity_circuit *c, unsigned int hop)
{
	double inner = hop + 1 < c->hops ? c->hops - 1 : 1;
	double rate = c->calls_s * inner / c->relays;

	switch (c->timing) {
	case ANONYMITY_ON_DEMAND:
		return anonymity_ends(c, rate);
	case ANONYMITY_EARLY:
		return c->hops == 1 ? anonymity_ends(c, rate) : anonymity_start(rate * c->slot_s);
	case ANONYMITY_LINGER: /* inner links linger on both sides: their ends say little */
		return hop ? anonymity_start(rate * c->window_s) : anonymity_ends(c, rate);
	case ANONYMITY_STANDBY:
		return anonymity_start(rate * c->slot_s);
	default:
		return anonymity_start(rate * c->window_s);
	}
}

double anonymity_chain(const struct anonymity_circuit *c)
{
	double all = 1;

	for (unsigned int hop = 0; hop < c->hops; hop++)
		all *= step(c, hop);
	return all;
}

/* A relay that is bad joins its two links by itself. SET: which hops' are. */
static double chain_but(const struct anonymity_circuit *c, unsigned int set)
{
	double all = 1;

	for (unsigned int hop = 0; hop < c->hops; hop++)
		all *= set >> hop & 1 ? 1 : step(c, hop);
	return all;
}

double anonymity_chain_bad(const struct anonymity_circuit *c)
{
	unsigned int sets[ANONYMITY_MAX_HOPS + 1] = { 0 };
	double sums[ANONYMITY_MAX_HOPS + 1] = { 0 }, all = 0;

	/* Sets of the same size are as likely as each other. */
	for (unsigned int set = 0; set < 1u << c->hops; set++) {
		sets[__builtin_popcount(set)]++;
		sums[__builtin_popcount(set)] += chain_but(c, set);
	}
	for (unsigned int n = 0; n <= c->hops; n++)
		all += anonymity_bad_some(c->bad, c->relays, c->hops, n) * sums[n] / sets[n];
	return all;
}

/* All of them, or the two outer ones, who have to find each other's calls by time. */
double anonymity_relays(const struct anonymity_circuit *c)
{
	double all = anonymity_bad_all(c->bad, c->relays, c->hops);
	double ends = anonymity_bad_ends(c->bad, c->relays, c->hops);

	return all + (ends - all) * anonymity_ends(c, c->calls_s * c->bad / c->relays);
}

/* Which booking is the last hop's, of those that came together; then, which of its relay's calls. */
double anonymity_broker(const struct anonymity_circuit *c)
{
	double pick = c->hops > 1 ? anonymity_bookings(c->calls_s * c->submit_s, c->hops) : 1;

	return pick * anonymity_ends(c, c->calls_s / c->relays);
}

double anonymity_by_set(const struct anonymity_circuit *c, unsigned int set)
{
	struct anonymity_seen seen;

	anonymity_seen(&seen, c, set);
	return seen.both * anonymity_ends(c, c->calls_s * seen.last);
}

static double leg_seconds(const struct anonymity_circuit *c)
{
	switch (c->timing) {
	case ANONYMITY_LINGER:
		return c->hops * (c->mean_s + c->linger_s);
	case ANONYMITY_QUANTISED: /* calls begin anywhere in the slot */
		return c->hops * c->slot_s / 2;
	case ANONYMITY_EARLY:
		return (c->hops - 1) * c->slot_s + c->mean_s;
	case ANONYMITY_STANDBY:
		return c->hops * c->slot_s;
	default:
		return c->hops * c->mean_s;
	}
}

void anonymity_predict(struct anonymity_prediction *p, const struct anonymity_circuit *c)
{
	struct anonymity_seen any;

	anonymity_seen(&any, c, 0);
	p->some_carrier = any.both;
	p->same_carrier = anonymity_same_carrier(c->shares, c->carriers);
	p->leg_minutes = leg_seconds(c) / 60;
	p->link[ANONYMITY_SUBSCRIBER] = 0;
	p->link[ANONYMITY_CARRIER] = anonymity_by_set(c, anonymity_largest(c, 1));
	p->link[ANONYMITY_CARRIERS] = anonymity_by_set(c, anonymity_largest(c, c->coalition));
	p->link[ANONYMITY_ALL_CARRIERS] = fmax(anonymity_ends(c, c->calls_s), anonymity_chain(c));
	p->link[ANONYMITY_RELAYS] = anonymity_relays(c);
	p->link[ANONYMITY_BROKER] = 0;
	/* Who has more does no worse than by a part of it. */
	p->link[ANONYMITY_CARRIERS_RELAYS] =
		fmax(fmax(p->link[ANONYMITY_ALL_CARRIERS], p->link[ANONYMITY_RELAYS]),
		     anonymity_chain_bad(c));
	p->link[ANONYMITY_CARRIERS_BROKER] =
		fmax(p->link[ANONYMITY_ALL_CARRIERS], anonymity_broker(c));
}
