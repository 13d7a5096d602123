/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A perceptual score of our own: how different two recordings sound. Loudness in
 * critical bands by Zwicker's law, as ITU-T P.862 and its kin do; but it is none
 * of these, and its figures are not theirs.
 */
#ifndef PHONION_MOS_LOUDNESS_H
#define PHONION_MOS_LOUDNESS_H

#include <stddef.h>

/*
 * Difference, 0 of equal recordings, of N samples said and heard; negative errno:
 * -ENODATA, nothing is said; -ENOMEM.
 */
int loudness_difference(double *difference, const double *said, const double *heard, size_t n);
/* On the E-model's scale: R from 93.2 down, by a curve fitted to its loss and noise. */
double loudness_r(double difference);

#endif
