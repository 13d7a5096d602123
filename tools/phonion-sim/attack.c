// SPDX-License-Identifier: GPL-2.0
/* phonion-sim attack: one way to call, and all who would know who calls whom. */
#include <string.h>

#include "commands.h"
#include "tools/sim/attacks.h"

int cmd_attack(const struct opts *opts, int argc, char **argv)
{
	struct findings findings = { 0 };
	struct request q;
	int status, err;

	if (argc > 1 && !strcmp(argv[1], "--cdr"))
		return attack_files(opts, argc - 2, argv + 2);
	status = sim_words(opts, &q, argc - 1, argv + 1);
	if (status)
		return status;
	err = attack_all(&q.sim, &findings);
	status = err ? fail_sim(opts, err) : show_findings(opts, &q, &findings);
	findings_free(&findings);
	return status;
}
