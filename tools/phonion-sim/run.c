// SPDX-License-Identifier: GPL-2.0
/* phonion-sim run: makes calls, and writes the records that each carrier would hold. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "commands.h"
#include "tools/lib/parse.h"
#include "tools/sim/circuits.h"
#include "tools/sim/write.h"

#define EPOCH	  1800000000 /* the first slot's start, Unix s, where none is given */
#define MAX_EPOCH 4102444800 /* 2100 */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double used(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int show(const struct opts *opts, const struct request *q, const struct calls *calls,
		double seconds, double cpu)
{
	if (opts->json)
		return out_json(opts,
				json_pack("{s:o,s:I,s:f,s:f,s:f,s:I}", "parameters", sim_json(q),
					  "calls", (json_int_t)calls->n, "seconds", seconds,
					  "cpu_seconds", cpu, "calls_s_core", calls->n / cpu,
					  "octets", (json_int_t)(calls->n * sizeof(struct call))));
	sim_line(q);
	printf("%zu calls of %.0f s, made in %.2f s, %.2f s of a processor: %.0f calls/s a core;\n"
	       "%.1f MiB\n",
	       calls->n, calls->seconds, seconds, cpu, calls->n / cpu,
	       calls->n * sizeof(struct call) / 1048576.0);
	return out_end(opts);
}

struct output {
	const char *dir; /* NULL: none */
	uint64_t epoch;
};

static int write_out(const struct opts *opts, const struct request *q, const struct calls *calls,
		     const struct output *out)
{
	int err = mkdir(out->dir, 0700) && errno != EEXIST ? -errno : 0;

	if (!err)
		err = write_cdrs(&q->sim, calls, out->epoch, out->dir);
	return err ? fail(opts, EXIT_REFUSED, "A circuit of N hops has N + 1 records.",
			  "cannot write into %s: %s", out->dir, strerror(-err))
		   : EXIT_DONE;
}

static int options(const struct opts *opts, int argc, char **argv, struct output *out)
{
	int c;

	optind = 0;
	while ((c = getopt(argc, argv, "+:o:t:")) != -1) {
		if (c == 'o')
			out->dir = optarg;
		else if (c == 't' && parse_uint(optarg, 0, MAX_EPOCH, &out->epoch))
			return fail_usage(opts, "-t needs a time in Unix seconds");
		else if (c == ':')
			return fail_usage(opts, "-%c needs a %s", optopt,
					  optopt == 'o' ? "directory" : "time in Unix seconds");
		else if (c == '?')
			return fail_usage(opts, "unknown option '-%c'", optopt);
	}
	return EXIT_DONE;
}

int cmd_run(const struct opts *opts, int argc, char **argv)
{
	double began, cpu;
	struct calls calls;
	struct request q;
	struct output out = { .epoch = EPOCH };
	int status, err;

	status = options(opts, argc, argv, &out);
	if (!status)
		status = sim_words(opts, &q, argc - optind, argv + optind);
	if (status)
		return status;
	began = now();
	cpu = used();
	err = workload_generate(&q.sim.workload, q.calls, &calls);
	if (err)
		return fail_sim(opts, err);
	began = now() - began;
	cpu = used() - cpu;
	if (out.dir)
		status = write_out(opts, &q, &calls, &out);
	if (!status)
		status = show(opts, &q, &calls, began, cpu);
	workload_free(&calls);
	return status;
}
