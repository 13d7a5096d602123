/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of phonion-sim. Each gives an exit status; argv[0] is its name. */
#ifndef PHONION_SIM_COMMANDS_H
#define PHONION_SIM_COMMANDS_H

#include "tools/lib/out.h"
#include "tools/sim/sim.h"

enum { EXIT_DISAGREES = EXIT_OWN };

int cmd_run(const struct opts *opts, int argc, char **argv);
int cmd_attack(const struct opts *opts, int argc, char **argv);
int cmd_table(const struct opts *opts, int argc, char **argv);
int cmd_predict(const struct opts *opts, int argc, char **argv);
int cmd_params(const struct opts *opts, int argc, char **argv);

/* What words of the command line become: the simulation, and what it points to. */
struct request {
	struct sim sim;
	double shares[ANONYMITY_MAX_CARRIERS];
	uint64_t calls; /* of run */
};

/* NAME VALUE pairs, over the defaults. EXIT_DONE, or says what is wrong. */
int sim_words(const struct opts *opts, struct request *request, int argc, char **argv);
/* All of them, as they are. */
json_t *sim_json(const struct request *request);
void sim_line(const struct request *request);

/* Findings as a table or as JSON; EXIT_DISAGREES when a closed form is not met. */
int show_findings(const struct opts *opts, const struct request *request,
		  const struct findings *findings);
/* attack --cdr FILE... [window S] [within S] */
int attack_files(const struct opts *opts, int argc, char **argv);
/* Nothing when all agree; else EXIT_DISAGREES. */
int show_verdict(const struct opts *opts, const struct findings *findings);
int fail_sim(const struct opts *opts, int err);
/* null where there is no such number. */
json_t *sim_number(double value);

#endif
