/* SPDX-License-Identifier: GPL-2.0 */
/* All that two recordings of a call tell of it: what was said, and what was heard. */
#ifndef PHONION_MOS_COMPARE_H
#define PHONION_MOS_COMPARE_H

#include "tools/mos/align.h"
#include "tools/mos/differ.h"

struct compared {
	struct align align; /* without .heard */
	struct differ differ;
	double difference; /* loudness_difference() */
};

/* Errors of align(), and -ENOMEM. */
int compare(struct compared *compared, const struct sound *said, const struct sound *heard);

#endif
