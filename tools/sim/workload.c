// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/sim/parallel.h"
#include "tools/sim/rng.h"
#include "tools/sim/workload.h"

#define PIECE	    4096 /* calls, in the mean, that are one piece of work */
#define MAX_CS	    ((1u << 24) - 1)
#define MAX_SECONDS 1e9
/* When people call, by hour: an assumption, of the usual shape: night, two peaks, evening. */
static const double hours[24] = { .25, .15, .1,	 .1,  .1,  .2,	.45, .8,  1.3, 1.7, 1.8, 1.75,
				  1.5, 1.4, 1.5, 1.6, 1.7, 1.8, 1.6, 1.4, 1.1, .8,  .5,	 .4 };

struct job {
	const struct workload *w;
	double piece_s, seconds;
	size_t *at; /* where each piece's calls begin; first: how many there are */
	struct call *list;
};

void workload_init(struct workload *w)
{
	*w = (struct workload){
		.seed = 1,
		.calls_s = 2,
		.mean_s = 180,
		.sigma = 1,
		.subscribers = 10000000,
		.community = 150,
		.local = 0.8,
		.threads = parallel_processors(),
	};
}

double workload_hour(const struct workload *w, unsigned int hour)
{
	double sum = 0;

	for (int i = 0; i < 24; i++)
		sum += hours[i] / 24;
	return w->diurnal ? hours[hour % 24] / sum : 1;
}

static double peak(const struct workload *w)
{
	double most = 0;

	for (unsigned int i = 0; i < 24; i++)
		most = fmax(most, workload_hour(w, i));
	return most;
}

unsigned int workload_carrier(const struct workload *w, uint32_t subscriber)
{
	struct rng rng;
	double at;

	rng_init(&rng, w->seed, RNG_CARRIERS, subscriber);
	at = rng_unit(&rng);
	for (unsigned int i = 0; i + 1 < w->carriers; i++) {
		at -= w->shares[i];
		if (at < 0)
			return i;
	}
	return w->carriers - 1;
}

uint32_t workload_contact(const struct workload *w, uint32_t subscriber, unsigned int contact)
{
	uint32_t first = subscriber - subscriber % w->community, n = w->subscribers;
	struct rng rng;
	uint32_t other;

	rng_init(&rng, w->seed, RNG_CONTACTS, (uint64_t)subscriber * WORKLOAD_CONTACTS + contact);
	if (rng_unit(&rng) < w->local)
		n = n - first < w->community ? n - first : w->community;
	else
		first = 0;
	if (n < 2)
		return subscriber ? 0 : 1;
	other = first + rng_below(&rng, n - 1);
	return other < subscriber ? other : other + 1;
}

/* The first contact is called as often as all from the third on (1, 1/2, 1/3, ...). */
static unsigned int favourite(struct rng *rng)
{
	double at =
		rng_unit(rng) * (1 + 1 / 2. + 1 / 3. + 1 / 4. + 1 / 5. + 1 / 6. + 1 / 7. + 1 / 8.);
	unsigned int i;

	for (i = 0; i + 1 < WORKLOAD_CONTACTS; i++) {
		at -= 1.0 / (i + 1);
		if (at < 0)
			break;
	}
	return i;
}

static uint32_t callee(const struct workload *w, struct rng *rng, uint32_t caller)
{
	uint32_t other;

	if (w->graph == WORKLOAD_SOCIAL)
		return workload_contact(w, caller, favourite(rng));
	other = rng_below(rng, w->subscribers - 1);
	return other < caller ? other : other + 1;
}

static double duration(const struct workload *w, struct rng *rng)
{
	if (w->durations == WORKLOAD_EXPONENTIAL)
		return rng_exp(rng, w->mean_s);
	return w->mean_s * exp(w->sigma * rng_normal(rng) - w->sigma * w->sigma / 2);
}

static void fill(const struct workload *w, struct rng *rng, double start, struct call *call)
{
	double cs = duration(w, rng) * 100;

	call->start_ms = start * 1000;
	call->duration_cs = cs > MAX_CS ? MAX_CS : cs;
	call->caller = rng_below(rng, w->subscribers);
	call->callee = callee(w, rng, call->caller);
}

/* The calls of a piece, into LIST unless that is NULL; how many they are. */
static size_t piece(const struct job *job, size_t i, struct call *list)
{
	double most = job->w->calls_s * peak(job->w), t = i * job->piece_s;
	double end = fmin(t + job->piece_s, job->seconds);
	struct rng arrivals, calls;
	size_t n = 0;

	rng_init(&arrivals, job->w->seed, RNG_ARRIVALS, i);
	rng_init(&calls, job->w->seed, RNG_CALLS, i);
	while ((t += rng_exp(&arrivals, 1 / most)) < end) {
		if (job->w->diurnal &&
		    rng_unit(&arrivals) * most >
			    job->w->calls_s * workload_hour(job->w, fmod(t / 3600, 24)))
			continue;
		if (list)
			fill(job->w, &calls, t, &list[n]);
		n++;
	}
	return n;
}

static void count(size_t i, void *arg)
{
	struct job *job = arg;

	job->at[i] = piece(job, i, NULL);
}

static void make(size_t i, void *arg)
{
	struct job *job = arg;

	piece(job, i, job->list + job->at[i]);
}

/* Counts into places; how many there are of all. */
static size_t places(size_t *at, size_t n)
{
	size_t sum = 0, one;

	for (size_t i = 0; i < n; i++) {
		one = at[i];
		at[i] = sum;
		sum += one;
	}
	return sum;
}

int workload_generate(const struct workload *w, uint64_t about, struct calls *calls)
{
	struct job job = { .w = w, .seconds = about / w->calls_s, .piece_s = PIECE / w->calls_s };
	size_t pieces = about / PIECE + 1;

	memset(calls, 0, sizeof(*calls));
	if (job.seconds > MAX_SECONDS)
		return -ERANGE;
	job.at = calloc(pieces, sizeof(*job.at));
	if (!job.at)
		return -ENOMEM;
	parallel_each(w->threads, pieces, count, &job);
	calls->n = places(job.at, pieces);
	calls->seconds = job.seconds;
	job.list = malloc((calls->n + 1) * sizeof(*job.list));
	if (job.list)
		parallel_each(w->threads, pieces, make, &job);
	calls->list = job.list;
	free(job.at);
	return job.list ? 0 : -ENOMEM;
}

void workload_free(struct calls *calls)
{
	free(calls->list);
	memset(calls, 0, sizeof(*calls));
}
