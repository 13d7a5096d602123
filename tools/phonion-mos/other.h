/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs' scores: ViSQOL or PESQ, when a user has them. */
#ifndef PHONION_MOS_OTHER_H
#define PHONION_MOS_OTHER_H

/*
 * Runs COMMAND, split at spaces and without a shell; of its words %r is the
 * reference and %d the degraded recording, which are put at its end when it has
 * neither. *SCORE is the last number of its output. -EINVAL: too many words;
 * -ENOEXEC: it could not be run, or failed; -ENODATA: it gave no number.
 */
int other_score(double *score, const char *command, const char *reference, const char *degraded);

#endif
