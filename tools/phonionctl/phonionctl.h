/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of phonionctl share: exit statuses, commands. */
#ifndef PHONIONCTL_H
#define PHONIONCTL_H

#include "tools/lib/out.h"

/* Exit statuses; phonionctl.8 documents them all. */
enum {
	EXIT_NO_MODULE = EXIT_OWN,
	EXIT_NO_DAEMON,
	EXIT_NO_PERMISSION,
};

/* Commands get their own name in argv[0] and return an exit status. */
int cmd_leg(const struct opts *opts, int argc, char **argv);
int cmd_bridge(const struct opts *opts, int argc, char **argv);
int cmd_stats(const struct opts *opts, int argc, char **argv);
int cmd_circuit(const struct opts *opts, int argc, char **argv);
int cmd_line(const struct opts *opts, int argc, char **argv);
int cmd_span(const struct opts *opts, int argc, char **argv);
int cmd_reservation(const struct opts *opts, int argc, char **argv);
int cmd_broker(const struct opts *opts, int argc, char **argv);
int cmd_call(const struct opts *opts, int argc, char **argv);
int cmd_monitor(const struct opts *opts, int argc, char **argv);
int cmd_doctor(const struct opts *opts, int argc, char **argv);

#endif
