/* SPDX-License-Identifier: GPL-2.0 */
/* How what was heard differs from what was said, sample by sample. */
#ifndef PHONION_MOS_DIFFER_H
#define PHONION_MOS_DIFFER_H

#include <stddef.h>

/* Of a packet, for the length of bursts. */
#define DIFFER_PACKET 160
/* Bounds of the signal-to-noise ratio of a frame, dB. */
#define DIFFER_SNR_MIN -10
#define DIFFER_SNR_MAX 35

struct differ {
	size_t altered; /* samples that are not the very same */
	double lost;	/* % of speech in whose place there is nothing, for 5 ms or more */
	double burstr;	/* burst ratio (G.107) of these losses; 1 if random, or none */
	double clipped; /* % of samples that stay at the peak, beyond what the reference's do */
	double seg_snr; /* of frames of 32 ms with speech, mean, dB */
};

/* N samples that were said, and heard at the same index. -ENOMEM. */
int differ(struct differ *differ, const double *said, const double *heard, size_t n);

#endif
