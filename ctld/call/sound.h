/* SPDX-License-Identifier: GPL-2.0 */
/* What a relay lets its peers hear of its own, as G.711 u-law. */
#ifndef PHONION_SOUND_H
#define PHONION_SOUND_H

#include "dataplane/dataplane.h"

enum sound {
	SOUND_NONE,
	SOUND_PROMPT, /* a beep: an access code may be entered; then comfort noise */
	SOUND_NOISE,  /* comfort noise, as of a line on which nobody speaks */
	SOUND_DIAL,   /* dial tone (E.180, 5): 425 Hz without a pause */
	SOUND_RING,   /* ring-back (ITU-T E.180, 4.1): 425 Hz, 1 s of every 5 */
};

/* NULL for SOUND_NONE. It lasts as long as the process. */
const struct dp_sound *sound_get(enum sound sound);

#endif
