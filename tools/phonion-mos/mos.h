/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of phonion-mos. Each gives an exit status; argv[0] is its name. */
#ifndef PHONION_MOS_H
#define PHONION_MOS_H

#include "tools/lib/out.h"
#include "tools/mos/emodel.h"

int cmd_rate(const struct opts *opts, int argc, char **argv);
int cmd_compare(const struct opts *opts, int argc, char **argv);
int cmd_legs(const struct opts *opts, int argc, char **argv);
int cmd_params(const struct opts *opts, int argc, char **argv);

/*
 * NAME VALUE pairs into MODEL, which is at its defaults before. "delay" is t and
 * ta, and twice that tr; "codec" is ie and bpl. EXIT_DONE, or says what is wrong.
 */
int model_words(const struct opts *opts, struct emodel *model, int argc, char **argv);
/* What the model says, with the member "outside", the parameter, when one is out of range. */
json_t *rating_json(const struct emodel *model);
void rating_print(const struct emodel *model);

#endif
